import { type Message, textMessage } from '../chat/message.js';
import type { AnswerOutcome } from '../jobs/answers.js';
import type { AskedField } from '../jobs/job.js';

/** Typed instead of an answer to a field that may be left out. */
export const SKIP = 'skip';

/** Why an answer was not taken. */
export function outcomeMessage(outcome: Exclude<AnswerOutcome, { kind: 'taken' }>): Message {
  switch (outcome.kind) {
    case 'not_theirs':
      return textMessage('This question is for somebody else.');
    case 'closed':
      return textMessage('This question is not open any more.');
    case 'already': {
      const { by, label } = outcome.answer;
      return textMessage(`${outcome.isSame ? 'You have answered already' : `${by.name} was first`}: ✓ ${label}`);
    }
  }
}

/** Asks for one field in the chat. */
export function fieldMessage({ default: preset, example, hint, name, optional, prompt }: AskedField): Message {
  const skipping = preset === undefined ? `or ${SKIP}` : `or ${SKIP} for ${preset}`;
  const hints = [
    hint,
    example === undefined ? undefined : `e.g. ${example}`,
    optional || preset !== undefined ? skipping : undefined,
  ];
  const shown = hints.filter((part) => part !== undefined).join(', ');
  const question = prompt === '' ? `Please type the ${name}.` : prompt;
  return textMessage(shown === '' ? question : `${question} (${shown})`);
}

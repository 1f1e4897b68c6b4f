import type { ConversationRef } from '../chat/conversation.js';
import { howToAnswer } from '../chat/how-to-answer.js';
import { type Message, textMessage } from '../chat/message.js';
import type { AnswerOutcome } from '../jobs/answers.js';
import type { AskedField } from '../jobs/job.js';
import type { Texts } from '../texts/english.js';
import { listedChoices } from './listed-choices.js';
import { shownValue } from './shown-value.js';

/** In every language: typed instead of an answer to a field that may be left out. */
const SKIP = 'skip';

export function isSkip(text: string, { parameters }: Texts): boolean {
  const word = text.trim().normalize().toLowerCase();
  return word === SKIP || word === parameters.words.skip;
}

/** The field as people are told of it: the only one of a question has a name for recipes alone. */
export function named<Field extends Pick<AskedField, 'name' | 'prompt'>>(field: Field, { asks }: Texts): Field {
  return field.prompt === '' ? { ...field, name: asks.answerName } : field;
}

/** Why an answer was not taken. */
export function outcomeMessage(outcome: Exclude<AnswerOutcome, { kind: 'taken' }>, { asks, commands }: Texts): Message {
  switch (outcome.kind) {
    case 'not_theirs':
      return textMessage(asks.forOther);
    case 'closed':
      return textMessage(commands.questionNotOpen);
    case 'already': {
      const { by, label } = outcome.answer;
      return textMessage(outcome.isSame ? asks.already(label) : asks.wasFirst(by.name, label));
    }
  }
}

/** Asks for one field in the chat, there. */
export function fieldMessage(field: AskedField, conversation: ConversationRef, texts: Texts): Message {
  const { default: preset, example, hint, optional, prompt } = field;
  const { asks, commands, parameters } = texts;
  const skipping = asks.orSkip(
    parameters.words.skip,
    preset === undefined ? undefined : shownValue(field, preset, texts),
  );
  const hints = [
    hint,
    example === undefined ? undefined : commands.example(example),
    optional || preset !== undefined ? skipping : undefined,
  ];
  const parts = [hints.filter((part) => part !== undefined).join(', '), listedChoices(field, texts)];
  const shown = parts.filter((part) => part !== undefined && part !== '').join('; ');
  const question = prompt === '' ? asks.typeThe(named(field, texts).name) : prompt;
  const message = textMessage(shown === '' ? question : `${question} (${shown})`);
  return { ...message, blocks: [...message.blocks, ...howToAnswer(conversation, texts)] };
}

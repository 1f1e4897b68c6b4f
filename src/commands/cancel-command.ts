import type { ActionEvent, TextEvent } from '../chat/chat-event.js';
import type { ChatUser } from '../chat/chat-user.js';
import { type Message, textMessage } from '../chat/message.js';
import type { Job } from '../jobs/job-record.js';
import type { WaitingJobs } from '../jobs/waiting-jobs.js';
import { isJobQuestion, type Questions } from './questions.js';

const NOTHING_DONE = 'Cancelled. Nothing was done.';

interface CancelDeps {
  readonly questions: Questions;
  readonly waiting: WaitingJobs;
  /** Ends the person's newest running job before its next step; gives that job. */
  readonly cancelRunning: (user: ChatUser) => Promise<Pick<Job, 'recipe'> | undefined>;
}

/** What `cancel` ends: an open question, else the newest job that waits, else the newest that runs. */
export class CancelCommand {
  readonly #deps: CancelDeps;

  constructor(deps: CancelDeps) {
    this.#deps = deps;
  }

  /** The button below a question. */
  async question(event: ActionEvent, id: string): Promise<Message> {
    const { questions } = this.#deps;
    const question = await questions.open(event);
    const isOpen = question?.id === id && (await questions.close(event.user, question));
    return textMessage(isOpen ? NOTHING_DONE : 'This question is not open any more.');
  }

  async newest(event: TextEvent): Promise<Message> {
    const { cancelRunning, questions, waiting } = this.#deps;
    const question = await questions.open(event);
    if (question && (await questions.close(event.user, question))) {
      // Who answers somebody else's request cannot cancel it.
      if (isJobQuestion(question) && (await waiting.cancel(event.user, question.job)) === 'cancelled')
        return textMessage('Cancelled.');
      return textMessage(NOTHING_DONE);
    }
    const [newest, ...others] = await waiting.list(event.user);
    if (newest && (await waiting.cancel(event.user, newest.id)) === 'cancelled')
      return cancelledOf(waiting.nameOf(newest), others.length);
    const running = await cancelRunning(event.user);
    return running ? stopping(waiting.nameOf(running)) : textMessage('There is nothing to cancel.');
  }
}

function cancelledOf(recipe: string, others: number): Message {
  const count = others === 1 ? 'One more request is' : `${others} more requests are`;
  const rest = others === 0 ? '' : ` ${count} still waiting.`;
  return textMessage([{ text: 'Cancelled: ' }, { text: recipe, style: 'italic' }, { text: `.${rest}` }]);
}

function stopping(recipe: string): Message {
  return textMessage([
    { text: 'I stop ' },
    { text: recipe, style: 'italic' },
    { text: ' as soon as what it is doing now is over.' },
  ]);
}

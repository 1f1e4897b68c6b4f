import type { ActionEvent, TextEvent } from '../chat/chat-event.js';
import type { ChatUser } from '../chat/chat-user.js';
import { type Message, textMessage } from '../chat/message.js';
import type { Job } from '../jobs/job-record.js';
import type { WaitingJobs } from '../jobs/waiting-jobs.js';
import { textsFor } from '../texts/texts-for.js';
import { isJobQuestion, type Questions } from './questions.js';

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
    const question = await questions.find(event.user, id);
    const isOpen = question !== undefined && (await questions.close(event.user, question));
    const { commands } = textsFor(event.locale);
    return textMessage(isOpen ? commands.cancelledNothingDone : commands.questionNotOpen);
  }

  async newest(event: TextEvent): Promise<Message> {
    const { cancelRunning, questions, waiting } = this.#deps;
    const { commands } = textsFor(event.locale);
    const question = await questions.open(event);
    if (question && (await questions.close(event.user, question))) {
      // Who answers somebody else's request cannot cancel it.
      if (isJobQuestion(question) && (await waiting.cancel(event.user, question.job)) === 'cancelled')
        return textMessage(commands.cancelled);
      return textMessage(commands.cancelledNothingDone);
    }
    const [newest, ...others] = await waiting.list(event.user);
    if (newest && (await waiting.cancel(event.user, newest.id)) === 'cancelled')
      return textMessage(commands.cancelledOne(waiting.nameOf(newest), others.length));
    const running = await cancelRunning(event.user);
    return textMessage(running ? commands.stopping(waiting.nameOf(running)) : commands.nothingToCancel);
  }
}

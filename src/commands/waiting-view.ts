import type { ChatUser } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { plainText } from '../chat/message.js';
import { type Job, openAskOf } from '../jobs/job-record.js';
import type { CreateLoginLink } from '../jobs/login-link.js';
import type { WaitingJobs } from '../jobs/waiting-jobs.js';
import { type HomeParts, WAITING_SHOWN, type WaitingRequest } from './home-messages.js';

interface WaitingViewDeps {
  readonly waiting: WaitingJobs;
  readonly clicks: Clicks;
  readonly createLoginLink: CreateLoginLink;
}

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly locale?: string | undefined;
}

/** The waiting requests of a person with what they can do about them. */
export class WaitingView {
  readonly #deps: WaitingViewDeps;

  constructor(deps: WaitingViewDeps) {
    this.#deps = deps;
  }

  async of(asked: Asked): Promise<Pick<HomeParts, 'waiting' | 'moreWaiting'>> {
    const jobs = await this.#deps.waiting.list(asked.user);
    const waiting: WaitingRequest[] = [];
    for (const job of jobs.slice(0, WAITING_SHOWN)) waiting.push(await this.#view(asked, job));
    return { waiting, moreWaiting: Math.max(0, jobs.length - WAITING_SHOWN) };
  }

  async #view(asked: Asked, job: Job): Promise<WaitingRequest> {
    const { clicks, waiting } = this.#deps;
    const asking = openAskOf(job);
    const missing = await waiting.missingLogins(job);
    const [cancelToken = '', ...tokens] = await clicks.issue(asked.user, [
      { kind: 'cancel-job', job: job.id },
      ...missing.map(() => ({ kind: 'login-opened' as const })),
    ]);
    const logins: WaitingRequest['logins'][number][] = [];
    for (const [index, { parent, scopes }] of missing.entries()) {
      const wanted = { ...asked, connection: parent.name, ...(scopes === undefined ? {} : { scopes }) };
      const url = await this.#deps.createLoginLink(wanted);
      logins.push({ title: parent.title, url, token: tokens[index] ?? '' });
    }
    return {
      recipe: waiting.nameOf(job),
      since: job.createdAt,
      logins,
      ...(asking ? { question: plainText(asking.text) } : {}),
      cancelToken,
    };
  }
}

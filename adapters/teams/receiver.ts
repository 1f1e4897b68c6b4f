import { AnswerInTime } from '../../src/chat/answer-in-time.js';
import type { ChatEventHandler } from '../../src/chat/chat-event.js';
import { UnderWay } from '../../src/chat/under-way.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { Deadlines } from '../../src/kernel/deadlines.js';
import { asBehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../src/kernel/http.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { spoken, textsFor } from '../../src/texts/texts-for.js';
import { type Activity, judgeActivity, localeOf, type PersonalActivity, readActivity } from './activity.js';
import { FILE_CONSENT } from './file-consent.js';
import { toEvent } from './inbound.js';
import { answerInvoke, renderReplacement } from './invoke-answers.js';
import { readNews, type TeamsNews } from './news.js';
import type { OpenPresses } from './open-presses.js';
import type { Standing } from './people.js';
import { refusal } from './refusal.js';
import type { ServiceHosts } from './service-hosts.js';

/** The channel waits about 15 s for messages, and its clients show an error when an invoke takes over 5 s. */
const MESSAGE_ANSWER_BY_MS = 10_000;
const INVOKE_ANSWER_BY_MS = 4_000;
/** A message is at most 100 KB; its HTML and its mentions come along. */
const MAX_BODY_BYTES = 512 * 1024;

const OK: HttpResponse = { status: 200 };
const NOT_NOW: HttpResponse = { status: 503 };

interface ReceiverOptions {
  /** Whose people are served; in lower case. */
  readonly tenantIds: ReadonlySet<string>;
  /** Of people whose language is not known or not spoken. */
  readonly defaultLocale?: string | undefined;
  readonly hosts: ServiceHosts;
  readonly presses: OpenPresses;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Sees each genuine activity of a person before its event goes out. */
  readonly onPerson: (did: PersonalActivity) => void;
  /** What the person is, undefined for one who is turned away; rejects when that cannot be told now. */
  readonly admit: (did: PersonalActivity) => Promise<Standing | undefined>;
  /** True for what vouches for that very person. */
  readonly vouches: (did: PersonalActivity, assertion: Secret) => Promise<boolean>;
  /** Takes in what is no event: installations, changes of members. Rejects when it could not be kept. */
  readonly onNews: (news: TeamsNews) => Promise<void>;
  /** Takes what somebody says to a file that they were offered. Rejects when nothing was done. */
  readonly onFileAnswer: (did: PersonalActivity) => Promise<void>;
  /** In place of one with nothing in it. */
  readonly underway?: UnderWay;
}

/** What an activity has us do before it is answered. */
interface Errand {
  readonly kind: string;
  run(): Promise<void>;
}

/** Checks the token of a request and then runs the turn. */
export type Verify = (header: string, activity: Activity, turn: () => Promise<void>) => Promise<void>;

interface Running {
  readonly verify: Verify;
  readonly handler: ChatEventHandler;
}

/** POST `/api/messages`: where the Bot Framework channel delivers. */
export class TeamsReceiver {
  readonly route: HttpRoute;
  readonly #options: ReceiverOptions;
  readonly #underway: UnderWay;
  readonly #messageLimit: Deadlines;
  readonly #invokeLimit: Deadlines;
  #running: Running | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#underway = options.underway ?? new UnderWay();
    this.#messageLimit = new Deadlines(options.clock, MESSAGE_ANSWER_BY_MS);
    this.#invokeLimit = new Deadlines(options.clock, INVOKE_ANSWER_BY_MS);
    this.route = {
      method: 'POST',
      path: '/api/messages',
      maxBodyBytes: MAX_BODY_BYTES,
      handle: (request) => this.#handle(request),
    };
  }

  start(running: Running): void {
    this.#running = running;
  }

  /** Refuses what comes from now on and resolves when what has come is done. */
  async stop(): Promise<void> {
    this.#running = undefined;
    await this.#underway.ended();
    this.#messageLimit.stop();
    this.#invokeLimit.stop();
  }

  async #handle(request: HttpRequest): Promise<HttpResponse> {
    const running = this.#running;
    if (!running) return NOT_NOW;
    if (this.#underway.isFull) {
      this.#options.metrics.count('chat_requests_refused', { platform: 'teams', reason: 'busy' });
      return NOT_NOW;
    }
    try {
      const activity = readActivity(request.body);
      if (!activity) throw refusal('malformed');
      let response = NOT_NOW;
      await running.verify(request.headers['authorization'] ?? '', activity, async () => {
        response = await this.#turn(request, activity, running.handler);
      });
      return response;
    } catch (error) {
      return this.#answerFailure(request, error);
    }
  }

  async #turn(request: HttpRequest, activity: Activity, handler: ChatEventHandler): Promise<HttpResponse> {
    const verdict = judgeActivity(activity, this.#options);
    switch (verdict.kind) {
      case 'refused':
        throw refusal(verdict.reason);
      case 'news': {
        const news = readNews(activity, verdict.tenantId);
        if (news) await this.#options.onNews(news);
        return OK;
      }
      case 'person':
        return this.#hear(request, verdict.did, handler);
    }
  }

  async #hear(request: HttpRequest, did: PersonalActivity, handler: ChatEventHandler): Promise<HttpResponse> {
    this.#options.onPerson(did);
    const answer = new AnswerInTime();
    const event = toEvent(did, (body) => answer.give(body));
    const isInvoke = did.activity.type === 'invoke';
    const limit = isInvoke ? this.#invokeLimit : this.#messageLimit;
    const admitted: ChatEventHandler = async (heard) => {
      if (heard.kind === 'silent-sign-in' && !(await this.#options.vouches(did, heard.assertion))) return;
      const standing = await this.#options.admit(did);
      if (standing) await handler(standing === 'member' ? heard : { ...heard, person: standing });
    };
    const name = isInvoke ? (did.activity.name ?? '') : '';
    const errand: Errand | undefined = event
      ? { kind: event.kind, run: () => admitted(event) }
      : this.#fileAnswer(name, did);
    if (name === 'signin/failure') this.#noteSignInFailure(did.activity.value);
    const close = name === 'adaptiveCard/action' ? this.#openPress(did, answer) : undefined;
    try {
      if (errand) await this.#deliver(request, errand, limit);
      if (!isInvoke) return OK;
      const texts = textsFor(spoken(localeOf(did.activity), this.#options.defaultLocale));
      return answerInvoke(name, event, answer.take(), texts);
    } finally {
      close?.();
    }
  }

  /** Files are given in the 1:1 chat only. */
  #fileAnswer(name: string, did: PersonalActivity): Errand | undefined {
    if (name !== FILE_CONSENT || !did.isDirect) return undefined;
    const { admit, onFileAnswer } = this.#options;
    const run = async () => {
      if (await admit(did)) await onFileAnswer(did);
    };
    return { kind: 'file-answer', run };
  }

  /** Most failures of single sign-on show nowhere but here. The client's code says what is set up wrongly. */
  #noteSignInFailure(value: unknown): void {
    const code = typeof value === 'object' && value !== null && 'code' in value ? value.code : undefined;
    const known = typeof code === 'string' && /^[a-z]{1,40}$/i.test(code) ? code : 'other';
    this.#options.logger.warn({ code: known }, 'a Teams client could not sign a person in');
  }

  #openPress(did: PersonalActivity, answer: AnswerInTime<object>): (() => void) | undefined {
    const { conversationId } = did;
    const activityId = did.activity.replyToId;
    if (!activityId) return undefined;
    return this.#options.presses.open({ conversationId, activityId }, (card) => answer.give(renderReplacement(card)));
  }

  /** Resolves when it is done, or when the channel waits no longer; rejects when it was not kept. */
  async #deliver(request: HttpRequest, { kind, run }: Errand, limit: Deadlines): Promise<void> {
    const work = this.#underway.follow(run());
    if ((await limit.within<unknown>(work, 'late')) !== 'late') return;
    const { logger } = this.#options;
    logger.warn({ requestId: request.id, kind }, 'Teams was answered before the work was done');
    work.catch((error: unknown) => this.#logFailure(request, error));
  }

  #answerFailure(request: HttpRequest, error: unknown): HttpResponse {
    if (!isBehalfError(error, 'chat.request_invalid') || typeof error.details['status'] !== 'number') {
      this.#logFailure(request, error);
      return { status: 500 };
    }
    const { status, reason } = error.details;
    this.#options.metrics.count('chat_requests_refused', { platform: 'teams', reason: String(reason) });
    this.#options.logger.warn({ requestId: request.id, status, reason }, 'request to the Teams endpoint refused');
    return { status };
  }

  #logFailure(request: HttpRequest, error: unknown): void {
    const err = asBehalfError(error);
    this.#options.logger.error({ requestId: request.id, err }, 'request of Teams could not be taken in');
  }
}

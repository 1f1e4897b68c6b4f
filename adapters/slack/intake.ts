import { setMaxListeners } from 'node:events';
import type { App } from '@slack/bolt';
import { AnswerInTime } from '../../src/chat/answer-in-time.js';
import { UnderWay } from '../../src/chat/under-way.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import { ANSWER } from './hearing.js';
import type { JsonObject } from './json.js';
import type { SlackRequest } from './requests.js';

/** Slack waits 3 s for an answer; this leaves room for the way back. */
const ANSWER_BY_MS = 2500;
/** Requests that arrive this close together share the timer of their answers: one for each would cost a tenth of the CPU. */
const SHARED_TIMER_MS = 100;

export interface IntakeParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Takes in what tells of people and workspaces that leave or come back. */
  readonly onLifecycle: (body: JsonObject) => Promise<void>;
  /** In place of one with nothing in it. */
  readonly underway?: UnderWay;
}

/** What Slack is to be answered. */
export type Reply =
  /** It may forget the request. `body`: what it is told; nothing where it being taken says it all. */
  | { readonly kind: 'taken'; readonly body?: JsonObject }
  /** Not taken, or not known to be durable: it shall be delivered again. */
  | { readonly kind: 'again' }
  /** It makes no sense, and will not when it is repeated. */
  | { readonly kind: 'malformed'; readonly field?: unknown };

type Outcome = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: unknown };
interface Late {
  readonly kind: 'late';
}

const AGAIN: Reply = { kind: 'again' };
const TAKEN: Reply = { kind: 'taken' };

/**
 * What every way in shares once a request is known to be Slack's: it goes to the listeners, and Slack gets its answer when
 * they have resolved, so that what it may forget is durable by then. A failure asks for another delivery.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #underway: UnderWay;
  readonly #stopped = new AbortController();
  #app: App | undefined;
  #open = false;
  #timer: { readonly slot: number; readonly late: Promise<Late> } | undefined;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#underway = parts.underway ?? new UnderWay();
    setMaxListeners(0, this.#stopped.signal);
  }

  init(app: App): void {
    this.#app = app;
  }

  open(): void {
    this.#open = true;
  }

  /** Refuses what comes from now on and resolves when what has come is done. */
  async close(): Promise<void> {
    this.#open = false;
    await this.#underway.ended();
    this.#stopped.abort();
  }

  async deliver(request: Extract<SlackRequest, { kind: 'action' | 'lifecycle' }>, requestId: string): Promise<Reply> {
    const app = this.#app;
    if (!app || !this.#open) return AGAIN;
    const { clock, logger, metrics } = this.#parts;
    if (this.#underway.isFull) {
      metrics.count('chat_requests_refused', { platform: 'slack', reason: 'busy' });
      return AGAIN;
    }
    const startedAt = clock.now();
    const { body } = request;
    const answer = new AnswerInTime<JsonObject>();
    const work = this.#underway.follow(
      request.kind === 'lifecycle' ? this.#takeLifecycle(body) : this.#process(app, body, answer),
    );
    const outcome = await Promise.race([work, this.#late(startedAt)]);
    const given = answer.take();
    const taken: Reply = given ? { kind: 'taken', body: given } : TAKEN;
    switch (outcome.kind) {
      case 'done':
        return taken;
      case 'failed':
        return this.#answerFailure(requestId, outcome.error);
      case 'late':
        logger.warn({ requestId, ms: clock.now() - startedAt }, 'Slack had to be answered before the work was done');
        void work.then((ended) => {
          if (ended.kind === 'failed') this.#logFailure(requestId, ended.error);
        });
        // Not known to be durable: an event is asked for again, and known by its id. Clicks are never delivered again.
        return body['type'] === 'event_callback' ? AGAIN : taken;
    }
  }

  /** Resolves when Slack must have its answer. */
  #late(nowMs: number): Promise<Late> {
    const slot = Math.floor(nowMs / SHARED_TIMER_MS);
    if (this.#timer?.slot !== slot) {
      const late = (): Late => ({ kind: 'late' });
      this.#timer = { slot, late: this.#parts.clock.sleep(ANSWER_BY_MS, this.#stopped.signal).then(late, late) };
    }
    return this.#timer.late;
  }

  #process(app: App, body: JsonObject, answer: AnswerInTime<JsonObject>): Promise<Outcome> {
    return app.processEvent({ body, ack: async () => {}, customProperties: { [ANSWER]: answer } }).then(
      (): Outcome => ({ kind: 'done' }),
      (error: unknown): Outcome => ({ kind: 'failed', error }),
    );
  }

  #takeLifecycle(body: JsonObject): Promise<Outcome> {
    return this.#parts.onLifecycle(body).then(
      (): Outcome => ({ kind: 'done' }),
      (error: unknown): Outcome => ({ kind: 'failed', error }),
    );
  }

  #answerFailure(requestId: string, error: unknown): Reply {
    if (isBehalfError(error, 'chat.request_invalid')) return { kind: 'malformed', field: error.details['field'] };
    this.#logFailure(requestId, error);
    return AGAIN;
  }

  #logFailure(requestId: string, error: unknown): void {
    this.#parts.logger.error({ requestId, err: asBehalfError(error) }, 'request of Slack could not be taken in');
  }
}

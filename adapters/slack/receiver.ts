import { setMaxListeners } from 'node:events';
import type { App, Receiver } from '@slack/bolt';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../src/kernel/http.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { isJsonObject, type JsonObject } from './json.js';
import { isSslCheck, readSlackRequest } from './requests.js';
import { checkSignature } from './signature.js';

/** Slack waits 3 s for an answer; this leaves room for the way back. */
const ANSWER_BY_MS = 2500;
/** Requests that arrive this close together share the timer of their answers: one for each would cost a tenth of the CPU. */
const SHARED_TIMER_MS = 100;
/** A click carries the blocks of its message, form-encoded. */
const MAX_BODY_BYTES = 512 * 1024;

const EMPTY_OK: HttpResponse = { status: 200 };
const NOT_NOW: HttpResponse = { status: 503 };

export interface ReceiverParts {
  readonly signingSecret: Secret;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type Outcome =
  | {
      readonly kind: 'done';
      /** What Slack is answered with; nothing where an empty 200 says it all. */
      readonly answer?: JsonObject;
    }
  | { readonly kind: 'failed'; readonly error: unknown };
interface Late {
  readonly kind: 'late';
}

/**
 * Bolt's way in, on the process's own HTTP server. It answers when the listener has resolved, so that what Slack may forget
 * is durable by then; a failure is a 503, upon which Slack delivers an event again.
 */
export class SlackReceiver implements Receiver {
  readonly route: HttpRoute;
  readonly #parts: ReceiverParts;
  readonly #underway = new Set<Promise<Outcome>>();
  #app: App | undefined;
  #open = false;
  readonly #stopped = new AbortController();
  #timer: { readonly slot: number; readonly late: Promise<Late> } | undefined;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    setMaxListeners(0, this.#stopped.signal);
    this.route = {
      method: 'POST',
      path: '/slack/events',
      maxBodyBytes: MAX_BODY_BYTES,
      handle: (request) => this.#handle(request),
    };
  }

  init(app: App): void {
    this.#app = app;
  }

  async start(): Promise<void> {
    this.#open = true;
  }

  /** Refuses what comes from now on and resolves when what has come is done. */
  async stop(): Promise<void> {
    this.#open = false;
    await Promise.all(this.#underway);
    this.#stopped.abort();
  }

  async #handle(request: HttpRequest): Promise<HttpResponse> {
    if (isSslCheck(request)) return EMPTY_OK;
    const { signingSecret, clock } = this.#parts;
    const verdict = checkSignature(request, { signingSecret: signingSecret.reveal(), nowMs: clock.now() });
    if (verdict !== 'genuine') return this.#refuse(request, { status: 401, reason: verdict });
    const read = readSlackRequest(request);
    switch (read.kind) {
      case 'url_verification':
        return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: read.challenge };
      case 'nothing':
        return EMPTY_OK;
      case 'malformed':
        return this.#refuse(request, { status: 400, reason: 'malformed' });
      case 'action':
        return this.#deliver(request, read.body);
    }
  }

  async #deliver(request: HttpRequest, body: JsonObject): Promise<HttpResponse> {
    const app = this.#app;
    if (!app || !this.#open) return NOT_NOW;
    const { clock, logger } = this.#parts;
    const startedAt = clock.now();
    const work = this.#process(app, body);
    const outcome = await Promise.race([work, this.#late(startedAt)]);
    switch (outcome.kind) {
      case 'done':
        return outcome.answer ? json(outcome.answer) : EMPTY_OK;
      case 'failed':
        return this.#answerFailure(request, outcome.error);
      case 'late':
        logger.warn(
          { requestId: request.id, ms: clock.now() - startedAt },
          'Slack had to be answered before the work was done',
        );
        void work.then((ended) => {
          if (ended.kind === 'failed') this.#logFailure(request, ended.error);
        });
        // Not known to be durable: an event is asked for again, and known by its id. Clicks are never delivered again.
        return body['type'] === 'event_callback' ? NOT_NOW : EMPTY_OK;
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

  async #process(app: App, body: JsonObject): Promise<Outcome> {
    let answer: JsonObject | undefined;
    const ack = async (given: unknown): Promise<void> => {
      if (isJsonObject(given)) answer = given;
    };
    const work = app.processEvent({ body, ack }).then(
      (): Outcome => (answer ? { kind: 'done', answer } : { kind: 'done' }),
      (error: unknown): Outcome => ({ kind: 'failed', error }),
    );
    this.#underway.add(work);
    const outcome = await work;
    this.#underway.delete(work);
    return outcome;
  }

  #answerFailure(request: HttpRequest, error: unknown): HttpResponse {
    if (isBehalfError(error, 'chat.request_invalid'))
      return this.#refuse(request, { status: 400, reason: 'malformed', field: error.details['field'] });
    this.#logFailure(request, error);
    return NOT_NOW;
  }

  #logFailure(request: HttpRequest, error: unknown): void {
    const err = asBehalfError(error);
    this.#parts.logger.error({ requestId: request.id, err }, 'request of Slack could not be taken in');
  }

  #refuse(
    request: HttpRequest,
    { status, ...facts }: { readonly status: number; readonly reason: string; readonly field?: unknown },
  ): HttpResponse {
    this.#parts.metrics.count('chat_requests_refused', { platform: 'slack', reason: facts.reason });
    this.#parts.logger.warn({ requestId: request.id, status, ...facts }, 'request to the Slack endpoint refused');
    return { status };
  }
}

function json(body: JsonObject): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

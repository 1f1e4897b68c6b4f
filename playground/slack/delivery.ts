import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import type { DeliveryFailure, RecordedRequest, RequestKind } from './types.js';

/** Slack repeats an event at once, after one minute and after five. https://docs.slack.dev/apis/events-api */
export const SLACK_RETRY_DELAYS_MS: readonly number[] = [0, 60_000, 300_000];

export interface Outgoing {
  readonly kind: RequestKind;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly eventId?: string;
  readonly retryNum?: number;
}

export interface DeliveryOptions {
  readonly eventsUrl: string | (() => string);
  readonly signingSecret: string;
  readonly now: () => number;
  readonly ackTimeoutMs: number;
  readonly retryDelaysMs: readonly number[];
}

type Answer = Pick<RecordedRequest, 'status' | 'failure' | 'responseBody'> & { readonly noRetry: boolean };

/** Sends signed requests to the bot, keeps a log of them, and repeats events as Slack does. */
export class Delivery {
  readonly log: RecordedRequest[] = [];
  readonly #options: DeliveryOptions;
  readonly #agent = new Agent();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** The two headers of a signed request. https://docs.slack.dev/authentication/verifying-requests-from-slack */
  sign(body: string, options: { readonly timestamp?: number; readonly secret?: string } = {}): Record<string, string> {
    const timestamp = options.timestamp ?? Math.floor(this.#options.now() / 1000);
    const mac = createHmac('sha256', options.secret ?? this.#options.signingSecret);
    return {
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': `v0=${mac.update(`v0:${timestamp}:${body}`).digest('hex')}`,
    };
  }

  /** Sends as told, without adding a signature. */
  async send(outgoing: Outgoing): Promise<RecordedRequest> {
    return (await this.#send(outgoing)).recorded;
  }

  /** Sends once with a fresh signature. */
  async sendSigned(kind: RequestKind, body: string, contentType: string): Promise<RecordedRequest> {
    return this.send({ kind, body, headers: { 'content-type': contentType, ...this.sign(body) } });
  }

  /** Sends an event and resolves after the first attempt; later attempts follow by themselves. */
  async sendEvent(
    eventId: string,
    body: string,
    retry?: { num: number; reason: DeliveryFailure },
  ): Promise<RecordedRequest> {
    const retryHeaders: Record<string, string> = retry
      ? { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason }
      : {};
    const { recorded, noRetry } = await this.#send({
      kind: 'event',
      body,
      eventId,
      headers: { 'content-type': 'application/json', ...retryHeaders, ...this.sign(body) },
      ...(retry ? { retryNum: retry.num } : {}),
    });
    const num = (retry?.num ?? 0) + 1;
    const delay = this.#options.retryDelaysMs[num - 1];
    const reason = recorded.failure;
    if (reason && !noRetry && delay !== undefined) {
      this.#later(delay, () => this.sendEvent(eventId, body, { num, reason }));
    }
    return recorded;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#agent.destroy();
  }

  #later(ms: number, work: () => Promise<unknown>): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void work();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }

  async #send(outgoing: Outgoing): Promise<{ recorded: RecordedRequest; noRetry: boolean }> {
    const { eventsUrl, now, ackTimeoutMs } = this.#options;
    const sentAt = now();
    const start = performance.now();
    const url = typeof eventsUrl === 'string' ? eventsUrl : eventsUrl();
    const { noRetry, ...answer } = await this.#exchange(url, outgoing, ackTimeoutMs);
    const recorded: RecordedRequest = { ...outgoing, sentAt, ms: Math.round(performance.now() - start), ...answer };
    this.log.push(recorded);
    return { recorded, noRetry };
  }

  async #exchange(url: string, outgoing: Outgoing, timeoutMs: number): Promise<Answer> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await request(url, {
        method: 'POST',
        body: outgoing.body,
        headers: { 'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)', accept: '*/*', ...outgoing.headers },
        dispatcher: this.#agent,
        signal,
      });
      const responseBody = await response.body.text();
      const good = response.statusCode >= 200 && response.statusCode < 300;
      const noRetry = response.headers['x-slack-no-retry'] === '1';
      return {
        status: response.statusCode,
        responseBody,
        noRetry,
        ...(good ? {} : { failure: 'http_error' as const }),
      };
    } catch {
      return { failure: signal.aborted ? 'http_timeout' : 'connection_failed', responseBody: '', noRetry: false };
    }
  }
}

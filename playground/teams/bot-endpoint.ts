import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { parseJson } from '../http.js';
import { isRecord } from './cards.js';
import { makeChannelToken } from './tokens.js';
import type { ChannelActivity, Delivery, LoggedRequest } from './types.js';

export interface DeliveryTiming {
  /** Milliseconds that the bot has to answer. The real channel gives about 15 s. */
  readonly timeoutMs: number;
  /** Waits before each redelivery of a message or event that was answered with 5xx, or not at all. */
  readonly redeliveryDelaysMs: readonly number[];
}

export const REAL_TIMING: DeliveryTiming = { timeoutMs: 15_000, redeliveryDelaysMs: [1_000, 5_000] };

interface EndpointOptions {
  readonly messagesUrl: () => string;
  readonly appId: string;
  readonly timing: DeliveryTiming;
  readonly log: (entry: LoggedRequest) => void;
}

const REMEMBERED = 1_000;

/** The bot's messaging endpoint, as the channel calls it. */
export class BotEndpoint {
  timing: DeliveryTiming;
  readonly #options: EndpointOptions;
  // A connection each: a bot that restarts would reset one that is kept open, and the channel would take that for a failure.
  readonly #agent = new Agent({ keepAlive: false });
  readonly #sent = new Map<string, ChannelActivity>();
  readonly #stopped = new AbortController();

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.timing = options.timing;
  }

  /** Delivers an activity. Messages and events come again after 5xx and timeouts, invokes do not. */
  async deliver(activity: ChannelActivity): Promise<Delivery> {
    const delays = activity.type === 'invoke' ? [] : this.timing.redeliveryDelaysMs;
    const attempts: number[] = [];
    this.#remember(activity);
    for (let attempt = 0; ; attempt++) {
      const { status, body } = await this.post(activity);
      attempts.push(status);
      const delay = delays[attempt];
      const again = (status === 0 || status >= 500) && delay !== undefined && !this.#stopped.signal.aborted;
      if (!again) return { activityId: activity.id ?? '', status, body, attempts };
      await wait(delay, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }

  /** Sends the same activity again, as the channel does when it believes that the first was lost. */
  async redeliver(activityId: string): Promise<Delivery> {
    const activity = this.#sent.get(activityId);
    if (!activity) throw new Error(`No activity ${activityId} was sent`);
    const { status, body } = await this.post(activity);
    return { activityId, status, body, attempts: [status] };
  }

  /** One POST, with any token: `null` sends none. */
  async post(
    activity: unknown,
    options: { readonly token?: string | null; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const url = new URL(this.#options.messagesUrl());
    const token = options.token === undefined ? this.#token(activity) : options.token;
    const answer = await this.#send(url, JSON.stringify(activity), {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...options.headers,
    });
    const entry = { direction: 'to-bot', at: Date.now(), method: 'POST', path: url.pathname } as const;
    this.#options.log({ ...entry, body: activity, status: answer.status, response: answer.body });
    return answer;
  }

  stop(): void {
    this.#stopped.abort();
    this.#agent.destroy();
  }

  #token(activity: unknown): string {
    const serviceUrl = isRecord(activity) ? String(activity['serviceUrl'] ?? '') : '';
    return makeChannelToken({ audience: this.#options.appId, serviceUrl });
  }

  #remember(activity: ChannelActivity): void {
    this.#sent.set(activity.id ?? '', activity);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > REMEMBERED && oldest !== undefined) this.#sent.delete(oldest);
  }

  #send(url: URL, text: string, headers: Readonly<Record<string, string>>): Promise<{ status: number; body: unknown }> {
    const signal = AbortSignal.any([AbortSignal.timeout(this.timing.timeoutMs), this.#stopped.signal]);
    const length = String(Buffer.byteLength(text));
    return new Promise((resolve) => {
      const outgoing = httpRequest(
        url,
        { method: 'POST', agent: this.#agent, signal, headers: { ...headers, 'content-length': length } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', () => resolve({ status: 0, body: undefined }));
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, body: parseJson(answer) ?? (answer || undefined) });
          });
        },
      );
      outgoing.on('error', () => resolve({ status: 0, body: undefined }));
      outgoing.end(text);
    });
  }
}

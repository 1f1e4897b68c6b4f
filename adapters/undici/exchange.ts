import type { Dispatcher } from 'undici';
import { ANSWER_TOO_LARGE, type IncomingResponse } from '../../src/kernel/http-client.port.js';

/** Code of the error with which an exchange ends when the answer is larger than allowed. */
export const TOO_LARGE = ANSWER_TOO_LARGE;

export interface Exchange {
  readonly request: Dispatcher.DispatchOptions;
  /** Whole time allowed, in ms. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends one request and collects its answer, right on undici's dispatcher: the streams and signals of its `request` cost
 * several times the CPU of the call itself. Rejects with undici's errors, `ETIMEDOUT`, {@link TOO_LARGE}, or the signal's reason.
 */
export function exchange(
  dispatcher: Dispatcher,
  { request, timeoutMs, maxBytes, signal }: Exchange,
): Promise<IncomingResponse> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const collector = new Collector(maxBytes, (failure, response) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (response) resolve(response);
      else reject(failure);
    });
    const onAbort = (): void => collector.giveUp(signal?.reason);
    // The connection keeps the process alive. Of timers that do, Node makes the list anew whenever it was empty.
    const timer = setTimeout(() => collector.giveUp(coded('The call took too long', 'ETIMEDOUT')), timeoutMs).unref();
    signal?.addEventListener('abort', onAbort, { once: true });
    dispatcher.dispatch(request, collector);
  });
}

type Settle = (failure: unknown, response?: IncomingResponse) => void;

class Collector implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #settle: Settle;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #failure: Error | undefined;
  #isSettled = false;
  #size = 0;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};

  constructor(maxBytes: number, settle: Settle) {
    this.#maxBytes = maxBytes;
    this.#settle = settle;
  }

  /** Ends the exchange, with its connection when it has begun. */
  giveUp(reason: unknown): void {
    this.#failure = coded('The call was given up', 'GIVEN_UP');
    // First: undici reports its own error for what is ended here.
    this.#end(reason);
    this.#controller?.abort(this.#failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHeaders): void {
    // Interim answers (100, 103) come before the real one.
    if (status < 200) return;
    this.#status = status;
    this.#headers = joinHeaders(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) this.giveUp(coded('The answer is too large', TOO_LARGE));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks, this.#size);
    this.#end(undefined, { status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(error);
  }

  #end(failure: unknown, response?: IncomingResponse): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#settle(failure, response);
  }
}

type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** undici gives names in lower case. */
function joinHeaders(headers: IncomingHeaders): Readonly<Record<string, string>> {
  const joined: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && name !== '__proto__') joined[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

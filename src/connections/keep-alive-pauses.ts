import { LRUCache } from 'lru-cache';

const FIRST_RETRY_MS = 10 * 60_000;
const LAST_RETRY_MS = 12 * 60 * 60_000;
const FIRST_PAUSE_MS = 60_000;
const LAST_PAUSE_MS = 60 * 60_000;
const REMEMBERED = 10_000;

interface Trouble {
  readonly failures: number;
  readonly until: number;
}

/**
 * When to try again after failures that pass: the connection itself after ten minutes, doubled with each failure up to twelve
 * hours; all others of its app after a minute, doubled up to an hour, so that an app that is away is not asked once for each
 * person. Nothing shorter than what the app asks for. Times are in ms since the epoch; forgotten with the process.
 */
export class KeepAlivePauses {
  readonly #connections = new LRUCache<string, number>({ max: REMEMBERED });
  readonly #apps = new Map<string, Trouble>();

  /** Until when the app of connections of this name is left alone; undefined: it is not. */
  appPause(name: string, now: number): number | undefined {
    const until = this.#apps.get(name)?.until;
    return until !== undefined && now < until ? until : undefined;
  }

  /** Gives the time of the next try. */
  failed(
    name: string,
    key: string,
    { now, retryAfterMs = 0 }: { readonly now: number; readonly retryAfterMs?: number },
  ) {
    const failures = (this.#connections.get(key) ?? 0) + 1;
    this.#connections.set(key, failures);
    const ofApp = (this.#apps.get(name)?.failures ?? 0) + 1;
    const pauseMs = Math.max(retryAfterMs, doubled(FIRST_PAUSE_MS, LAST_PAUSE_MS, ofApp));
    this.#apps.set(name, { failures: ofApp, until: now + pauseMs });
    return now + Math.max(retryAfterMs, doubled(FIRST_RETRY_MS, LAST_RETRY_MS, failures));
  }

  answered(name: string, key: string): void {
    this.#connections.delete(key);
    this.#apps.delete(name);
  }
}

function doubled(first: number, last: number, failures: number): number {
  return Math.min(last, first * 2 ** Math.min(failures - 1, 16));
}

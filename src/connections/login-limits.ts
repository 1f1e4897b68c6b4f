import { BehalfError } from '../kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { joinKey } from '../kernel/ids.js';
import type { ConnectionOwner } from './connection.js';
import { ownerParts, personKey } from './connection-records.js';

const TRIES = 20;

/** Key of a counter or short list about logins. */
export function limitKey(...parts: readonly string[]): RecordKey {
  return { kind: 'login-limit', id: joinKey(...parts) };
}

/** The same of something that goes when all of this owner is erased. */
export function ownedLimitKey(what: string, owner: ConnectionOwner, ...parts: readonly string[]): RecordKey {
  const key = limitKey(what, ...ownerParts(owner), ...parts);
  return owner === 'shared' ? key : { ...key, owner: personKey(owner) };
}

/** Appends to a short list; gives back what fell off its front because it was longer than `max`. */
export async function appendBounded(
  store: Pick<ExpiringStore, 'get' | 'add' | 'swap'>,
  key: RecordKey,
  entry: { readonly id: string; readonly max: number; readonly ttlMs: number },
): Promise<readonly string[]> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const before = await store.get(key);
    const all = [...readList(before), entry.id];
    const kept = JSON.stringify(all.slice(-entry.max));
    const isWritten =
      before === undefined ? await store.add(key, kept, entry.ttlMs) : await store.swap(key, before, kept, entry.ttlMs);
    if (isWritten) return all.slice(0, -entry.max);
  }
  throw new BehalfError('store.unavailable', 'A short list changes faster than it can be written');
}

/** Takes a short list away. */
export async function takeList(store: ExpiringStore, key: RecordKey): Promise<readonly string[]> {
  return readList(await store.take(key));
}

function readList(text: string | undefined): readonly string[] {
  const value: unknown = text === undefined ? [] : JSON.parse(text);
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/**
 * Counts one more try within a window that begins with the first; undefined when `max` were made already, else how many are
 * left. Counting comes before looking, so that tries at the same time cannot get past the limit.
 */
export async function countTry(
  store: ExpiringStore,
  key: RecordKey,
  limit: { readonly max: number; readonly windowMs: number; readonly now: number },
): Promise<number | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const before = await store.get(key);
    const [made = 0, end = limit.now + limit.windowMs] = before === undefined ? [] : before.split(':').map(Number);
    if (made >= limit.max) return undefined;
    const ttlMs = Math.max(1, end - limit.now);
    const value = `${made + 1}:${end}`;
    const isWritten =
      before === undefined ? await store.add(key, value, ttlMs) : await store.swap(key, before, value, ttlMs);
    if (isWritten) return limit.max - made - 1;
  }
  return undefined;
}

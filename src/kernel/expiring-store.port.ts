/** What a short-lived record is; part of its key, so that two kinds never meet. */
export const RECORD_KINDS = [
  'event',
  'action',
  'cancel',
  'dialog',
  'offer',
  'login',
  'login-sign-in',
  'login-state',
  'login-proof',
  'login-silent',
  'login-limit',
  'installation',
  'private-chat',
  'held-message',
  'offered-file',
  'keep-alive',
  'api-request',
  'home',
  'home-login',
  'export',
  'erasure',
] as const;

export type RecordKind = (typeof RECORD_KINDS)[number];

export interface RecordKey {
  readonly kind: RecordKind;
  /** Any string; drivers hash or escape it. */
  readonly id: string;
  /** Whose record it is (`chatUserKey`), so that it is found when all of that person is erased. Only looked at when it is written. */
  readonly owner?: string;
}

/**
 * Short-lived records: event claims, button tokens, open questions, logins. Each disappears by itself after `ttlMs`;
 * a record past its time is never returned. Every method is atomic and durable when it resolves; values are opaque.
 * The port exposes no client and no transaction. Any failure to reach the store is `store.unavailable`.
 */
export interface ExpiringStore {
  /** Stores the value, replacing any other. */
  put(key: RecordKey, value: string, ttlMs: number): Promise<void>;
  /** Stores several records in one round trip. */
  putAll(records: readonly { readonly key: RecordKey; readonly value: string }[], ttlMs: number): Promise<void>;
  /** Stores the value only where there is none; tells whether it did. */
  add(key: RecordKey, value: string, ttlMs: number): Promise<boolean>;
  get(key: RecordKey): Promise<string | undefined>;
  /** Reads and removes; of several callers exactly one gets the value. */
  take(key: RecordKey): Promise<string | undefined>;
  /** Replaces the value only where it still is `expected`; tells whether it did. */
  swap(key: RecordKey, expected: string, value: string, ttlMs: number): Promise<boolean>;
  delete(key: RecordKey): Promise<void>;
  /** Deletes all that was written with this owner, so that nothing of it is left in the store's own files either. Safe to repeat. */
  deleteOf(owner: string): Promise<void>;
}

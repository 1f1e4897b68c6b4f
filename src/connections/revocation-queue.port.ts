/** Tokens that the provider still has to be told to revoke. */
export interface Revocation {
  /** Unique; adding the same id again replaces it. */
  readonly id: string;
  readonly connection: string;
  /** Ciphertext of the tokens, sealed for `id`. */
  readonly sealed: Uint8Array;
  /** Milliseconds since the epoch from which it may be tried. */
  readonly dueAt: number;
  readonly attempts: number;
}

/**
 * Durable list of revocations. Also the safety net of logins that are not finished: tokens that still wait for the identity
 * check are listed with a due time after the login's end, and struck off when the login has stored them.
 */
export interface RevocationQueue {
  add(revocation: Revocation): Promise<void>;
  /** Takes up to `limit` that are due and hides them until `now + hideMs`, so that one process works on each. */
  due(now: number, limit: number, hideMs: number): Promise<readonly Revocation[]>;
  /** Moves the time from which it may be tried; false, and nothing is added, when it is not there. */
  postpone(id: string, dueAt: number): Promise<boolean>;
  /** Strikes it off; false when it was not there any more. */
  remove(id: string): Promise<boolean>;
}

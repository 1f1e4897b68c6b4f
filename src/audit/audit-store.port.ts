/** A place in the log: the number of an entry, and its hash. Number 0 and no hash: before the first. */
export interface AuditPosition {
  readonly number: number;
  readonly hash: string;
}

/** Where the log begins, after its oldest entries were forgotten: the last of them, with a proof that we forgot it. */
export interface AuditAnchor extends AuditPosition {
  readonly proof: string;
}

/** One entry as it is kept. */
export interface AuditRecord extends AuditPosition {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Hash of the entry before. */
  readonly previous: string;
  readonly sealed: Uint8Array;
}

export interface AuditStart {
  /** The key of the log, sealed. */
  readonly key: Uint8Array;
  readonly anchor?: AuditAnchor;
}

export interface AuditState extends AuditStart {
  /** The newest entry. */
  readonly head: AuditPosition;
}

/**
 * Keeps the audit log: a list that only grows at its end and is only cut at its beginning. Whether it was tampered with is for
 * the reader to say. Failure to reach the store is `store.unavailable`.
 */
export interface AuditStore {
  /** Begins the log; where it has begun before, that stays as it is. Gives what is there then. */
  begin(start: AuditStart): Promise<AuditState>;
  /** Undefined: the log has not begun. */
  state(): Promise<AuditState | undefined>;
  /** Adds all of them or none, behind `after`. Undefined: done. Else where the log really ends: nothing was added. */
  append(records: readonly AuditRecord[], after: AuditPosition): Promise<AuditPosition | undefined>;
  /** Up to `limit` entries with a higher number, in order. */
  read(after: number, limit: number): Promise<readonly AuditRecord[]>;
  /** Drops the entries up to the anchor's number and keeps the anchor, unless a later one is there. */
  forget(anchor: AuditAnchor): Promise<void>;
  /** Puts another sealed form of the key in place of `former`; false: another one is there. */
  replaceKey(former: Uint8Array, next: Uint8Array): Promise<boolean>;
}

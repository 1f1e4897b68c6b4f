/** A place in the log between two pages: the number of the last entry before it, and the hash of its page. Number 0 and no hash: before the first. */
export interface AuditPosition {
  readonly number: number;
  readonly hash: string;
}

/** Where the log begins, after its oldest pages were forgotten: the last of them, with a proof that we forgot it. */
export interface AuditAnchor extends AuditPosition {
  readonly proof: string;
}

/** What is sealed in a page: `lines` as `page-content.ts` has them, or `json`, one entry by itself, as the log was kept before there were pages. */
export type PageForm = 'lines' | 'json';

/** Entries that were written together, as they are kept. `number` is that of the last one. */
export interface AuditPage extends AuditPosition {
  /** Of the newest entry: milliseconds since the epoch. */
  readonly at: number;
  /** How many entries it has. */
  readonly count: number;
  readonly form: PageForm;
  readonly sealed: Uint8Array;
}

export interface AuditStart {
  /** The key of the log, sealed. */
  readonly key: Uint8Array;
  readonly anchor?: AuditAnchor;
}

export interface AuditState extends AuditStart {
  /** The newest entry, and the hash of its page. */
  readonly head: AuditPosition;
}

/**
 * Keeps the audit log: a list of pages that only grows at its end and is only cut at its beginning. Whether it was tampered with
 * is for the reader to say. A hash is that of `chain.ts`: 32 bytes in base64url. Failure to reach the store is `store.unavailable`.
 */
export interface AuditStore {
  /** Begins the log; where it has begun before, that stays as it is. Gives what is there then. */
  begin(start: AuditStart): Promise<AuditState>;
  /** Undefined: the log has not begun. */
  state(): Promise<AuditState | undefined>;
  /** Adds all of them or none, behind `after`. Undefined: done. Else where the log really ends: nothing was added. */
  append(pages: readonly AuditPage[], after: AuditPosition): Promise<AuditPosition | undefined>;
  /** Up to `limit` pages that end with a higher number, in order. */
  read(after: number, limit: number): Promise<readonly AuditPage[]>;
  /** Drops the pages up to the anchor's number and keeps the anchor, unless a later one is there. */
  forget(anchor: AuditAnchor): Promise<void>;
  /** Puts another sealed form of the key in place of `former`; false: another one is there. */
  replaceKey(former: Uint8Array, next: Uint8Array): Promise<boolean>;
}

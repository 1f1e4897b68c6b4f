/** Somebody who has left a chat platform; without `userId`, everybody of the workspace or organisation. */
export interface Departed {
  readonly platform: string;
  readonly tenantId: string;
  readonly userId?: string;
  /** The person has asked for it: an entry of its own, which does not end when they are seen again. */
  readonly asked?: true;
}

/**
 * Durable list of those of whom all has to be erased, each from a time on. There is one entry for each; whoever is
 * listed again keeps the time of before. Ids may hold any character. Failure to reach the store is `store.unavailable`.
 */
export interface DepartureQueue {
  /** `dueAt`: ms since the epoch. */
  add(departed: Departed, dueAt: number): Promise<void>;
  /** Takes up to `limit` that are due and hides them until `now + hideMs`, so that one process works on each. */
  due(now: number, limit: number, hideMs: number): Promise<readonly Departed[]>;
  /** Strikes it off; false when it was not there. */
  remove(departed: Departed): Promise<boolean>;
}

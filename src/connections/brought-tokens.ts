import { LRUCache } from 'lru-cache';
import type { Connection, TokenSet } from './connection.js';
import { isSameTokenSet } from './token-codec.js';

/** Longer than a failover of Redis, whose new master may be without the last writes of the former. */
const SAVED_KEPT_MS = 60_000;
const KEPT = 1_000;

/** A connection that still has its tokens. */
export type WithTokens = Connection & { readonly tokens: TokenSet };

export function hasTokens(connection: Connection): connection is WithTokens {
  return connection.tokens !== undefined;
}

interface Brought {
  readonly from: WithTokens;
  readonly tokens: TokenSet;
  /** Undefined while the store has not taken them. */
  readonly savedAt?: number;
}

/**
 * Tokens that the refreshes of this process brought and that the store may be without: it was away, or has lost them in a
 * failover. The refresh token that they were made from is used: they are written (again) instead of refreshing with it.
 */
export class BroughtTokens {
  readonly #entries = new LRUCache<string, Brought>({ max: KEPT });

  add(key: string, from: WithTokens, tokens: TokenSet): void {
    this.#entries.set(key, { from, tokens });
  }

  isUnsaved(key: string, tokens: TokenSet): boolean {
    const entry = this.#entries.get(key);
    return entry?.tokens === tokens && entry.savedAt === undefined;
  }

  markSaved(key: string, now: number): void {
    const entry = this.#entries.get(key);
    if (entry) this.#entries.set(key, { ...entry, savedAt: now });
    for (const [old, { savedAt }] of this.#entries) {
      if (savedAt !== undefined && now - savedAt > SAVED_KEPT_MS) this.#entries.delete(old);
    }
  }

  /** What was made from exactly these tokens, which the store gives as the present ones. */
  madeFrom(key: string, stored: WithTokens): TokenSet | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.from.generation !== stored.generation) return undefined;
    return isSameTokenSet(entry.from.tokens, stored.tokens) ? entry.tokens : undefined;
  }
}

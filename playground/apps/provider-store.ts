import type { Adapter, AdapterPayload } from './oidc-library.js';

interface Row {
  readonly payload: AdapterPayload;
  /** Milliseconds since 1970, or never. */
  readonly expiresAt: number;
}

/**
 * Where an identity provider keeps grants and tokens: in memory, one per issuer, open to the demo's controls
 * (the library's own memory store can neither be listed nor told to age).
 */
export class ProviderStore {
  readonly #rows = new Map<string, Row>();

  adapter(model: string): Adapter {
    // A browser of the playground serves several people: each login asks who it is, no session is remembered.
    if (model === 'Session') return { ...this.#adapter(model), upsert: async () => {} };
    return this.#adapter(model);
  }

  /** Everything of one kind that belongs to an account. */
  ofAccount(model: string, accountId: string): readonly { readonly id: string; readonly payload: AdapterPayload }[] {
    return [...this.#rows]
      .filter(([key, row]) => key.startsWith(`${model}:`) && row.payload.accountId === accountId)
      .map(([key, row]) => ({ id: key.slice(model.length + 1), payload: row.payload }));
  }

  change(model: string, id: string, change: Partial<AdapterPayload>): void {
    const row = this.#live(`${model}:${id}`);
    if (row) this.#rows.set(`${model}:${id}`, { ...row, payload: { ...row.payload, ...change } });
  }

  remove(model: string, id: string): void {
    this.#rows.delete(`${model}:${id}`);
  }

  removeGrant(grantId: string): void {
    for (const [key, row] of this.#rows) {
      if (row.payload.grantId === grantId) this.#rows.delete(key);
    }
    this.remove('Grant', grantId);
  }

  #adapter(model: string): Adapter {
    const find = async (id: string) => this.#live(`${model}:${id}`)?.payload;
    return {
      find,
      findByUid: async (uid) => this.#search(model, (payload) => payload.uid === uid),
      findByUserCode: async (code) => this.#search(model, (payload) => payload.userCode === code),
      upsert: async (id, payload, expiresIn) => {
        const expiresAt = expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000;
        this.#rows.set(`${model}:${id}`, { payload, expiresAt });
        this.#sweep();
      },
      consume: async (id) => this.change(model, id, { consumed: Math.floor(Date.now() / 1000) }),
      destroy: async (id) => this.remove(model, id),
      // The library calls this once for each kind of token.
      revokeByGrantId: async (grantId) => {
        for (const [key, row] of this.#rows) {
          if (key.startsWith(`${model}:`) && row.payload.grantId === grantId) this.#rows.delete(key);
        }
      },
    };
  }

  #live(key: string): Row | undefined {
    const row = this.#rows.get(key);
    return row && row.expiresAt > Date.now() ? row : undefined;
  }

  #search(model: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, row] of this.#rows) {
      if (key.startsWith(`${model}:`) && matches(row.payload)) return row.payload;
    }
    return undefined;
  }

  #sweep(): void {
    const now = Date.now();
    for (const [key, row] of this.#rows) {
      if (row.expiresAt <= now) this.#rows.delete(key);
    }
  }
}

import { z } from 'zod';
import { type ChatUser, chatUserKey } from '../chat/chat-user.js';
import type { FormChoice } from '../chat/form.js';
import { appendBounded } from '../connections/login-limits.js';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import { joinKey, sha256 } from '../kernel/ids.js';
import { type SealedKey, type SealedStore, sealedStore } from '../kernel/sealed-store.js';
import type { Vault } from '../kernel/vault.js';
import type { ParameterOption } from '../recipes/compiled-parameter.js';

/** How long what a form offered can be sent off: longer than a form stays open. */
const OFFER_TTL_MS = 4 * 3_600_000;

/** Offers of one field that are kept: whoever types on and on fills no store. */
const MAX_OFFERS = 30;

const Offer = z.array(z.object({ label: z.string(), value: z.union([z.string(), z.number()]) }));

const HANDLE = /^([\w-]{43})\.(\d{1,3})$/;

/** A field of a form that stands open. */
export interface OfferedField {
  readonly token: string;
  readonly field: string;
  /** Whose form it is. */
  readonly user: ChatUser;
}

/**
 * What the fields of open forms have offered. The platform gets a handle in place of each value: what comes back is taken
 * only where this form, which is one person's, offered it in this field; and values may be of any length.
 */
export class OfferedOptions {
  readonly #store: SealedStore;

  constructor(store: ExpiringStore, vault: Vault) {
    this.#store = sealedStore(store, vault);
  }

  /** The same options in the same field are kept once, however often they are offered. */
  async offer(place: OfferedField, options: readonly ParameterOption[]): Promise<readonly FormChoice[]> {
    if (options.length === 0) return [];
    const offered = JSON.stringify(options.map(({ label, value }) => ({ label, value })));
    const id = sha256(offered);
    await this.#keep(place, id, offered);
    return options.map(({ label }, index) => ({ label, value: `${id}.${index}` }));
  }

  async #keep(place: OfferedField, id: string, offered: string): Promise<void> {
    const key = keyOf(place, id);
    if (!(await this.#store.add(key, offered, OFFER_TTL_MS))) return this.#store.put(key, offered, OFFER_TTL_MS);
    const list = { id, max: MAX_OFFERS, ttlMs: OFFER_TTL_MS };
    const oldest = await appendBounded(this.#store, keyOf(place, 'all'), list);
    await Promise.all(oldest.map((old) => this.#store.delete(keyOf(place, old))));
  }

  /** What this field has offered under a handle; undefined where it has not. */
  async find(place: OfferedField, handle: string): Promise<ParameterOption | undefined> {
    const [, id = '', index = ''] = HANDLE.exec(handle) ?? [];
    const kept = id === '' ? undefined : await this.#store.get(keyOf(place, id));
    const parsed = kept === undefined ? undefined : Offer.safeParse(JSON.parse(kept));
    return parsed?.success ? parsed.data[Number(index)] : undefined;
  }
}

function keyOf({ field, token, user }: OfferedField, id: string): SealedKey {
  return { kind: 'offer', id: joinKey(sha256(token), field, id), owner: chatUserKey(user) };
}

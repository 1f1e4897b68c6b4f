import { isBehalfError } from './errors.js';
import type { ExpiringStore, RecordKey, RecordKind } from './expiring-store.port.js';
import type { SealedType, Vault } from './vault.js';

/** Of a record that is sealed as what it is. */
export interface SealedKey extends RecordKey {
  readonly kind: RecordKind & SealedType;
}

/** An {@link ExpiringStore} for what people typed and what apps gave. */
export interface SealedStore {
  put(key: SealedKey, value: string, ttlMs: number): Promise<void>;
  putAll(records: readonly { readonly key: SealedKey; readonly value: string }[], ttlMs: number): Promise<void>;
  add(key: SealedKey, value: string, ttlMs: number): Promise<boolean>;
  get(key: SealedKey): Promise<string | undefined>;
  take(key: SealedKey): Promise<string | undefined>;
  swap(key: SealedKey, expected: string, value: string, ttlMs: number): Promise<boolean>;
  delete(key: SealedKey): Promise<void>;
}

/**
 * Seals values on their way into the store, each bound to its kind and id, so that one that is moved or changed there is worth
 * nothing. What does not open (its key is gone) reads as not there: such records end soon, and can be asked for anew.
 */
export function sealedStore(store: ExpiringStore, vault: Vault): SealedStore {
  const seal = ({ id, kind }: SealedKey, value: string): string =>
    Buffer.from(vault.seal(kind, [id], value)).toString('base64url');

  function open({ id, kind }: SealedKey, sealed: string | undefined): string | undefined {
    if (sealed === undefined) return undefined;
    try {
      return vault.open(kind, [id], Buffer.from(sealed, 'base64url')).toString('utf8');
    } catch (error) {
      if (isBehalfError(error, 'store.corrupt')) return undefined;
      throw error;
    }
  }

  return {
    put: (key, value, ttlMs) => store.put(key, seal(key, value), ttlMs),
    putAll: (records, ttlMs) =>
      store.putAll(
        records.map(({ key, value }) => ({ key, value: seal(key, value) })),
        ttlMs,
      ),
    async add(key, value, ttlMs) {
      const sealed = seal(key, value);
      if (await store.add(key, sealed, ttlMs)) return true;
      const there = await store.get(key);
      if (there === undefined || open(key, there) !== undefined) return false;
      return store.swap(key, there, sealed, ttlMs);
    },
    get: async (key) => open(key, await store.get(key)),
    take: async (key) => open(key, await store.take(key)),
    async swap(key, expected, value, ttlMs) {
      // No two ciphertexts of a value are equal: the one that stands there is what must still stand there.
      const sealed = await store.get(key);
      if (sealed === undefined || open(key, sealed) !== expected) return false;
      return store.swap(key, sealed, seal(key, value), ttlMs);
    },
    delete: (key) => store.delete(key),
  };
}

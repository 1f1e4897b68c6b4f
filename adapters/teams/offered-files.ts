import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type ChatUser, chatUserKey } from '../../src/chat/chat-user.js';
import type { TextFile } from '../../src/chat/text-file.js';
import { isBehalfError } from '../../src/kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../../src/kernel/expiring-store.port.js';
import { joinKey, randomToken, sha256 } from '../../src/kernel/ids.js';
import type { Vault } from '../../src/kernel/vault.js';

/** Largest file that is kept until somebody takes it. */
export const MAX_OFFERED_BYTES = 1024 * 1024;
/** A file that nobody takes for a day is forgotten. */
const OFFERED_TTL_MS = 86_400_000;
/** Longer than an upload may take; after a crash the file can be taken again. */
const UNDER_WAY_TTL_MS = 60_000;

const Kept = z.object({ name: z.string(), mimeType: z.string(), text: z.string() });

/** Files that people are offered, until they say whether they want them: sealed, each for one person. */
export class OfferedFiles {
  readonly #store: ExpiringStore;
  readonly #vault: Vault;

  constructor(store: ExpiringStore, vault: Vault) {
    this.#store = store;
    this.#vault = vault;
  }

  /** Gives the token by which that person, and nobody else, takes it. */
  async keep(user: ChatUser, file: TextFile): Promise<string> {
    const token = randomToken();
    const sealed = this.#vault.seal('offered-file', partsOf(user, token), gzipSync(JSON.stringify(file)));
    await this.#store.put(keyOf(user, token), Buffer.from(sealed).toString('base64url'), OFFERED_TTL_MS);
    return token;
  }

  /** Undefined for what was taken, was declined, is too old or is somebody else's. */
  async find(user: ChatUser, token: string): Promise<TextFile | undefined> {
    const text = await this.#store.get(keyOf(user, token));
    if (text === undefined) return undefined;
    try {
      const packed = this.#vault.open('offered-file', partsOf(user, token), Buffer.from(text, 'base64url'));
      return Kept.parse(JSON.parse(gunzipSync(packed).toString('utf8')));
    } catch (error) {
      // Its key is gone.
      if (isBehalfError(error, 'store.corrupt')) return undefined;
      throw error;
    }
  }

  /** False while another press hands it over. */
  begin(user: ChatUser, token: string): Promise<boolean> {
    return this.#store.add(underWay(user, token), '1', UNDER_WAY_TTL_MS);
  }

  /** It was not handed over; the person may try again. */
  giveUp(user: ChatUser, token: string): Promise<void> {
    return this.#store.delete(underWay(user, token));
  }

  drop(user: ChatUser, token: string): Promise<void> {
    return this.#store.delete(keyOf(user, token));
  }
}

function partsOf(user: ChatUser, token: string): readonly string[] {
  return [chatUserKey(user), sha256(token)];
}

function keyOf(user: ChatUser, token: string): RecordKey {
  return { kind: 'offered-file', id: joinKey(...partsOf(user, token)), owner: chatUserKey(user) };
}

function underWay(user: ChatUser, token: string): RecordKey {
  return { kind: 'offered-file', id: joinKey(...partsOf(user, token), 'under-way'), owner: chatUserKey(user) };
}

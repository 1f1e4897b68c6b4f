import { z } from 'zod';
import { type ChatUser, chatUserKey } from '../chat/chat-user.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { randomToken, sha256 } from '../kernel/ids.js';

/** Long enough to fetch a file, and too short for a link that is found later. */
export const EXPORT_LINK_MS = 15 * 60_000;

const StoredLink = z.object({
  user: z.object({ platform: z.enum(['slack', 'teams']), tenantId: z.string(), userId: z.string() }),
  locale: z.string().optional(),
});

/** Whose data a link gives, and what they read. */
export interface ExportLink {
  readonly user: ChatUser;
  readonly locale?: string | undefined;
}

/**
 * Links to what is kept about a person. Like login links they are 256 random bits, go to that person in private alone, live
 * shortly and are used up by a press on the page, not by looking at it. What they lead to is put together only then: there is
 * no copy of it anywhere.
 */
export class ExportLinks {
  readonly #store: ExpiringStore;

  constructor(store: ExpiringStore) {
    this.#store = store;
  }

  /** Gives the token for the page's address. */
  async create({ locale, user }: ExportLink): Promise<string> {
    const token = randomToken();
    const { platform, tenantId, userId } = user;
    const link = { user: { platform, tenantId, userId }, locale };
    await this.#store.put({ ...keyOf(token), owner: chatUserKey(user) }, JSON.stringify(link), EXPORT_LINK_MS);
    return token;
  }

  /** Changes nothing: scanners fetch links before people do. */
  async find(token: string): Promise<ExportLink | undefined> {
    return read(await this.#store.get(keyOf(token)));
  }

  /** Uses it up; of several callers exactly one gets it. */
  async take(token: string): Promise<ExportLink | undefined> {
    return read(await this.#store.take(keyOf(token)));
  }
}

function read(value: string | undefined): ExportLink | undefined {
  return value === undefined ? undefined : StoredLink.safeParse(JSON.parse(value)).data;
}

function keyOf(token: string): RecordKey {
  return { kind: 'export', id: sha256(token) };
}

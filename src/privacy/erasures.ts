import { z } from 'zod';
import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import { type ChatUser, chatUserKey, type Platform } from '../chat/chat-user.js';
import { type ConversationRef, StoredConversation, toStored } from '../chat/conversation.js';
import { inLanguage, type Message } from '../chat/message.js';
import type { Disconnection } from '../connections/end-connection.js';
import type { Audit } from '../kernel/audit.port.js';
import { asBehalfError, isBehalfError } from '../kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { sha256 } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Vault } from '../kernel/vault.js';
import { type Erased, type ErasePersonDeps, erasePerson } from './erase-person.js';

/** Longer than the store of a service is away that is repaired in the end. */
const WISH_TTL_MS = 30 * 86_400_000;

const Wish = z.object({
  conversation: StoredConversation,
  locale: z.string().optional(),
  /** What was done so far: a process that goes on after another one has died tells of it, too. */
  jobs: z.number(),
  ended: z.array(
    z.object({
      name: z.string(),
      account: z.string().optional(),
      /** `unknown`: the process died before it could note what became of it. */
      revocation: z.enum(['queued', 'unsupported', 'unreadable', 'none', 'unknown']),
    }),
  ),
});
type Wish = z.infer<typeof Wish>;

/** What a person is told in the end. */
export interface ErasureReport extends Pick<Wish, 'ended' | 'jobs'> {
  readonly locale?: string | undefined;
}

interface ErasuresDeps extends ErasePersonDeps {
  readonly records: ExpiringStore;
  readonly vault: Vault;
  /** Lists the person, durably, to be erased from now on. */
  readonly enlist: (user: ChatUser) => Promise<void>;
  /** Works off the list now. Rejects as the store does. */
  readonly work: () => Promise<unknown>;
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly messageOf: (report: ErasureReport) => Message;
  readonly logger: Logger;
  /** Absent: nothing is noted. */
  readonly audit?: Audit;
}

/** The erasing of all that is kept about people: who asked for it themselves is told what was done. */
export class Erasures {
  readonly #deps: ErasuresDeps;

  constructor(deps: ErasuresDeps) {
    this.#deps = deps;
  }

  /** Notes what a person wants. Durable when it resolves. Safe to repeat. */
  async request(asked: {
    readonly user: ChatUser;
    readonly conversation: ConversationRef;
    readonly locale?: string | undefined;
  }): Promise<void> {
    const { conversation, locale, user } = asked;
    const before = await this.#read(user);
    const wish = { jobs: 0, ended: [], ...before, conversation: toStored(conversation), locale };
    await this.#write(user, wish);
    await this.#deps.enlist(user);
    this.#note(user, 'erasure_asked');
  }

  /** Begins with what is listed. What fails is tried again when the list is looked at the next time. */
  begin(): void {
    void this.#deps.work().catch((error: unknown) => {
      this.#deps.logger.warn({ err: asBehalfError(error) }, 'erasing what is kept about somebody has to wait');
    });
  }

  /** Erases what is kept about somebody who was listed, for whatever reason. */
  async carryOut(user: ChatUser, { isAsked }: { readonly isAsked: boolean }): Promise<Erased> {
    const wish = isAsked ? await this.#read(user) : undefined;
    if (!wish) return this.#erase(user, 'service');
    let done: Wish = wish;
    const note = async (ended: Wish['ended'][number]) => {
      done = { ...done, ended: [...done.ended.filter(({ name }) => name !== ended.name), ended] };
      await this.#write(user, done);
    };
    const erased = await erasePerson(this.#deps, user, {
      onJobs: async (count) => {
        done = { ...done, jobs: Math.max(done.jobs, count) };
        await this.#write(user, done);
      },
      onEnding: (ending) => note(brief({ ...ending, revocation: 'unknown' })),
      onEnded: (ended) => note(brief(ended)),
    });
    if (!erased.isWhole) return erased;
    this.#note(user, 'erased', done.ended.length);
    await this.#tell(user, done);
    await this.#deps.records.delete(keyOf(user));
    return erased;
  }

  async #erase(user: ChatUser, by: string): Promise<Erased> {
    const erased = await erasePerson(this.#deps, user, { by });
    if (erased.isWhole) this.#note(user, 'erased', erased.connections.length, by);
    return erased;
  }

  /** The last word about it. Where it cannot be said it is done all the same. */
  async #tell(user: ChatUser, { conversation, ended, jobs, locale }: Wish): Promise<void> {
    const { chats, logger, messageOf } = this.#deps;
    try {
      const chat = chats(user.platform);
      const message = inLanguage(messageOf({ ended, jobs, locale }), locale);
      if (conversation.kind === 'direct') await chat.post(conversation, message);
      else await chat.postPrivately(conversation, user, message);
    } catch (error) {
      logger.warn({ err: asBehalfError(error), platform: user.platform }, 'nobody could be told of an erasure');
    }
  }

  #note(user: ChatUser, outcome: 'erasure_asked' | 'erased', count?: number, by?: string): void {
    this.#deps.audit?.note({
      kind: 'privacy',
      outcome,
      person: { platform: user.platform, tenant: user.tenantId, user: user.userId },
      ...(count === undefined ? {} : { count }),
      ...(by === undefined ? {} : { by }),
    });
  }

  async #read(user: ChatUser): Promise<Wish | undefined> {
    const { logger, records, vault } = this.#deps;
    const sealed = await records.get(keyOf(user));
    if (sealed === undefined) return undefined;
    try {
      return Wish.safeParse(vault.openJson('erasure', [chatUserKey(user)], Buffer.from(sealed, 'base64url'))).data;
    } catch (error) {
      // Its key is gone: all is erased, and nobody can be told.
      if (!isBehalfError(error, 'store.corrupt')) throw error;
      logger.warn({ err: error }, 'nobody can be told of an erasure');
      return undefined;
    }
  }

  async #write(user: ChatUser, wish: Wish): Promise<void> {
    const { records, vault } = this.#deps;
    const sealed = vault.sealJson('erasure', [chatUserKey(user)], wish);
    await records.put(keyOf(user), Buffer.from(sealed).toString('base64url'), WISH_TTL_MS);
  }
}

function brief({
  account,
  name,
  revocation,
}: Omit<Disconnection, 'revocation'> & Pick<Wish['ended'][number], 'revocation'>): Wish['ended'][number] {
  return { name, revocation, ...(account === undefined ? {} : { account: account.label }) };
}

/** Without an owner, and without a name: it lives until the person has been told. */
function keyOf(user: ChatUser): RecordKey {
  return { kind: 'erasure', id: sha256(chatUserKey(user)) };
}

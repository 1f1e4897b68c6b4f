import { z } from 'zod';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import type { Vault } from '../kernel/vault.js';
import type { Connection, PersonOwner, TokenSet } from './connection.js';
import type { ParentConnection } from './parent-connection.js';
import type { Revocation, RevocationQueue } from './revocation-queue.port.js';
import { decodeTokens, encodeTokens, storedTokens } from './token-codec.js';

const storedRevocation = z.object({
  t: storedTokens,
  from: z.number(),
  /** Whose login it is the safety net of: tokens that this person's connection holds in the end are not revoked. */
  o: z.object({ platform: z.string(), tenantId: z.string(), userId: z.string() }).exactOptional(),
});

interface AddOptions {
  readonly id?: string;
  /** Milliseconds since the epoch; now by default. */
  readonly dueAt?: number;
  /** They are struck off instead where the connection of this person has come to hold them. */
  readonly unlessUsedBy?: PersonOwner;
}

/** What the person can be told of the end of their tokens at the app. */
export type RevocationNotice =
  /** The app is being asked to end them. */
  | 'queued'
  /** The app offers no way to end them; they are only forgotten here. */
  | 'unsupported'
  /** No key opens them: the app cannot be asked to end them. */
  | 'unreadable'
  /** There were none. */
  | 'none';

/** Puts tokens on the list of those that the provider has to end. */
export interface RevocationPlan {
  /** Adds the tokens, to be ended from `dueAt` on (now by default); `id` replaces an entry that is there. */
  add(
    connection: string,
    tokens: TokenSet,
    options?: AddOptions,
  ): Promise<{ readonly id: string; readonly notice: RevocationNotice }>;
  /** Adds tokens that lost against `winner`, unless ending them would end the winner's too. */
  addLosers(connection: string, tokens: TokenSet, winner: Connection | undefined): Promise<void>;
  /** Moves the time of an entry; false when it is not there any more. */
  postpone(id: string, dueAt: number): Promise<boolean>;
  /** Strikes an entry off; false when it was not there any more. */
  cancel(id: string): Promise<boolean>;
}

export interface RevocationPlanDeps {
  readonly queue: RevocationQueue;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly parents: (name: string) => ParentConnection | undefined;
}

export function createRevocationPlan(deps: RevocationPlanDeps): RevocationPlan {
  const { queue, vault, clock, parents } = deps;

  function appOf(connection: string) {
    const auth = parents(connection)?.auth;
    return auth?.kind === 'oauth2' ? auth.app : undefined;
  }

  async function add(
    connection: string,
    tokens: TokenSet,
    options: AddOptions = {},
  ): Promise<{ readonly id: string; readonly notice: RevocationNotice }> {
    const now = clock.now();
    const id = options.id ?? newId(now);
    const app = appOf(connection);
    if (app && app.revocationUrl === undefined) return { id, notice: 'unsupported' };
    const dueAt = options.dueAt ?? now;
    const { unlessUsedBy } = options;
    const o = unlessUsedBy === undefined ? {} : { o: unlessUsedBy };
    const sealed = vault.sealJson('revocation', [id], { t: encodeTokens(tokens), from: dueAt, ...o });
    await queue.add({ id, connection, sealed, dueAt, attempts: 0 });
    return { id, notice: 'queued' };
  }

  return {
    add,
    async addLosers(connection, tokens, winner) {
      if (winner?.tokens && appOf(connection)?.revocationEnds === 'grant') return;
      await add(connection, tokens);
    },
    postpone: (id, dueAt) => queue.postpone(id, dueAt),
    cancel: (id) => queue.remove(id),
  };
}

/** An entry, opened. */
export interface OpenRevocation {
  readonly tokens: TokenSet;
  /** Since when they are to be ended, in ms since the epoch. */
  readonly from: number;
  readonly unlessUsedBy?: PersonOwner;
}

/** @throws BehalfError `store.corrupt` */
export function openRevocation(vault: Vault, revocation: Revocation): OpenRevocation {
  const inside = storedRevocation.safeParse(vault.openJson('revocation', [revocation.id], revocation.sealed));
  if (!inside.success) throw new BehalfError('store.corrupt', 'A stored revocation is not of this version');
  const { from, o, t } = inside.data;
  return { tokens: decodeTokens(t), from, ...(o === undefined ? {} : { unlessUsedBy: o }) };
}

/** The inside of an entry, sealed with the first key. Throws `store.corrupt`. */
export function resealRevocation(vault: Vault, { id, sealed }: Pick<Revocation, 'id' | 'sealed'>): Uint8Array {
  return vault.reseal('revocation', [id], sealed);
}

import { LRUCache } from 'lru-cache';
import type { AuditEvent } from '../kernel/audit.port.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import { randomFraction } from '../kernel/ids.js';
import type { Observers } from '../kernel/observers.js';
import type { Secret } from '../kernel/secret.js';
import type { Vault } from '../kernel/vault.js';
import type { ReasonCode } from '../texts/reason-text.js';
import { type Activation, activateConnection } from './activate-connection.js';
import { auditedAccount, auditedOwner, notingNeedsLogin } from './audit-notes.js';
import { clientFingerprint } from './client-fingerprint.js';
import type { Account, Connection, ConnectionOwner, TokenSet } from './connection.js';
import { connectionKey, createConnectionRecords, type ReadRow } from './connection-records.js';
import type { ConnectionStore } from './connection-store.port.js';
import { type CredentialAnswer, CredentialFinder, type CredentialOptions } from './credential-finder.js';
import { countChildren, eachOwner } from './each-owner.js';
import { type Disconnection, endConnection } from './end-connection.js';
import { ended } from './ended-connection.js';
import { IdleLogins } from './idle-logins.js';
import { keepAliveAt } from './keep-alive-time.js';
import type { LeaseStore } from './lease-store.port.js';
import type { OAuthClient } from './oauth-client.port.js';
import { keepAlivePolicyOf, type ParentConnection } from './parent-connection.js';
import type { RevocationPlan } from './revocation-plan.js';
import { type SharedStates, statesOf } from './shared-states.js';
import { TokenRefresher } from './token-refresher.js';

const TOUCH_INTERVAL_MS = 60_000;
const TOUCHES_REMEMBERED = 10_000;

export interface ConnectionsDeps extends Observers {
  readonly store: ConnectionStore;
  readonly leases: LeaseStore;
  readonly vault: Vault;
  readonly oauth: OAuthClient;
  readonly revocations: RevocationPlan;
  /** Absent: what is written is not kept alive, and struck off the list. */
  readonly parents?: (name: string) => ParentConnection | undefined;
  readonly clock: Clock;
  /** 0 to 1; spreads refreshes and polls. Default `randomFraction`. */
  readonly random?: () => number;
}

/** A connection without its tokens, for lists. */
export type ConnectionSummary = Omit<
  Connection,
  'tokens' | 'secrets' | 'client' | 'made' | 'connectedAt' | 'changedAt'
> & {
  /** Access that the app has granted. */
  readonly scopes?: readonly string[];
  /** As all times in ms since the epoch; absent where no key opens the row. */
  readonly connectedAt?: number;
  readonly changedAt?: number;
};

/** The connections of people and the shared ones: credentials for actions, lists, disconnecting. */
export interface Connections {
  /**
   * The credential of this owner, refreshed when it is due. A person's is never replaced by the shared one.
   * `refusedGeneration`: the app answered 401 to the credential of that generation; a newer one is fetched or made.
   * Rejects with `oauth.transient`, `oauth.operator`, `oauth.protocol` (texts name the app), `store.unavailable`,
   * `store.corrupt`, and `connection.invalid` where the parent cannot serve persons.
   */
  credentialFor(
    owner: ConnectionOwner,
    parent: ParentConnection,
    options?: CredentialOptions,
  ): Promise<CredentialAnswer>;
  /** Says that {@link Connections.credentialFor} follows within moments; absent where the store gains nothing by it. */
  readonly expect?: (owner: ConnectionOwner, name: string) => void;
  /** By name, with the last uses. A row that cannot be read shows as `needs_login`. */
  list(owner: ConnectionOwner): Promise<readonly ConnectionSummary[]>;
  get(owner: ConnectionOwner, name: string): Promise<ConnectionSummary | undefined>;
  /** The states of all shared connections at once: one call of the store. */
  sharedStates(): Promise<SharedStates>;
  /** Has the tokens revoked, wipes them and keeps the row. Undefined: there is no such connection. */
  disconnect(owner: ConnectionOwner, name: string): Promise<Disconnection | undefined>;
  /** As {@link disconnect}, and removes the row. `by`: who does it, where it is not the owner. */
  remove(owner: ConnectionOwner, name: string, by?: string): Promise<Disconnection | undefined>;
  /** After the app has refused a fresh token: a login is needed. False when something newer is there. */
  markNeedsLogin(owner: ConnectionOwner, name: string, generation: number, reason: string): Promise<boolean>;
  /** Stores the tokens of a login that has passed its check. Replaced tokens are revoked. `client`: a `clientFingerprint`. */
  activate(
    owner: ConnectionOwner,
    name: string,
    tokens: TokenSet,
    account: Account,
    client?: string,
  ): Promise<Activation>;
  /** Keeps secrets of a shared connection, sealed. `account`: as the app tells, if it does. */
  keepSecrets(
    parent: ParentConnection,
    secrets: Readonly<Record<string, Secret>>,
    account: Account | undefined,
  ): Promise<Activation>;
  /** Keeps the entry of a connection that is made at run time, not connected yet. False: there is one of this name. */
  make(name: string, entry: Secret): Promise<boolean>;
  /** How many persons have a connection of this name, be it ended. */
  countChildren(name: string): Promise<number>;
  /** How many of this name, the shared one among them, no key opens: where they end, their apps cannot be asked to revoke. */
  countUnreadable(name: string): Promise<number>;
  /** Has the tokens of everybody's connection of this name revoked, and removes the rows; gives their number. */
  removeAll(name: string): Promise<number>;
  /**
   * Ends the connections of this parent that were made with another client or for another host, with a reason; gives their
   * number. Without it they end when they are used. Safe to repeat.
   */
  endForeign(parent: ParentConnection): Promise<number>;
  /** Logins that nobody uses. */
  readonly idle: Pick<IdleLogins, 'plan' | 'refresh'>;
}

export function createConnections(deps: ConnectionsDeps): Connections {
  const { store, vault, clock, logger } = deps;
  const records = createConnectionRecords(store, vault, (connection) =>
    keepAliveAt(connection, keepAlivePolicyOf(deps.parents?.(connection.name))),
  );
  const noted = notingNeedsLogin(records, (event) => deps.audit?.note(event));
  const parts = { ...deps, records: noted, random: deps.random ?? randomFraction };
  const refresher = new TokenRefresher(parts);
  const touched = new LRUCache<string, number>({ max: TOUCHES_REMEMBERED });

  /** Off the way of the command, at most once a minute. */
  function touch({ owner, name }: Connection): void {
    const key = connectionKey(owner, name);
    const now = clock.now();
    if (now - (touched.get(key) ?? 0) < TOUCH_INTERVAL_MS) return;
    touched.set(key, now);
    store.touch(owner, name, now).catch((error: unknown) => {
      logger.warn({ connection: name, err: asBehalfError(error) }, 'noting the last use failed');
    });
  }

  async function end(
    owner: ConnectionOwner,
    name: string,
    { by, removeRow }: { readonly removeRow: boolean; readonly by?: string | undefined },
  ): Promise<Disconnection | undefined> {
    const done = await endConnection(parts, { owner, name, removeRow });
    const outcome = removeRow ? 'deleted' : 'disconnected';
    if (done) note({ outcome, connection: name, ...auditedOwner(owner), ...auditedAccount(done.account) }, by);
    return done;
  }

  function note(event: Omit<AuditEvent, 'kind'>, by?: string): void {
    deps.audit?.note({ kind: 'connection', ...event, ...(by === undefined ? {} : { by }) });
  }

  const finder = new CredentialFinder({ records: noted, refresher, clock, logger, touch });

  return {
    idle: new IdleLogins({ store, records: noted, finder, refresher, clock }),
    credentialFor: (owner, parent, options = {}) => finder.find(owner, parent, options),
    ...(store.expect ? { expect: (owner, name) => store.expect?.(owner, name) } : {}),
    async list(owner) {
      const [rows, uses] = await Promise.all([records.list(owner), store.lastUses(owner)]);
      return rows.map((row) => summarize(row, uses));
    },
    async get(owner, name) {
      const [row, uses] = await Promise.all([records.look(owner, name), store.lastUses(owner)]);
      return row && summarize(row, uses);
    },
    sharedStates: async () => statesOf(await records.list('shared')),
    disconnect: (owner, name) => end(owner, name, { removeRow: false }),
    remove: (owner, name, by) => end(owner, name, { removeRow: true, by }),
    async markNeedsLogin(owner, name, generation, reason) {
      const connection = await records.read(owner, name);
      if (connection?.status !== 'connected' || connection.generation !== generation) return false;
      return noted.write(ended(connection, { status: 'needs_login', reason, changedAt: clock.now() }));
    },
    activate: (owner, name, tokens, account, client) =>
      activateConnection(parts, {
        owner,
        name,
        grant: { tokens },
        account,
        ...(client === undefined ? {} : { client }),
      }),
    async keepSecrets(parent, secrets, account) {
      const activation = await activateConnection(parts, {
        owner: 'shared',
        name: parent.name,
        grant: { secrets },
        ...(account === undefined ? {} : { account }),
        client: clientFingerprint(parent),
      });
      note({ outcome: 'connected', connection: parent.name, app: parent.connector, ...auditedAccount(account) });
      return activation;
    },
    async make(name, made) {
      const found = await records.look('shared', name);
      if (found?.kind === 'unreadable' || found?.connection.made) return false;
      const now = clock.now();
      const first = { owner: 'shared', name, generation: 0, status: 'disconnected', connectedAt: now } as const;
      const former = found?.connection ?? { ...first, changedAt: now };
      const isMade = await records.write({ ...ended(former, { status: 'disconnected', changedAt: now }), made });
      if (isMade) note({ outcome: 'made', connection: name });
      return isMade;
    },
    countChildren: (name) => countChildren(store, name),
    countUnreadable: (name) =>
      eachOwner(store, name, async (owner) => (await records.look(owner, name))?.kind === 'unreadable'),
    removeAll: (name) =>
      eachOwner(store, name, async (owner) => {
        return (await end(owner, name, { removeRow: true })) !== undefined;
      }),
    endForeign: (parent) =>
      eachOwner(store, parent.name, async (owner) => {
        const found = await records.look(owner, parent.name);
        return found?.kind === 'readable' && (await finder.endIfForeign(found.connection, parent)) !== undefined;
      }),
  };
}

function summarize(read: ReadRow, uses: Readonly<Record<string, number>>): ConnectionSummary {
  const summary = read.kind === 'readable' ? withoutSecrets(read.connection) : unreadable(read);
  const lastUsedAt = Object.hasOwn(uses, summary.name) ? uses[summary.name] : undefined;
  return { ...summary, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
}

function withoutSecrets({ client: _, made: __, secrets: ___, tokens, ...rest }: Connection): ConnectionSummary {
  return { ...rest, ...(tokens === undefined ? {} : { scopes: tokens.scopes }) };
}

/** Why a connection needs a login whose row cannot be opened. */
export const UNREADABLE = 'unreadable' satisfies ReasonCode;

function unreadable({ row }: ReadRow & { readonly kind: 'unreadable' }): ConnectionSummary {
  const { owner, name, generation } = row;
  return { owner, name, generation, status: 'needs_login', reason: UNREADABLE };
}

import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, BehalfError, type ErrorCode, isBehalfError } from '../kernel/errors.js';
import { randomFraction } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { Vault } from '../kernel/vault.js';
import { type Activation, activateConnection } from './activate-connection.js';
import type { Account, Connection, ConnectionOwner, Credential, TokenSet } from './connection.js';
import { connectionKey, createConnectionRecords, type ReadRow } from './connection-records.js';
import type { ConnectionStore } from './connection-store.port.js';
import { type Disconnection, endConnection } from './end-connection.js';
import { type KeyRotation, rotateConnectionKeys } from './key-rotation.js';
import type { LeaseStore } from './lease-store.port.js';
import type { OAuthClient } from './oauth-client.port.js';
import type { OAuthApp, ParentConnection } from './parent-connection.js';
import type { RevocationPlan } from './revocation-plan.js';
import { TokenRefresher } from './token-refresher.js';

const TOUCH_INTERVAL_MS = 60_000;
const TOUCHES_REMEMBERED = 10_000;

export interface ConnectionsDeps {
  readonly store: ConnectionStore;
  readonly leases: LeaseStore;
  readonly vault: Vault;
  readonly oauth: OAuthClient;
  readonly revocations: RevocationPlan;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** 0 to 1; spreads refreshes and polls. Default `randomFraction`. */
  readonly random?: () => number;
}

/** What an action is carried out with, or that somebody has to log in first. */
export type CredentialAnswer =
  | { readonly kind: 'ready'; readonly credential: Credential; readonly account?: Account }
  /** `reason`: why an earlier login does not do any more, for the person; absent when there was none. */
  | { readonly kind: 'login_required'; readonly reason?: string };

/** A connection without its tokens, for lists. */
export type ConnectionSummary = Omit<Connection, 'tokens'>;

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
    options?: { readonly refusedGeneration?: number },
  ): Promise<CredentialAnswer>;
  /** By name, with the last uses. A row that cannot be read shows as `needs_login`. */
  list(owner: ConnectionOwner): Promise<readonly ConnectionSummary[]>;
  get(owner: ConnectionOwner, name: string): Promise<ConnectionSummary | undefined>;
  /** Has the tokens revoked, wipes them and keeps the row. Undefined: there is no such connection. */
  disconnect(owner: ConnectionOwner, name: string): Promise<Disconnection | undefined>;
  /** As {@link disconnect}, and removes the row. */
  remove(owner: ConnectionOwner, name: string): Promise<Disconnection | undefined>;
  /** After the app has refused a fresh token: a login is needed. False when something newer is there. */
  markNeedsLogin(owner: ConnectionOwner, name: string, generation: number, reason: string): Promise<boolean>;
  /** Stores the tokens of a login that has passed its check. Replaced tokens are revoked. */
  activate(owner: ConnectionOwner, name: string, tokens: TokenSet, account: Account): Promise<Activation>;
  /** Seals every row of this name anew that is not sealed with the first key. Safe to repeat. */
  rotateKeys(name: string): Promise<KeyRotation>;
}

export function createConnections(deps: ConnectionsDeps): Connections {
  const { store, vault, clock, logger } = deps;
  const records = createConnectionRecords(store, vault);
  const parts = { ...deps, records, random: deps.random ?? randomFraction };
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

  async function oauthCredential(
    owner: ConnectionOwner,
    parent: { readonly name: string; readonly title: string; readonly app: OAuthApp },
    options: { readonly refusedGeneration?: number },
  ): Promise<CredentialAnswer> {
    const connection = await records.read(owner, parent.name);
    const ready =
      connection?.tokens === undefined
        ? connection
        : await refresher
            .fresh({ ...options, connection: { ...connection, tokens: connection.tokens }, app: parent.app })
            .catch((error: unknown) => {
              throw namingApp(error, parent.title);
            });
    if (ready?.status !== 'connected' || ready.tokens === undefined) {
      return { kind: 'login_required', ...(ready?.reason === undefined ? {} : { reason: ready.reason }) };
    }
    touch(ready);
    return {
      kind: 'ready',
      credential: bearer(ready.tokens, ready.generation),
      ...(ready.account === undefined ? {} : { account: ready.account }),
    };
  }

  return {
    async credentialFor(owner, parent, options = {}) {
      const { auth, name, title } = parent;
      if (auth.kind === 'oauth2') return oauthCredential(owner, { name, title, app: auth.app }, options);
      if (owner === 'shared') return { kind: 'ready', credential: auth.credential };
      throw new BehalfError('connection.invalid', `Connection ${name} has no login of persons`, {
        details: { connection: name, method: auth.method },
      });
    },
    async list(owner) {
      const [rows, uses] = await Promise.all([records.list(owner), store.lastUses(owner)]);
      return rows.map((row) => summarize(row, uses));
    },
    async get(owner, name) {
      const [row, uses] = await Promise.all([records.look(owner, name), store.lastUses(owner)]);
      return row && summarize(row, uses);
    },
    disconnect: (owner, name) => endConnection(parts, { owner, name, removeRow: false }),
    remove: (owner, name) => endConnection(parts, { owner, name, removeRow: true }),
    async markNeedsLogin(owner, name, generation, reason) {
      const connection = await records.read(owner, name);
      if (connection?.status !== 'connected' || connection.generation !== generation) return false;
      const { tokens: _, ...rest } = connection;
      return records.write({
        ...rest,
        generation: generation + 1,
        status: 'needs_login',
        reason,
        changedAt: clock.now(),
      });
    },
    activate: (owner, name, tokens, account) => activateConnection(parts, { owner, name, tokens, account }),
    rotateKeys: (name) => rotateConnectionKeys(parts, name),
  };
}

/** The tokens as what an action is carried out with. */
export function bearer({ accessToken, fields }: TokenSet, generation: number): Credential {
  return { kind: 'bearer', token: accessToken, generation, ...(fields === undefined ? {} : { fields }) };
}

function summarize(read: ReadRow, uses: Readonly<Record<string, number>>): ConnectionSummary {
  const { tokens: _, ...summary } = read.kind === 'readable' ? read.connection : unreadable(read);
  const lastUsedAt = Object.hasOwn(uses, summary.name) ? uses[summary.name] : undefined;
  return { ...summary, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
}

function unreadable({ row, error }: ReadRow & { readonly kind: 'unreadable' }): Connection {
  const { owner, name, generation } = row;
  return { owner, name, generation, status: 'needs_login', reason: error.userText, connectedAt: 0, changedAt: 0 };
}

const TEXTS: Partial<Record<ErrorCode, (title: string) => string>> = {
  'oauth.transient': (title) => `${title} cannot be reached right now. Please try again later.`,
  'oauth.operator': (title) => `${title} refuses my credentials. Your administrator must fix the connection.`,
  'oauth.protocol': (title) =>
    `${title} gave an answer to the login that I do not understand. Please tell your administrator.`,
};

/** The same error with a text for the person that names the app. */
function namingApp(error: unknown, title: string): unknown {
  if (!isBehalfError(error, 'oauth.transient', 'oauth.operator', 'oauth.protocol')) return error;
  const { code, message, details, retryAfterMs } = error;
  const text = TEXTS[code];
  return new BehalfError(code, message, {
    details,
    ...(text ? { userText: text(title) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

import type { Clock } from '../kernel/clock.port.js';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import type { Observers } from '../kernel/observers.js';
import type { Vault } from '../kernel/vault.js';
import { auditedAccount, auditedOwner } from './audit-notes.js';
import type { BrowserIdentity } from './browser-identity.port.js';
import type { Account, ConnectionOwner, Credential, PersonOwner, TokenSet } from './connection.js';
import { ownerParts } from './connection-records.js';
import type { Connections } from './connections.js';
import type { IdentityPolicy } from './identity-check.js';
import type { IdentityCheck } from './identity-check.port.js';
import type { LoginConnected, LoginFailed, LoginSummary } from './login.js';
import type { LoginLink, LoginRecords } from './login-records.js';
import type { OAuthClient } from './oauth-client.port.js';
import type { OAuth1Client } from './oauth1-client.port.js';
import type { OAuthApp, ParentConnection } from './parent-connection.js';
import type { RevocationPlan } from './revocation-plan.js';

/** What the platform says of the chat user who logs in. */
export interface HolderProfile {
  readonly name: string;
  readonly place: string;
  readonly confirmedEmail?: string;
}

export interface LoginPolicy {
  readonly identityCheck: IdentityPolicy;
  /** Life of a login link. Default 30 minutes. */
  readonly linkTtlMs: number;
  /** Time at the provider. Default 10 minutes. */
  readonly stateTtlMs: number;
  /** Time for handing the code back. Default 10 minutes. */
  readonly proofTtlMs: number;
}

export const DEFAULT_LOGIN_POLICY: LoginPolicy = {
  identityCheck: 'auto',
  linkTtlMs: 30 * 60_000,
  stateTtlMs: 10 * 60_000,
  proofTtlMs: 10 * 60_000,
};

export interface LoginsDeps extends Observers {
  readonly connections: Pick<Connections, 'activate' | 'keepSecrets' | 'get'>;
  readonly oauth: OAuthClient;
  readonly oauth1: OAuth1Client;
  readonly store: ExpiringStore;
  readonly vault: Vault;
  readonly revocations: RevocationPlan;
  readonly clock: Clock;
  /** The connector's identity call: whose tokens are they? Rejects with a `BehalfError`. */
  readonly lookUpAccount: (parent: ParentConnection, tokens: TokenSet) => Promise<Account>;
  /** Tries secrets out at the app; gives their account where the app tells it. Rejects with a `BehalfError`. */
  readonly trySecrets: (parent: ParentConnection, credential: Credential) => Promise<Account | undefined>;
  readonly parents: (name: string) => ParentConnection | undefined;
  /** `context` is what `createLink` was given. */
  readonly profile: (owner: PersonOwner, context: unknown) => Promise<HolderProfile>;
  /** How people of a platform sign in to it in a browser; absent or undefined: they do not. */
  readonly signInOf?: (platform: string) => BrowserIdentity | undefined;
  readonly policy?: Partial<LoginPolicy>;
  /** Called exactly once for each login that ended well, after its tokens are stored; what it rejects with is logged. */
  readonly onConnected: (event: LoginConnected) => Promise<void>;
  /** Called when somebody else's answer ended a login; what it rejects with is logged. */
  readonly onFailed?: (event: LoginFailed) => Promise<void>;
}

/** What the steps of a login share. */
export interface LoginParts extends LoginsDeps {
  readonly policy: LoginPolicy;
  readonly records: LoginRecords;
  readonly check: IdentityCheck;
}

/** The OAuth app of a connection that persons can log in to; undefined when it has been taken out of the configuration. */
export function loginApp(
  parts: Pick<LoginsDeps, 'parents'>,
  connection: string,
): { readonly parent: ParentConnection; readonly app: OAuthApp } | undefined {
  const parent = parts.parents(connection);
  return parent?.auth.kind === 'oauth2' ? { parent, app: parent.auth.app } : undefined;
}

export function summarizeLogin(link: LoginLink, title: string): LoginSummary {
  const { connection, locale, owner, popUp } = link;
  return { owner, connection, title, popUp, ...(locale === undefined ? {} : { locale }) };
}

/** One line of the audit trail, and its count. */
export function audit(
  parts: Pick<LoginsDeps, 'audit' | 'logger' | 'metrics' | 'parents'>,
  login: {
    readonly connection: string;
    readonly owner?: ConnectionOwner;
    readonly account?: Account | undefined;
    /** Who else had a hand in it. */
    readonly by?: ConnectionOwner;
  },
  outcome: 'started' | 'signed_in' | 'connected' | 'denied' | 'mismatch' | 'expired' | 'failed',
  reason?: string,
): void {
  const { connection, owner } = login;
  const fields = {
    connection,
    outcome,
    ...(owner === undefined ? {} : { owner: ownerParts(owner).join('/') }),
    ...(reason === undefined ? {} : { reason }),
  };
  if (outcome === 'mismatch' || outcome === 'failed') parts.logger.warn(fields, 'login');
  else parts.logger.info(fields, 'login');
  parts.metrics.count('logins', { connection, outcome });
  // Anybody can come with a state that never was: that would fill the log.
  if (owner === undefined && (reason === 'state' || reason === 'sign_in_state')) return;
  const app = parts.parents(connection)?.connector;
  parts.audit?.note({
    kind: 'login',
    outcome,
    connection,
    ...auditedOwner(owner),
    ...auditedAccount(login.account),
    ...(app === undefined ? {} : { app }),
    ...(login.by === undefined ? {} : { by: ownerParts(login.by).slice(1).join('/') }),
    ...(reason === undefined ? {} : { code: reason }),
  });
}

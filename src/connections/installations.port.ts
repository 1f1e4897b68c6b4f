import type { Secret } from '../kernel/secret.js';
import type { TokenSet } from './connection.js';

/** What is known of a place of a chat platform where the app is installed. */
export interface InstallationFacts {
  /** The workspace, or the organisation where it is installed for all of it (Slack: team or enterprise id). */
  readonly tenantId: string;
  /** Its name for people. */
  readonly name: string;
  readonly botUserId: string;
  /** The organisation that the workspace belongs to (Slack: enterprise id). */
  readonly organization?: string;
}

/** An installation with a token that can be used now. */
export interface Installation extends InstallationFacts {
  readonly token: Secret;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly installedAt: number;
}

/** Gets new tokens for old ones. Rejects with the codes of `OAuthClient.refresh`. */
export type RefreshInstallation = (tokens: TokenSet) => Promise<TokenSet>;

/**
 * Where the app of one chat platform is installed, with its tokens, sealed. Tokens that end are refreshed by one process
 * at a time. Failure to reach the store is `store.unavailable`.
 */
export interface Installations {
  /**
   * Undefined where the app is not installed, or the platform has taken the tokens back. Rejects also with
   * `oauth.transient`, `oauth.operator` or `oauth.protocol` when there is no usable token for now.
   */
  find(tenantId: string): Promise<Installation | undefined>;
  /** What is kept of one whose tokens the platform has taken back. */
  ended(tenantId: string): Promise<InstallationFacts | undefined>;
  /** Replaces an earlier installation there. */
  save(facts: InstallationFacts, tokens: TokenSet): Promise<void>;
  /** Forgets it with its tokens; tells whether it was there. */
  remove(tenantId: string): Promise<boolean>;
  /** True where the app is installed for the organisation, or in one of its workspaces. */
  hasAnyOf(organization: string): Promise<boolean>;
}

/** The installations of one platform. */
export type OpenInstallations = (platform: string, refresh: RefreshInstallation) => Installations;

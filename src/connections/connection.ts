import type { OAuth1Signer } from '../kernel/oauth1.js';
import type { Secret } from '../kernel/secret.js';

/**
 * Who a connection belongs to. `shared` is used for everybody; a person's own is keyed by platform, tenant and user id,
 * so that the same human on Slack and on Teams has two (they are two identities until proven otherwise).
 */
export type ConnectionOwner =
  | 'shared'
  | { readonly platform: string; readonly tenantId: string; readonly userId: string };

/** The person part of {@link ConnectionOwner}. */
export type PersonOwner = Exclude<ConnectionOwner, 'shared'>;

/**
 * `connected`: tokens are there. `needs_login`: the app took them back or they ended; the row keeps its account label.
 * `disconnected`: the person ended it; the tokens are wiped.
 */
export type ConnectionStatus = 'connected' | 'needs_login' | 'disconnected';

/** The account in the app that was connected, as the app's identity call tells it. */
export interface Account {
  /** The app's own id of the account, for noticing that a re-login brought another one. */
  readonly id: string;
  /** What people recognise: an e-mail address or user name. */
  readonly label: string;
  /** E-mail address that the app says it has confirmed. */
  readonly confirmedEmail?: string;
  /** The app's own id of the organisation that the account belongs to. */
  readonly organization?: string;
}

/** What the token endpoint gave, judged and with absolute times (RFC 6749 section 5.1). */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret | undefined;
  /** Milliseconds since the epoch by our clock, counted from the start of the request; absent when the server did not say. */
  readonly expiresAt?: number | undefined;
  readonly issuedAt: number;
  readonly scopes: readonly string[];
  /** What the login asked for, where servers name what they grant in words of their own; absent: as `scopes`. */
  readonly asked?: readonly string[] | undefined;
  /** Further fields of the answer that the connector keeps, e.g. `instance_url`; no secrets. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** A connection of one owner. `generation` rises by one with every write; it is part of what the tokens are sealed with. */
export interface Connection {
  readonly owner: ConnectionOwner;
  /** Name of the parent connection in `connections.yaml`. */
  readonly name: string;
  readonly generation: number;
  readonly status: ConnectionStatus;
  /** Why it is not connected, in words for the person. */
  readonly reason?: string | undefined;
  readonly account?: Account | undefined;
  /** Present only while connected. */
  readonly tokens?: TokenSet | undefined;
  /** Of a login that has ended: access that it had asked for. */
  readonly asked?: readonly string[] | undefined;
  /** In place of tokens, for methods with one secret for everybody; present only while connected. */
  readonly secrets?: Readonly<Record<string, Secret>> | undefined;
  /** Of one that was made at run time: its entry as JSON, as it would stand in `connections.yaml`, with its secrets. */
  readonly made?: Secret | undefined;
  /** What it was connected with: a {@link clientFingerprint}. Rows of before have none. */
  readonly client?: string | undefined;
  readonly connectedAt: number;
  readonly changedAt: number;
  readonly lastUsedAt?: number | undefined;
}

/** What an action is carried out with. */
export type Credential =
  | {
      readonly kind: 'bearer';
      readonly token: Secret;
      readonly generation: number;
      /** {@link TokenSet.fields}: what the connector's templates read as `token`. */
      readonly fields?: Readonly<Record<string, string>> | undefined;
    }
  | { readonly kind: 'api_key'; readonly in: 'header' | 'query'; readonly name: string; readonly key: Secret }
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  /** Several secrets, each at its place in the request. */
  | { readonly kind: 'placed'; readonly values: readonly PlacedSecret[] }
  /** Signs each request (RFC 5849); `now` is in ms since the epoch. */
  | { readonly kind: 'oauth1'; readonly signer: OAuth1Signer; readonly now: () => number };

/** A secret with its place in the request. */
export interface PlacedSecret {
  readonly in: 'header' | 'query';
  readonly name: string;
  readonly value: Secret;
}

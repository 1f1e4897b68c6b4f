import type { KeepAlivePolicy, RevocationCall } from '../connections/parent-connection.js';
import type { Template } from '../language/template.js';

export interface OAuth2Method {
  readonly authorizationUrl: Template;
  readonly tokenUrl: Template;
  /** May also read `client.id`. */
  readonly revocationUrl?: Template;
  readonly revocationCall?: RevocationCall;
  readonly issuer?: Template;
  readonly issuerRequired: boolean;
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  readonly scopeParameter?: string;
  readonly clientAuthentication: 'header' | 'body' | 'none';
  readonly pkce: 'S256' | 'none';
  readonly authorizationParameters: Readonly<Record<string, string>>;
  readonly tokenParameters: Readonly<Record<string, string>>;
  readonly tokenFields: readonly string[];
  readonly tokenPath?: string;
  readonly defaultExpiresInSeconds?: number;
  readonly codeLifetimeSeconds: number;
  readonly revocationEnds: 'token' | 'grant';
  readonly reauthorizeErrors: readonly string[];
  readonly keepAlive?: KeepAlivePolicy;
  readonly onBehalfOf?: {
    readonly tokenParameters: Readonly<Record<string, string>>;
    /** Names of settings that have to be given, in place of their defaults. */
    readonly requiredSettings: readonly string[];
  };
}

export interface ClientCredentialsMethod {
  readonly tokenUrl: Template;
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  readonly clientAuthentication: 'header' | 'body';
  readonly tokenParameters: readonly (readonly [name: string, value: Template])[];
  readonly tokenFields: readonly string[];
  readonly defaultExpiresInSeconds?: number;
}

export interface OAuth1Method {
  readonly requestTokenUrl: Template;
  readonly authorizationUrl: Template;
  readonly accessTokenUrl: Template;
  readonly signatureMethod: 'HMAC-SHA1' | 'HMAC-SHA256';
}

/** One key of an app: what it is called here, and where it stands in requests. */
export interface ApiKeyField {
  readonly name: string;
  readonly title: string;
  readonly in: 'header' | 'query';
  readonly as: string;
  /** Stands before the key, e.g. `Token `. */
  readonly prefix: string;
}

export interface BasicMethod {
  readonly usernameTitle: string;
  readonly passwordTitle: string;
  readonly usernameSuffix: string;
}

export interface CustomMethod {
  readonly fields: readonly { readonly name: string; readonly title: string; readonly secret: boolean }[];
  /** Templates see `fields`. */
  readonly headers: readonly (readonly [name: string, value: Template])[];
  readonly query: readonly (readonly [name: string, value: Template])[];
}

/** The ways to authenticate at an app, by the names that `connections.yaml` uses. */
export interface AuthMethods {
  readonly oauth2?: OAuth2Method;
  readonly client_credentials?: ClientCredentialsMethod;
  readonly oauth1?: OAuth1Method;
  readonly api_key?: { readonly fields: readonly ApiKeyField[] };
  readonly basic?: BasicMethod;
  readonly custom?: CustomMethod;
}

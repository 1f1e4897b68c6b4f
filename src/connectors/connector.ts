import type { Shape } from '../language/data-shape.js';
import type { Datapill } from '../language/datapill.js';
import type { Position } from '../language/problem.js';
import type { Template } from '../language/template.js';

/** A value that a connection must give, e.g. the address of the instance. */
export interface ConnectorSetting {
  readonly name: string;
  readonly title: string;
  readonly required: boolean;
  readonly default?: string;
}

export interface OAuth2Method {
  readonly authorizationUrl: Template;
  readonly tokenUrl: Template;
  readonly revocationUrl?: Template;
  readonly issuer?: Template;
  readonly issuerRequired: boolean;
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  readonly clientAuthentication: 'header' | 'body';
  readonly pkce: 'S256' | 'none';
  readonly authorizationParameters: Readonly<Record<string, string>>;
  readonly tokenParameters: Readonly<Record<string, string>>;
  readonly defaultExpiresInSeconds?: number;
  readonly codeLifetimeSeconds: number;
  readonly revocationEnds: 'token' | 'grant';
  readonly reauthorizeErrors: readonly string[];
}

export interface ApiKeyMethod {
  readonly in: 'header' | 'query';
  readonly name: string;
  /** Stands before the key, e.g. `Token `. */
  readonly prefix: string;
}

export interface AuthMethods {
  readonly oauth2?: OAuth2Method;
  readonly api_key?: ApiKeyMethod;
  readonly basic?: Readonly<Record<string, never>>;
}

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP request as data: everything but scheme, host and port may come from input. */
export interface RequestTemplate {
  readonly method: HttpMethod;
  /** In place of the connector's base URL; made of settings only. */
  readonly baseUrl?: Template;
  /** Below the base URL; each datapill fills one encoded path segment or a part of one. */
  readonly path: Template;
  readonly query: readonly (readonly [name: string, value: Template])[];
  readonly headers: readonly (readonly [name: string, value: Template])[];
  readonly body?: { readonly kind: 'json' | 'form'; readonly value: Template };
}

export interface InputField {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'any';
  readonly title: string;
  readonly required: boolean;
  readonly description?: string;
}

export interface ConnectorAction extends Position {
  readonly name: string;
  /** What the person reads when it fails: `create opportunities`, as in "may not create opportunities". */
  readonly title: string;
  readonly description?: string;
  readonly request: RequestTemplate;
  readonly input: ReadonlyMap<string, InputField>;
  /** What later steps see, where the connector tells it; `any`: unknown. */
  readonly outputSchema: Shape;
  /** What later steps see; absent: the whole answer. Sees `body`, `status`, `headers`, `input`. */
  readonly output?: Template;
  /** True when a repeat has no second effect: GET, HEAD, PUT, DELETE, or declared `idempotent: true`. */
  readonly isSafeToRepeat: boolean;
  readonly idempotencyKeyHeader?: string;
}

/** What an answer of the app means. */
export type AppErrorClass =
  | 'unauthorized'
  | 'forbidden'
  | 'bad_input'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable'
  | 'unexpected_answer';

/** The first rule that fits decides; the defaults by status come after the connector's own. */
export interface ErrorRule {
  readonly statuses: readonly number[];
  /** Sees `body`, `status`, `headers`. */
  readonly when?: Datapill;
  readonly class: AppErrorClass;
}

/** Who the credential belongs to, asked of the app after a login. */
export interface IdentityCall {
  readonly request: RequestTemplate;
  readonly id: Datapill;
  readonly label: Datapill;
  readonly email?: Datapill;
  readonly emailVerified?: Datapill;
}

/** A connector file as the service uses it. */
export interface Connector {
  /** Id, e.g. `salesforce`: the name of its slot in recipes. */
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly settings: readonly ConnectorSetting[];
  readonly baseUrl: Template;
  /** Further hosts (`host` or `host:port`) that its credentials may be sent to. */
  readonly hosts: readonly Template[];
  readonly auth: AuthMethods;
  readonly identity?: IdentityCall;
  readonly errors: readonly ErrorRule[];
  /** The app's own words about an error; sees `body`. */
  readonly errorMessage?: Datapill;
  readonly actions: ReadonlyMap<string, ConnectorAction>;
  /** A recipe may use a second instance in the slot `<name>_secondary`. */
  readonly secondary: boolean;
}

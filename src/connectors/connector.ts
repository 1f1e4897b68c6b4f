import type { CallLimit } from '../connections/parent-connection.js';
import type { Datapill } from '../language/datapill.js';
import type { Template } from '../language/template.js';
import type { ConnectorAction, RequestTemplate } from './action.js';
import type { AuthMethods } from './auth-methods.js';

/** A value that a connection must give, e.g. the address of the instance. */
export interface ConnectorSetting {
  readonly name: string;
  readonly title: string;
  readonly required: boolean;
  readonly default?: string;
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
  /** The app's own words about this error, in place of the connector's `errorMessage`. */
  readonly words?: Datapill;
}

/** Where the time to wait is, if not in Retry-After: a header (lower case) or a datapill that sees `body`, `status`, `headers`. */
export type RetryAfterRule =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'pill'; readonly pill: Datapill };

/** Headers (lower case) that tell how many calls are left and when there are more. */
export interface RateLimitRule {
  readonly remainingHeader: string;
  readonly resetHeader: string;
}

/** Who the credential belongs to, asked of the app after a login. */
export interface IdentityCall {
  readonly request: RequestTemplate;
  /** A second request; the datapills see its answer as `more`. */
  readonly more?: RequestTemplate;
  /** True: an account that may not ask for `more` is told without it. */
  readonly moreIsOptional: boolean;
  readonly id: Datapill;
  readonly label: Datapill;
  readonly email?: Datapill;
  readonly emailVerified?: Datapill;
  readonly organization?: Datapill;
}

/** A connector file as the service uses it. */
export interface Connector {
  /** Id, e.g. `salesforce`: the name of its slot in recipes. */
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly settings: readonly ConnectorSetting[];
  /** Made of settings, and of `token` where the app tells it at the login. */
  readonly baseUrl: Template;
  /** Further hosts (`host`, `host:port`, `*.host`) that its credentials may be sent to. */
  readonly hosts: readonly Template[];
  readonly auth: AuthMethods;
  readonly identity?: IdentityCall;
  /** A call without effect that shows whether the credentials work. */
  readonly test?: RequestTemplate;
  readonly errors: readonly ErrorRule[];
  /** The app's own words about an error; sees `body`. */
  readonly errorMessage?: Datapill;
  readonly retryAfter?: RetryAfterRule;
  readonly rateLimit?: RateLimitRule;
  /** How often we call it, unless the connection says otherwise. */
  readonly callLimit?: CallLimit;
  readonly actions: ReadonlyMap<string, ConnectorAction>;
  /** A recipe may use a second instance in the slot `<name>_secondary`. */
  readonly secondary: boolean;
}

import type { OpenInstallations } from '../../src/connections/installations.port.js';
import type { Audit } from '../../src/kernel/audit.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { ExpiringStore } from '../../src/kernel/expiring-store.port.js';
import type { HttpResponse } from '../../src/kernel/http.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { Texts } from '../../src/texts/english.js';

const SLACK_API_URL = 'https://slack.com/api/';

/** The OAuth client that a Slack app is. */
export interface SlackClientCredentials {
  readonly id: string;
  readonly secret: Secret;
}

export interface SlackConfig {
  /** Signs what comes over HTTP. Absent only with `appToken`. */
  readonly signingSecret?: Secret;
  /** Bot User OAuth Token (`xoxb-…`) of the one workspace. Without it, people install the app through `client`. */
  readonly botToken?: Secret;
  readonly client?: SlackClientCredentials;
  /** Workspaces and organisations that may install and use the app; empty or absent: all that Slack lets. */
  readonly allowedTeams?: readonly string[];
  /** App-level token (`xapp-…`): Socket Mode. */
  readonly appToken?: Secret;
  /** Base of the Web API; `https://slack.com/api/` unless told. */
  readonly apiUrl?: string;
  /** Where browsers reach the service, without a slash at the end. */
  readonly publicUrl?: string;
  /** BCP 47: for people whose language is not known or not spoken. */
  readonly defaultLocale?: string;
}

/** Base of the Web API, with a `/` at its end. */
export function apiUrlOf({ apiUrl = SLACK_API_URL }: Pick<SlackConfig, 'apiUrl'>): string {
  return apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`;
}

export interface SlackDependencies {
  /** Absent: nothing is noted. */
  readonly audit?: Audit;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For the calls to Slack. Its owner closes it. */
  readonly httpClient: HttpClient;
  /** Needed where the app is installed through its client. */
  readonly installing?: {
    readonly installations: OpenInstallations;
    readonly records: ExpiringStore;
    readonly showPage: ShowPage;
  };
}

/** A page of a few words for somebody's browser. */
export type ShowPage = (page: {
  readonly texts: Texts;
  readonly title: string;
  readonly text: string;
  readonly status: number;
  readonly reference?: string;
}) => HttpResponse;

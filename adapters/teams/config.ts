import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { ExpiringStore } from '../../src/kernel/expiring-store.port.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Vault } from '../../src/kernel/vault.js';
import type { BotCredential } from './bot-credential.js';
import { CLOUDS, type CloudName } from './clouds.js';

/** How the bot is registered at Microsoft. */
export interface TeamsConfig {
  /** Microsoft App ID. Never empty: the Bot Framework takes an empty one for "no authentication". */
  readonly appId: string;
  readonly credential: BotCredential;
  /** The tenant of the app registration. Its people are served. */
  readonly tenantId: string;
  /** More tenants whose people are served. */
  readonly allowedTenants?: readonly string[];
  /** What Teams admin center calls the app, where that differs from the app id. */
  readonly catalogAppId?: string;
  readonly cloud: CloudName;
  /** What is private is said in channels and group chats, to the person alone, where Teams takes it; default: in the 1:1 chat. */
  readonly targetedMessages?: boolean;
  /** Application ID URI of the app registration: clients are asked to vouch for people. Absent: they are not. */
  readonly signInResource?: string;
  /** Base of Entra ID, in place of the cloud's, for signing in and for the keys of what clients vouch with. */
  readonly loginUrl?: string;
  /** OpenID metadata of the channel's signing keys, in place of the cloud's. */
  readonly openIdMetadataUrl?: string;
  /** Token endpoint for the bot's own calls, in place of the cloud's. */
  readonly tokenUrl?: string;
  /**
   * Exact hosts (`host` or `host:port`) that the bot sends to, in place of the cloud's. http is accepted only for loopback
   * hosts in this list.
   */
  readonly serviceHosts?: readonly string[];
  /**
   * Hosts (`host` or `host:port`; `*.host`: any below it) that files of people are read from and put to, in place of the cloud's; what is
   * read there needs no token of ours. Their addresses are held against the rules of `fileClient`.
   */
  readonly fileHosts?: readonly string[];
  /** Where browsers reach the service; no trailing slash. */
  readonly publicUrl: string;
  /** BCP 47: for people whose language is not known or not spoken, and for what everybody in a conversation reads. */
  readonly defaultLocale?: string;
}

export interface TeamsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Short-lived records: where people's chats are, and what is held for them. */
  readonly store: ExpiringStore;
  readonly vault: Vault;
  /** For the calls to the Bot Connector and its token endpoint. Its owner closes it. */
  readonly httpClient: HttpClient;
  /** For files of people, whose addresses come in messages: refuses private addresses. Its owner closes it. */
  readonly fileClient: HttpClient;
}

/** Whom the bot talks to: its cloud, with what the configuration has in its place. */
export interface Endpoints {
  /** `iss` of the tokens that the channel sends. */
  readonly issuer: string;
  /** Audience of the bot's own tokens. */
  readonly audience: string;
  readonly openIdMetadataUrl: string;
  readonly tokenUrl: string;
  readonly serviceHosts: readonly string[];
  readonly fileHosts: readonly string[];
  /** Entra ID, and the issuer of its access tokens of version 1. */
  readonly login: string;
  readonly tokenIssuer: string;
}

export function endpointsOf(config: TeamsConfig): Endpoints {
  const { api, files, login, openIdMetadataUrl, serviceHost, tokenIssuer } = CLOUDS[config.cloud];
  const { fileHosts = [], serviceHosts = [] } = config;
  return {
    issuer: api,
    audience: api,
    openIdMetadataUrl: config.openIdMetadataUrl ?? openIdMetadataUrl,
    tokenUrl: config.tokenUrl ?? `${login}/${encodeURIComponent(config.tenantId)}/oauth2/v2.0/token`,
    serviceHosts: serviceHosts.length > 0 ? serviceHosts : [serviceHost],
    fileHosts: fileHosts.length > 0 ? fileHosts : [files],
    login: (config.loginUrl ?? login).replace(/\/$/, ''),
    tokenIssuer,
  };
}

/** Whose people are served, as the channel writes it and in lower case. */
export function tenantsOf({ allowedTenants = [], tenantId }: TeamsConfig): ReadonlySet<string> {
  return new Set([tenantId, ...allowedTenants].map((id) => id.toLowerCase()));
}

/** Opens the dialog of the Teams client that adds the app. */
export function installUrlOf({ appId, catalogAppId = appId, cloud }: TeamsConfig): string {
  return `${CLOUDS[cloud].teams}/l/app/${encodeURIComponent(catalogAppId)}`;
}

/** @throws BehalfError `config.invalid` where the Bot Framework would start without authentication, or for anybody. */
export function checkConfig(config: TeamsConfig): void {
  const problems: string[] = [];
  if (config.appId.trim() === '') problems.push('the app id is empty, which would switch authentication off');
  if (config.tenantId.trim() === '') problems.push('the tenant id is empty, so nobody could be told from strangers');
  const { credential } = config;
  if (credential.kind === 'secret' && credential.password.reveal() === '') problems.push('the app password is empty');
  if (problems.length > 0) {
    throw new BehalfError('config.invalid', `Microsoft Teams is not set up correctly: ${problems.join('; ')}.`);
  }
}

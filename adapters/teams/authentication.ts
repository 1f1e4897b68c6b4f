import type { Activity as BotActivity } from 'botbuilder';
import {
  type AuthenticateRequestResult,
  AuthenticationConstants,
  BotFrameworkAuthentication,
  BotFrameworkAuthenticationFactory,
  type ClaimsIdentity,
  type ConnectorClient,
  ConnectorFactory,
  type ServiceClientCredentialsFactory,
  type UserTokenClient,
} from 'botframework-connector';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, describeForeignError } from '../../src/kernel/errors.js';
import { sha256 } from '../../src/kernel/ids.js';
import { TEAMS_CHANNEL } from './activity.js';
import type { Endpoints } from './config.js';
import { quietly } from './quiet.js';
import { refusal } from './refusal.js';
import type { ServiceHosts } from './service-hosts.js';

/** Tokens live an hour or a day; the channel uses one for many requests. */
const CACHED_TOKENS = 1_000;
/** A key that Microsoft withdraws is honoured no longer than this. */
const LONGEST_TRUST_MS = 60 * 60_000;
/** The library fetches signing keys without a limit of its own. */
const KEYS_TIMEOUT_MS = 10_000;

/** Names of the errors by which `jsonwebtoken` refuses a token. */
const TOKEN_ERRORS: ReadonlySet<unknown> = new Set([
  'JsonWebTokenError',
  'TokenExpiredError',
  'NotBeforeError',
  'SyntaxError',
]);

const Claims = z.object({ iss: z.string() });

interface AuthenticationOptions {
  readonly appId: string;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly hosts: ServiceHosts;
  readonly clientAt: (serviceUrl: string) => ConnectorClient;
}

interface Verified {
  readonly serviceUrl: string;
  readonly trustedUntil: number;
}

/** Gives every turn the shared client of its service URL. */
class SharedConnectorFactory extends ConnectorFactory {
  readonly #clientAt: (serviceUrl: string) => ConnectorClient;

  constructor(clientAt: (serviceUrl: string) => ConnectorClient) {
    super();
    this.#clientAt = clientAt;
  }

  override async create(serviceUrl: string): Promise<ConnectorClient> {
    return this.#clientAt(serviceUrl);
  }
}

/**
 * botbuilder's check of the channel's token (RS256, published keys and their endorsements, audience, expiry, serviceUrl),
 * to be asked once per token: one that has passed is known by its hash until it expires, and its serviceUrl is still compared
 * with that of each activity. Tokens of the Bot Framework Emulator and of skills, which the library also takes, are
 * refused before it looks for their keys.
 */
export class ChannelAuthentication extends BotFrameworkAuthentication {
  readonly #options: AuthenticationOptions;
  readonly #library: BotFrameworkAuthentication;
  readonly #connectors: ConnectorFactory;
  readonly #verified = new LRUCache<string, Verified>({ max: CACHED_TOKENS });
  #userTokens: Promise<UserTokenClient> | undefined;

  constructor(options: AuthenticationOptions) {
    super();
    const { appId, clientAt, endpoints } = options;
    this.#options = options;
    this.#connectors = new SharedConnectorFactory(clientAt);
    const { OAuthUrl, ToBotFromEmulatorOpenIdMetadataUrl, ToChannelFromBotLoginUrl } = AuthenticationConstants;
    this.#library = BotFrameworkAuthenticationFactory.create(
      '',
      true,
      ToChannelFromBotLoginUrl,
      endpoints.audience,
      endpoints.issuer,
      OAuthUrl,
      endpoints.openIdMetadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl,
      '',
      credentialsFor(appId),
      { requiredEndorsements: [] },
    );
  }

  /** True for a token that has passed, is still good, and was made for the service URL that the activity names. */
  trusts(serviceUrl: string | null | undefined, header: string): boolean {
    const known = this.#verified.get(sha256(header));
    return known !== undefined && known.trustedUntil > this.#options.clock.now() && known.serviceUrl === serviceUrl;
  }

  /** @throws BehalfError `chat.request_invalid` for a bad token, `internal` when the keys cannot be fetched */
  override async authenticateRequest(activity: BotActivity, header: string): Promise<AuthenticateRequestResult> {
    const now = this.#options.clock.now();
    if (activity.channelId !== TEAMS_CHANNEL) throw refusal('channel');
    if (issuerOf(header) !== this.#options.endpoints.issuer) throw refusal(header === '' ? 'token_missing' : 'issuer');
    const { audience, claimsIdentity } = await this.#ask(activity, header);
    // The library makes a client for the service URL before it asks anybody else. Its type does not say that there may be none.
    if (!activity.serviceUrl || !this.#options.hosts.allows(activity.serviceUrl)) throw refusal('service_url');
    const result = { audience, claimsIdentity, connectorFactory: this.#connectors };
    this.#remember(sha256(header), result, now);
    return result;
  }

  override createConnectorFactory(): ConnectorFactory {
    return this.#connectors;
  }

  override createUserTokenClient(identity: ClaimsIdentity): Promise<UserTokenClient> {
    // Every turn asks for one and none of ours uses it: that of the first serves all.
    this.#userTokens ??= this.#library.createUserTokenClient(identity);
    return this.#userTokens;
  }

  override async authenticateStreamingRequest(): Promise<AuthenticateRequestResult> {
    throw refusal('channel');
  }

  async #ask(activity: BotActivity, header: string): Promise<AuthenticateRequestResult> {
    const stop = new AbortController();
    const tooLate = this.#options.clock.sleep(KEYS_TIMEOUT_MS, stop.signal).then(() => undefined);
    tooLate.catch(() => undefined);
    try {
      const asked = quietly(() => this.#library.authenticateRequest(activity, header));
      const result = await Promise.race([asked, tooLate]);
      if (result) return result;
    } catch (error) {
      throw isTokenError(error) ? refusal('token_invalid') : noKeys(describeForeignError(error));
    } finally {
      stop.abort();
    }
    throw noKeys('no answer');
  }

  #remember(key: string, result: AuthenticateRequestResult, now: number): void {
    const claim = (name: string): unknown => result.claimsIdentity.getClaimValue(name);
    const expires = claim('exp');
    const serviceUrl = claim(AuthenticationConstants.ServiceUrlClaim);
    if (typeof expires !== 'number' || typeof serviceUrl !== 'string') return;
    const trustedUntil = Math.min(expires * 1000, now + LONGEST_TRUST_MS);
    this.#verified.set(key, { serviceUrl, trustedUntil });
  }
}

/** The issuer that a bearer token claims; nothing of it is proven yet. */
function issuerOf(header: string): string | undefined {
  const [, payload] = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(header) ?? [];
  if (payload === undefined) return undefined;
  try {
    return Claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).data?.iss;
  } catch {
    return undefined;
  }
}

/** True where the token is to blame, not the way to the keys. */
function isTokenError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('statusCode' in error) return error.statusCode === 401;
  return 'name' in error && TOKEN_ERRORS.has(error.name);
}

function noKeys(why: string): BehalfError {
  return new BehalfError('internal', `The signing keys of the Bot Framework cannot be had: ${why}`);
}

/** The library signs nothing for us: what goes out goes through the connector's transport. */
function credentialsFor(appId: string): ServiceClientCredentialsFactory {
  return {
    isValidAppId: async (candidate) => candidate === appId,
    isAuthenticationDisabled: async () => false,
    createCredentials: async () => ({
      signRequest: () => Promise.reject(new BehalfError('internal', 'The library calls out by itself.')),
    }),
  };
}

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountDirectory } from './accounts.js';
import { PAGE_HEADERS } from './http.js';
import type { Configuration, OidcLibrary, Provider } from './oidc-library.js';
import { type Brand, errorPage } from './pages.js';
import { ProviderStore } from './provider-store.js';

/** The client that the app knows: confidential, authorization code with PKCE. */
export interface OAuthClientRegistration {
  readonly id: string;
  readonly secret: string;
  readonly redirectUris: readonly string[];
  /** Shown on the consent page; "Behalf" by default. */
  readonly name?: string | undefined;
  /** How it authenticates at the token endpoint; HTTP basic by default. */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post' | undefined;
}

export interface IdentityProviderOptions {
  readonly issuer: string;
  readonly brand: Brand;
  readonly accounts: AccountDirectory;
  readonly client: OAuthClientRegistration;
  readonly accessTokenSeconds: number;
}

/** A token that a client handed in at the revocation endpoint. */
export interface Revocation {
  readonly kind: string;
  readonly username: string | undefined;
  /** SHA-256 of the token, hex: lets the holder of a token recognise it, and nobody else use it. */
  readonly sha256: string;
  readonly at: string;
}

/** What an access token stands for. */
export interface TokenOwner {
  readonly accountId: string;
  readonly scopes: ReadonlySet<string>;
}

export const OAUTH_PATHS = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  introspection: '/oauth/introspect',
  jwks: '/oauth/jwks',
  userinfo: '/userinfo',
} as const;

/** The scope that the app's own API asks for. */
export const API_SCOPE = 'api';

const DAY_SECONDS = 24 * 60 * 60;

/** One issuer: an `oidc-provider` with its own keys, client, accounts and memory. */
export class IdentityProvider {
  readonly provider: Provider;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly #store: ProviderStore;
  readonly #accounts: AccountDirectory;
  readonly #log: ProviderLog;

  constructor(parts: { provider: Provider; store: ProviderStore; accounts: AccountDirectory; log: ProviderLog }) {
    this.provider = parts.provider;
    this.handle = parts.provider.callback();
    this.#store = parts.store;
    this.#accounts = parts.accounts;
    this.#log = parts.log;
  }

  /** Calls of the token endpoint so far, by grant type. */
  get tokenCalls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#log.tokenCalls);
  }

  get revocations(): readonly Revocation[] {
    return this.#log.revocations;
  }

  resetCounts(): void {
    this.#log.tokenCalls.clear();
    this.#log.revocations.length = 0;
  }

  countTokenCall(grantType: string): void {
    countTokenCall(this.#log, grantType);
  }

  /** Who a bearer token stands for; undefined when it is unknown, expired or revoked. */
  async tokenOwner(token: string): Promise<TokenOwner | undefined> {
    const found = await this.provider.AccessToken.find(token);
    if (!found || found.isExpired) return undefined;
    const grant = await this.provider.Grant.find(found.grantId);
    if (!grant || grant.isExpired) return undefined;
    return { accountId: found.accountId, scopes: found.scopes };
  }

  /** Ends every grant of a person, as an administrator of the app would. Returns how many there were. */
  revokeAll(username: string): number {
    const grants = this.#owned('Grant', username);
    for (const { id } of grants) this.#store.removeGrant(id);
    return grants.length;
  }

  /** Makes the access tokens of a person expire now; their refresh tokens keep working. */
  expireAccessTokens(username: string): number {
    const past = Math.floor(Date.now() / 1000) - 1;
    const tokens = this.#owned('AccessToken', username);
    for (const { id } of tokens) this.#store.change('AccessToken', id, { exp: past });
    return tokens.length;
  }

  #owned(model: string, username: string) {
    const account = this.#accounts.byLogin(username);
    return account ? this.#store.ofAccount(model, account.id) : [];
  }
}

interface ProviderLog {
  readonly tokenCalls: Map<string, number>;
  readonly revocations: Revocation[];
}

export async function createIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const Implementation = await loadProvider();
  const store = new ProviderStore();
  const log: ProviderLog = { tokenCalls: new Map(), revocations: [] };
  const provider = new Implementation(options.issuer, configure(options, store, log));
  provider.use(async (ctx, next) => {
    await next();
    if (ctx['oidc']?.route !== 'token') return;
    const grantType: unknown = ctx['oidc'].params?.grant_type;
    countTokenCall(log, typeof grantType === 'string' ? grantType : 'none');
  });
  return new IdentityProvider({ provider, store, accounts: options.accounts, log });
}

/** The library is published as ES modules only, hence the import; it warns about Node 20, on which it works. */
async function loadProvider(): Promise<OidcLibrary['default']> {
  const warn = console.warn;
  console.warn = (...values: unknown[]) => {
    if (!String(values[0]).includes('oidc-provider WARNING: Unsupported runtime')) warn(...values);
  };
  try {
    return (await import('oidc-provider')).default;
  } finally {
    console.warn = warn;
  }
}

function countTokenCall(log: ProviderLog, grantType: string): void {
  log.tokenCalls.set(grantType, (log.tokenCalls.get(grantType) ?? 0) + 1);
}

function configure(options: IdentityProviderOptions, store: ProviderStore, log: ProviderLog): Configuration {
  return {
    adapter: (model) => store.adapter(model),
    clients: [clientMetadata(options.client)],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientBasedCORS: () => false,
    jwks: { keys: [signingKey()] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    // The default of 15 seconds would keep expired tokens alive, and short lifetimes are what tests use.
    clockTolerance: 0,
    responseTypes: ['code'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    scopes: ['openid', 'offline_access', 'profile', 'email', API_SCOPE],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    findAccount: (_ctx, id) => oidcAccount(options.accounts, id),
    routes: OAUTH_PATHS,
    cookies: cookies(options.brand),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: lifetimes(options.accessTokenSeconds),
    features: features(options.accounts, log),
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.set(PAGE_HEADERS);
      ctx.body = `<!doctype html>\n${errorPage(options.brand, out.error_description ?? out.error).source}`;
    },
  };
}

function features(accounts: AccountDirectory, log: ProviderLog): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    revocation: {
      enabled: true,
      allowedPolicy: (ctx, client, token) => {
        if (token.clientId !== client.clientId) return false;
        const accountId = 'accountId' in token ? token.accountId : undefined;
        log.revocations.push({
          kind: token.kind,
          username: accountId === undefined ? undefined : accounts.byId(accountId)?.username,
          sha256: createHash('sha256').update(String(ctx.oidc.params?.['token'])).digest('hex'),
          at: new Date().toISOString(),
        });
        return true;
      },
    },
  };
}

function clientMetadata(client: OAuthClientRegistration): NonNullable<Configuration['clients']>[number] {
  return {
    client_id: client.id,
    client_secret: client.secret,
    client_name: client.name ?? 'Behalf',
    redirect_uris: [...client.redirectUris],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: client.authMethod ?? 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
  };
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(8).toString('hex'), alg: 'ES256', use: 'sig' };
}

/** Cookies know no port: two apps on one host need names of their own. */
function cookies(brand: Brand): NonNullable<Configuration['cookies']> {
  return {
    keys: [randomBytes(32).toString('hex')],
    names: {
      interaction: `${brand.id}_interaction`,
      resume: `${brand.id}_resume`,
      session: `${brand.id}_session`,
    },
  };
}

function lifetimes(accessTokenSeconds: number): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: accessTokenSeconds,
    AuthorizationCode: 60,
    Grant: 14 * DAY_SECONDS,
    IdToken: 300,
    Interaction: 3600,
    RefreshToken: 14 * DAY_SECONDS,
    Session: DAY_SECONDS,
  };
}

function oidcAccount(accounts: AccountDirectory, id: string) {
  if (!accounts.byId(id)) return undefined;
  return {
    accountId: id,
    claims: () => {
      const account = accounts.byId(id);
      return {
        sub: id,
        email: account?.email,
        email_verified: account?.emailVerified,
        name: account?.name,
        preferred_username: account?.username,
      };
    },
  };
}

import type { Credential } from '../connections/connection.js';
import type { OAuthApp, ParentAuth, TokenApp } from '../connections/parent-connection.js';
import type { OAuth1Signer } from '../kernel/oauth1.js';
import { Secret } from '../kernel/secret.js';
import type { OAuth2Method } from './auth-methods.js';
import type { ConnectionEntry } from './connections-file.js';
import type { EntryReader } from './entry-reader.js';
import { keepAliveMistake, toKeepAlivePolicy } from './keep-alive-file.js';
import { resolveSecrets } from './resolve-secrets.js';

type AuthEntry = ConnectionEntry['auth'];
type EntryOf<M extends AuthEntry['method']> = Extract<AuthEntry, { method: M }>;

/** Makes the authentication of a connection of its entry and its connector. After a report the result is not used. */
export async function resolveAuth(entry: AuthEntry, reader: EntryReader): Promise<ParentAuth> {
  const { connector } = reader;
  if (!Object.hasOwn(connector.auth, entry.method)) {
    const known = Object.keys(connector.auth).join(', ');
    reader.report(['auth', 'method'], `${connector.title} cannot be used with ${entry.method}`, `use ${known}`);
    return UNUSED;
  }
  switch (entry.method) {
    case 'oauth2':
      return resolveOAuth2(entry, reader);
    case 'client_credentials':
      return resolveClient(entry, reader);
    case 'oauth1':
      return resolveOAuth1(entry, reader);
    default:
      return (await resolveSecrets(entry, reader)) ?? UNUSED;
  }
}

/** Stands in for a method that the connector does not have, which is reported. */
const UNUSED: ParentAuth = {
  kind: 'static',
  method: 'basic',
  credential: { kind: 'basic', username: '', password: new Secret('') },
};

async function resolveOAuth2(entry: EntryOf<'oauth2'>, reader: EntryReader): Promise<ParentAuth> {
  const method = reader.connector.auth.oauth2;
  if (!method) return UNUSED;
  const client = clientOf(entry, reader);
  const revocationUrl = await resolveRevocationUrl(method, client.clientId, reader);
  const issuer = method.issuer && (await reader.text(method.issuer));
  if (entry.client_secret === undefined && method.clientAuthentication !== 'none') {
    reader.report(['auth'], 'the client_secret is missing', 'only apps with client_authentication: none do without');
  }
  const app: OAuthApp = {
    ...client,
    authorizationUrl: await reader.address(method.authorizationUrl, 'authorization_url'),
    tokenUrl: await reader.address(method.tokenUrl, 'token_url'),
    ...(revocationUrl === undefined ? {} : { revocationUrl }),
    ...(method.revocationCall ? { revocationCall: method.revocationCall } : {}),
    ...(issuer === undefined ? {} : { issuer }),
    issuerRequired: method.issuerRequired,
    redirectUri: reader.redirectUri,
    scopes: entry.scopes ?? method.scopes,
    scopeSeparator: method.scopeSeparator,
    ...(method.scopeParameter === undefined ? {} : { scopeParameter: method.scopeParameter }),
    clientAuthentication: method.clientAuthentication,
    pkce: method.pkce,
    authorizationParameters: method.authorizationParameters,
    tokenParameters: method.tokenParameters,
    tokenFields: method.tokenFields,
    ...(method.tokenPath === undefined ? {} : { tokenPath: method.tokenPath }),
    ...(method.defaultExpiresInSeconds === undefined
      ? {}
      : { defaultExpiresInSeconds: method.defaultExpiresInSeconds }),
    codeLifetimeSeconds: method.codeLifetimeSeconds,
    revocationEnds: method.revocationEnds,
    reauthorizeErrors: method.reauthorizeErrors,
    ...resolveKeepAlive(entry, method, reader),
    ...(method.onBehalfOf ? { onBehalfOf: { tokenParameters: method.onBehalfOf.tokenParameters } } : {}),
  };
  return { kind: 'oauth2', app };
}

/** The connection's own word counts; `false` switches it off. */
function resolveKeepAlive(
  { keep_alive: own }: EntryOf<'oauth2'>,
  method: OAuth2Method,
  reader: EntryReader,
): Pick<OAuthApp, 'keepAlive'> {
  if (own === false) return {};
  if (own === undefined) return method.keepAlive ? { keepAlive: method.keepAlive } : {};
  const mistake = keepAliveMistake(own);
  if (mistake) reader.report(['auth', 'keep_alive', 'max_unused_days'], mistake.message, mistake.hint);
  return { keepAlive: toKeepAlivePolicy(own) };
}

/** A setting for it may be left out: then the app has none. */
async function resolveRevocationUrl(
  { revocationUrl }: OAuth2Method,
  clientId: string,
  reader: EntryReader,
): Promise<string | undefined> {
  if (!revocationUrl || (await reader.text(revocationUrl, clientId)) === '') return undefined;
  return reader.address(revocationUrl, 'revocation_url', clientId);
}

async function resolveClient(entry: EntryOf<'client_credentials'>, reader: EntryReader): Promise<ParentAuth> {
  const method = reader.connector.auth.client_credentials;
  if (!method) return UNUSED;
  const parameters: [string, string][] = [];
  for (const [name, template] of method.tokenParameters) parameters.push([name, await reader.text(template)]);
  const app: TokenApp = {
    ...clientOf(entry, reader),
    tokenUrl: await reader.address(method.tokenUrl, 'token_url'),
    scopes: entry.scopes ?? method.scopes,
    scopeSeparator: method.scopeSeparator,
    clientAuthentication: method.clientAuthentication,
    tokenParameters: Object.fromEntries(parameters.filter(([, value]) => value !== '')),
    tokenFields: method.tokenFields,
    ...(method.defaultExpiresInSeconds === undefined
      ? {}
      : { defaultExpiresInSeconds: method.defaultExpiresInSeconds }),
    reauthorizeErrors: [],
  };
  return { kind: 'client_credentials', app };
}

function clientOf(
  { client_id, client_secret }: { readonly client_id: string; readonly client_secret?: string | undefined },
  reader: EntryReader,
): Pick<TokenApp, 'connection' | 'clientId' | 'clientSecret'> {
  return {
    connection: reader.connection,
    clientId: reader.fill(client_id, ['auth', 'client_id']),
    ...(client_secret === undefined
      ? {}
      : { clientSecret: new Secret(reader.secret(client_secret, ['auth', 'client_secret'])) }),
  };
}

async function resolveOAuth1(entry: EntryOf<'oauth1'>, reader: EntryReader): Promise<ParentAuth> {
  const method = reader.connector.auth.oauth1;
  if (!method) return UNUSED;
  const { now } = reader;
  const client: OAuth1Signer = {
    consumerKey: reader.fill(entry.consumer_key, ['auth', 'consumer_key']),
    consumerSecret: new Secret(reader.secret(entry.consumer_secret, ['auth', 'consumer_secret'])),
    signatureMethod: method.signatureMethod,
  };
  const credentialOf = (token: string, tokenSecret: Secret): Credential => {
    return { kind: 'oauth1', signer: { ...client, token, tokenSecret }, now };
  };
  if (entry.token !== undefined && entry.token_secret !== undefined) {
    const token = reader.secret(entry.token, ['auth', 'token']);
    const tokenSecret = new Secret(reader.secret(entry.token_secret, ['auth', 'token_secret']));
    return { kind: 'static', method: 'oauth1', credential: credentialOf(token, tokenSecret) };
  }
  if (entry.token !== undefined || entry.token_secret !== undefined) {
    reader.report(['auth'], 'token and token_secret belong together', 'give both, or none and run behalf connect');
  }
  return {
    kind: 'stored',
    method: 'oauth1',
    fields: [],
    login: {
      connection: reader.connection,
      requestTokenUrl: await reader.address(method.requestTokenUrl, 'request_token_url'),
      authorizationUrl: await reader.address(method.authorizationUrl, 'authorization_url'),
      accessTokenUrl: await reader.address(method.accessTokenUrl, 'access_token_url'),
      redirectUri: reader.redirectUri,
      signer: client,
    },
    credentialOf: async ({ token, token_secret: secret }) =>
      credentialOf(token?.reveal() ?? '', secret ?? new Secret('')),
  };
}

import { constants, verify, X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { parseJson, readBody, sendJson } from '../http.js';
import type { Faults } from './faults.js';
import type { BotTokens } from './tokens.js';

const BOT_RESOURCE = 'https://api.botframework.com';
const BOT_SCOPE = `${BOT_RESOURCE}/.default`;
/** What Entra ID gives: an hour, less a second. */
const TOKEN_LIFETIME_SECONDS = 3_599;
const BODY_LIMIT = 64 * 1024;

const Assertion = z.tuple([
  z.object({ alg: z.literal('PS256'), 'x5t#S256': z.string() }),
  z.object({
    aud: z.string(),
    iss: z.string(),
    sub: z.string(),
    jti: z.string().min(8),
    nbf: z.number(),
    exp: z.number(),
  }),
]);

export interface BotLoginOptions {
  readonly appId: string;
  readonly appPassword: string;
  readonly tenantId: string;
  readonly botProof?: BotProof | undefined;
  readonly faults: Faults;
  readonly tokens: BotTokens;
  readonly counters: { tokenCalls: number };
}

/** What the bot may prove itself by beside its password. */
export interface BotProof {
  /** PEM, as uploaded to the app registration. */
  readonly certificate?: string;
  /** The token of a cluster that the app registration trusts. */
  readonly clusterToken?: string;
  /** Header of App Service; without it the managed identity is that of a virtual machine. */
  readonly identityHeader?: string;
}

/** Client credentials of Entra ID; the errors carry the codes that its documentation lists. */
export async function giveToken(
  options: BotLoginOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  options.counters.tokenCalls += 1;
  const form = new URLSearchParams((await readBody(request, BODY_LIMIT))?.toString('utf8'));
  const failure = options.faults.nextTokenFailure();
  if (failure !== undefined) return sendJson(response, failure, { body: { error: 'temporarily_unavailable' } });
  const refusal = refuseToken(options, form, request.url ?? '');
  if (refusal) {
    const body = { error: refusal.error, error_description: refusal.description, error_codes: [refusal.code] };
    return sendJson(response, refusal.error === 'invalid_client' ? 401 : 400, { body });
  }
  const lifetimes = { expires_in: TOKEN_LIFETIME_SECONDS, ext_expires_in: TOKEN_LIFETIME_SECONDS };
  const access_token = options.tokens.issue(TOKEN_LIFETIME_SECONDS);
  sendJson(response, 200, {
    body: { token_type: 'Bearer', ...lifetimes, access_token },
    headers: { 'cache-control': 'no-store' },
  });
}

function refuseToken(
  options: BotLoginOptions,
  form: URLSearchParams,
  path: string,
): { readonly error: string; readonly code: number; readonly description: string } | undefined {
  const { appId, tenantId } = options;
  const [, tenant = ''] = path.split('/');
  if (form.get('grant_type') !== 'client_credentials') {
    return { error: 'unsupported_grant_type', code: 70003, description: 'AADSTS70003: unsupported grant type.' };
  }
  if (tenant !== tenantId) {
    return { error: 'invalid_request', code: 90002, description: `AADSTS90002: Tenant '${tenant}' not found.` };
  }
  if (form.get('client_id') !== appId) {
    return { error: 'unauthorized_client', code: 700016, description: 'AADSTS700016: Application was not found.' };
  }
  if (form.has('client_assertion')) {
    const wrong = wrongAssertion(options, form, path);
    if (wrong !== undefined) return { error: 'invalid_client', code: 700027, description: `AADSTS700027: ${wrong}` };
  } else if (form.get('client_secret') !== options.appPassword) {
    return { error: 'invalid_client', code: 7000215, description: 'AADSTS7000215: Invalid client secret provided.' };
  }
  // A library that speaks OpenID Connect adds scopes of its own; only the first says what the token is for.
  if (!(form.get('scope') ?? '').split(' ').includes(BOT_SCOPE)) {
    return { error: 'invalid_scope', code: 70011, description: 'AADSTS70011: The provided scope is not valid.' };
  }
  return undefined;
}

/** What is wrong with a client assertion; undefined when it proves the bot. */
function wrongAssertion(
  { appId, botProof = {} }: BotLoginOptions,
  form: URLSearchParams,
  path: string,
): string | undefined {
  const assertion = form.get('client_assertion') ?? '';
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') return 'type';
  if (botProof.clusterToken !== undefined) return assertion === botProof.clusterToken ? undefined : 'unknown token';
  if (botProof.certificate === undefined) return 'no certificate is registered';
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const parts = [head, body].map((part) => parseJson(Buffer.from(part, 'base64url').toString('utf8')));
  const read = Assertion.safeParse(parts);
  if (!read.success) return 'malformed';
  const [header, claims] = read.data;
  const x509 = new X509Certificate(botProof.certificate);
  const thumbprint = Buffer.from(x509.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  if (header['x5t#S256'] !== thumbprint) return 'unknown certificate';
  const key = {
    key: x509.publicKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return 'signature';
  const now = Date.now() / 1000;
  if (claims.nbf > now + 5 || claims.exp < now || claims.exp > now + 600) return 'time';
  if (claims.iss !== appId || claims.sub !== appId) return 'not of this app';
  return new URL(claims.aud).pathname === path ? undefined : 'for somebody else';
}

/** The endpoint of a managed identity: of App Service with its header, else of a virtual machine. */
export function giveManagedToken(
  { appId, botProof = {}, counters, tokens }: BotLoginOptions,
  {
    request,
    response,
    url,
  }: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly url: URL },
): void {
  counters.tokenCalls += 1;
  const { identityHeader } = botProof;
  const ask = url.searchParams;
  const isApp = identityHeader !== undefined && request.headers['x-identity-header'] === identityHeader;
  const isMachine = identityHeader === undefined && request.headers['metadata'] === 'true';
  const isRight = ask.get('api-version') === (isApp ? '2019-08-01' : '2018-02-01');
  if (request.method !== 'GET' || !(isApp || isMachine) || !isRight || ask.get('resource') !== BOT_RESOURCE)
    return void sendJson(response, 400, { body: { error: 'invalid_request', error_description: 'Bad request' } });
  if (ask.get('client_id') !== appId)
    return void sendJson(response, 400, {
      body: { error: 'invalid_request', error_description: 'Identity not found' },
    });
  const access_token = tokens.issue(TOKEN_LIFETIME_SECONDS);
  const ends = String(Math.floor(Date.now() / 1000) + TOKEN_LIFETIME_SECONDS);
  const lifetime = isApp ? {} : { expires_in: String(TOKEN_LIFETIME_SECONDS) };
  sendJson(response, 200, {
    body: { access_token, ...lifetime, expires_on: ends, resource: BOT_RESOURCE, token_type: 'Bearer' },
  });
}

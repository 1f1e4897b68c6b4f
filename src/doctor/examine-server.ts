import type { OAuthApp } from '../connections/parent-connection.js';
import type { Clock } from '../kernel/clock.port.js';
import { isBehalfError } from '../kernel/errors.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import type { Finding } from './examination.port.js';
import { examineClock } from './examine-clock.js';
import { isSameEndpoint, readServerMetadata, type ServerMetadata } from './server-metadata.js';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 1024 * 1024;

/**
 * What the app's server says of itself against what the connector says, PKCE, and whether its login page is there. Nothing of
 * the client is sent.
 */
export async function examineServer(subject: string, app: OAuthApp, http: HttpClient): Promise<readonly Finding[]> {
  const [look, page] = await Promise.all([readServerMetadata(app, http), examinePage(subject, app, http)]);
  if (look.kind === 'known') return [...compare(subject, app, look.metadata), ...page];
  const plain = app.pkce === 'none' ? [withoutPkce(subject)] : [];
  if (look.kind === 'none' || app.issuer === undefined) return [...plain, ...page];
  const says = `the metadata of ${app.issuer} cannot be read now`;
  return [
    ...plain,
    { subject, state: 'unknown', says, fix: 'Look at the network, and at issuer in the connector.' },
    ...page,
  ];
}

/** Our clock against that of the server at this URL, which is asked without saying who we are. */
export async function examineClockOf(
  url: string,
  { clock, http }: { readonly clock: Clock; readonly http: HttpClient },
): Promise<readonly Finding[]> {
  const asked = clock.now();
  try {
    const { headers } = await http.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
    // What a cache has kept has the time at which it was made.
    if (headers['age'] !== undefined) return [];
    return examineClock(new URL(url).host, headers['date'], { asked, answered: clock.now() });
  } catch (error) {
    // That the server is away is found where its tokens are asked for.
    if (isBehalfError(error)) return [];
    throw error;
  }
}

function compare(subject: string, app: OAuthApp, metadata: ServerMetadata): readonly Finding[] {
  const differences = [
    ...issuerDiffers(subject, app, metadata),
    ...endpointDiffers(subject, 'authorization_url', app.authorizationUrl, metadata.authorization_endpoint),
    ...endpointDiffers(subject, 'token_url', app.tokenUrl, metadata.token_endpoint),
  ];
  const agrees: Finding = { subject, state: 'ok', says: `its URLs are those that ${metadata.issuer} names` };
  return [...(differences.length === 0 ? [agrees] : differences), ...pkceDiffers(subject, app, metadata)];
}

function issuerDiffers(subject: string, { issuer }: OAuthApp, metadata: ServerMetadata): readonly Finding[] {
  if (issuer === undefined || issuer === metadata.issuer) return [];
  return [
    {
      subject,
      state: 'wrong',
      says: `its issuer is ${issuer}, and the server there says that it is ${metadata.issuer}`,
      fix: 'Correct issuer in the connector, letter by letter: logins whose answer names another one are refused.',
    },
  ];
}

/** Servers may have more endpoints than they name, so this is not wrong by itself. */
function endpointDiffers(subject: string, key: string, ours: string, theirs: string | undefined): readonly Finding[] {
  if (theirs === undefined || isSameEndpoint(ours, theirs)) return [];
  return [
    {
      subject,
      state: 'warning',
      says: `its ${key} is ${ours}, and the server names ${theirs}`,
      fix: `Correct ${key} in the connector, unless the documentation of the app says that both work.`,
    },
  ];
}

/** Many servers that know PKCE do not say so: only what is said counts. */
function pkceDiffers(subject: string, { pkce }: OAuthApp, metadata: ServerMetadata): readonly Finding[] {
  const methods = metadata.code_challenge_methods_supported;
  const offersIt = methods?.includes('S256') ?? false;
  if (pkce === 'none') return [offersIt ? offeredPkce(subject) : withoutPkce(subject)];
  if (methods === undefined) return [];
  if (offersIt) return [{ subject, state: 'ok', says: 'its logins go with PKCE, which the server knows (S256)' }];
  return [
    {
      subject,
      state: 'warning',
      says: `its logins go with PKCE (S256), which is not among what the server knows (${methods.join(', ')})`,
      fix: 'Log in once; if the server refuses that, put "pkce: none" into the connector.',
    },
  ];
}

function withoutPkce(subject: string): Finding {
  return {
    subject,
    state: 'warning',
    says: 'its logins go without PKCE',
    fix: 'Take "pkce: none" out of the connector where the app has learned it.',
  };
}

function offeredPkce(subject: string): Finding {
  return {
    subject,
    state: 'warning',
    says: 'its logins go without PKCE, though the server knows it (S256)',
    fix: 'Take "pkce: none" out of the connector.',
  };
}

/** Without parameters some refuse, and some send people on: it is there all the same. */
async function examinePage(
  subject: string,
  { authorizationUrl: url }: OAuthApp,
  http: HttpClient,
): Promise<readonly Finding[]> {
  const fix = 'Look at authorization_url in the connector, at the network, and at the status page of the app.';
  try {
    const { status } = await http.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
    if (status < 500) return [{ subject, state: 'ok', says: `there is a login page at ${url}` }];
    return [{ subject, state: 'unknown', says: `the login page at ${url} answers ${status}`, fix }];
  } catch (error) {
    if (!isBehalfError(error)) throw error;
    // Browsers go there, not we: our rules for calls say nothing of it, nor does the size of the page.
    if (error.code !== 'app.unavailable') return [];
    return [{ subject, state: 'unknown', says: `the login page at ${url} cannot be reached from here`, fix }];
  }
}

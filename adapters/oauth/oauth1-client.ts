import type { OAuth1Client, OAuth1Token } from '../../src/connections/oauth1-client.port.js';
import type { OAuth1App } from '../../src/connections/parent-connection.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { randomToken } from '../../src/kernel/ids.js';
import { oauth1Authorization } from '../../src/kernel/oauth1.js';
import { Secret } from '../../src/kernel/secret.js';
import type { OAuthClientOptions } from './oauth-client.js';
import { translate } from './post-errors.js';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
/** What a token or its secret may look like; anything else is no answer of RFC 5849. */
const TOKEN = /^[\x20-\x7e]{1,4096}$/;

/** The three legs of OAuth 1.0a, signed by our own code. */
export function createOAuth1Client({ clock, httpClient, timeoutMs = TIMEOUT_MS }: OAuthClientOptions): OAuth1Client {
  async function post(
    app: OAuth1App,
    address: string,
    parameters: Readonly<Record<string, string>>,
    temporary?: OAuth1Token,
  ): Promise<OAuth1Token> {
    const owner = temporary === undefined ? {} : { token: temporary.token, tokenSecret: temporary.secret };
    const authorization = oauth1Authorization(
      { method: 'POST', url: new URL(address), parameters },
      { ...app.signer, ...owner },
      { nonce: randomToken(128), timestamp: Math.floor(clock.now() / 1_000) },
    );
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const request = { method: 'POST' as const, url: address, headers, body: '', timeoutMs, maxBytes: MAX_BYTES };
    const { body, status } = await httpClient.request(request).catch((error: unknown) => {
      throw translate(error);
    });
    return readToken(status, body);
  }

  return {
    requestToken: (app) => post(app, app.requestTokenUrl, { oauth_callback: app.redirectUri }),
    authorizationUrl(app, token) {
      const url = new URL(app.authorizationUrl);
      url.searchParams.set('oauth_token', token);
      return url.href;
    },
    accessToken: (app, temporary, verifier) => post(app, app.accessTokenUrl, { oauth_verifier: verifier }, temporary),
  };
}

function readToken(status: number, body: Buffer): OAuth1Token {
  const details = { status };
  if (status === 408 || status === 429 || status >= 500) {
    throw new BehalfError('oauth.transient', 'The token endpoint is in trouble', { details });
  }
  if (status >= 400) throw new BehalfError('oauth.operator', 'The token endpoint refuses', { details });
  const form = new URLSearchParams(body.toString('utf8').trim());
  const [token, secret] = [form.get('oauth_token'), form.get('oauth_token_secret')];
  if (status >= 300 || !token || secret === null || !TOKEN.test(token) || !(secret === '' || TOKEN.test(secret))) {
    throw new BehalfError('oauth.protocol', 'The answer of the token endpoint is no token', { details });
  }
  return { token, secret: new Secret(secret) };
}

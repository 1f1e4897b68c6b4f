import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { randomToken } from '../../src/kernel/ids.js';
import { type IssuerKey, issuerKey, signedToken } from './id-tokens.js';

export const SLACK_CLIENT = { id: '111.222', secret: 'slack-client-secret-canary' };

/** Who is signed in to Slack in a browser. */
export interface SlackPerson {
  readonly user: string;
  readonly team: string;
  readonly enterprise?: string;
  /** Slack names the organisation only where it is asked for the person. */
  readonly isSilentOnEnterprise?: boolean;
}

/** How an answer departs from the right one. */
export interface SlackChange {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly sign?: (key: IssuerKey, claims: object) => string;
}

/** Slack's side of Sign in with Slack, over HTTP, with every way to be wrong. */
export interface SlackSignInServer {
  readonly origin: string;
  readonly apiUrl: string;
  readonly key: IssuerKey;
  /** Tokens that were given back. */
  readonly revoked: string[];
  /** Forms that the token method was called with. */
  readonly exchanges: URLSearchParams[];
  /** Every call is answered with this status, until it is undefined. */
  away: number | undefined;
  /** What the person brings back from the sign-in page that `url` led to. */
  consent(url: URL, person: SlackPerson, change?: SlackChange): URLSearchParams;
  stop(): Promise<void>;
}

interface Issued {
  readonly redirectUri: string;
  readonly person: SlackPerson;
  readonly idToken: string;
}

export async function startSlackSignIn(now: () => number): Promise<SlackSignInServer> {
  const key = issuerKey('slack-1');
  const codes = new Map<string, Issued>();
  const tokens = new Map<string, SlackPerson>();
  const revoked: string[] = [];
  const exchanges: URLSearchParams[] = [];

  const answer = (path: string, form: URLSearchParams, bearer: string): object => {
    switch (path) {
      case '/openid/connect/keys':
        return { keys: [key.jwk] };
      case '/api/openid.connect.token': {
        exchanges.push(form);
        const issued = codes.get(form.get('code') ?? '');
        codes.delete(form.get('code') ?? '');
        if (form.get('client_id') !== SLACK_CLIENT.id) return { ok: false, error: 'invalid_client_id' };
        if (form.get('client_secret') !== SLACK_CLIENT.secret) return { ok: false, error: 'bad_client_secret' };
        if (form.has('code_verifier')) return { ok: false, error: 'internal_error' };
        if (!issued) return { ok: false, error: 'invalid_code' };
        if (form.get('redirect_uri') !== issued.redirectUri) return { ok: false, error: 'bad_redirect_uri' };
        const token = `xoxp-canary-${randomToken(64)}`;
        tokens.set(token, issued.person);
        return { ok: true, access_token: token, token_type: 'Bearer', id_token: issued.idToken };
      }
      case '/api/openid.connect.userInfo': {
        const person = tokens.get(bearer);
        return person
          ? { ok: true, ...claimsOf({ ...person, isSilentOnEnterprise: false }) }
          : { ok: false, error: 'invalid_auth' };
      }
      case '/api/auth.revoke':
        revoked.push(bearer);
        return { ok: true, revoked: true };
      default:
        return { ok: false, error: 'unknown_method' };
    }
  };

  const result = { key, revoked, exchanges, away: undefined as number | undefined };
  const server = createServer((request, response) => {
    void readForm(request).then((form) => {
      if (result.away !== undefined) return response.writeHead(result.away).end('<html>');
      const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
      const body = answer(new URL(request.url ?? '/', 'http://slack').pathname, form, bearer);
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  return Object.assign(result, {
    origin,
    apiUrl: `${origin}/api/`,
    consent(url: URL, person: SlackPerson, change: SlackChange = {}) {
      const query = url.searchParams;
      const seconds = Math.floor(now() / 1000);
      const claims = {
        iss: origin,
        sub: person.user,
        aud: query.get('client_id'),
        exp: seconds + 300,
        iat: seconds,
        nonce: query.get('nonce'),
        ...claimsOf(person),
        ...change.claims,
      };
      const sign = change.sign ?? signedToken;
      const code = randomToken(128);
      codes.set(code, { person, redirectUri: query.get('redirect_uri') ?? '', idToken: sign(key, claims) });
      return new URLSearchParams({ code, state: query.get('state') ?? '' });
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  });
}

function claimsOf({ enterprise, isSilentOnEnterprise, team, user }: SlackPerson): object {
  return {
    'https://slack.com/user_id': user,
    'https://slack.com/team_id': team,
    ...(enterprise && !isSilentOnEnterprise ? { 'https://slack.com/enterprise_id': enterprise } : {}),
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

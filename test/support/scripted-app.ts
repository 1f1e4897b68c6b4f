import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** A call of the app's API. */
export interface AppCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** The account whose token it was; `shared` for the key that everybody shares. */
  readonly account: string | undefined;
}

export interface AppAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of a body. */
  readonly text?: string;
  /** Closes the connection instead, after the call has been noted. */
  readonly hangUp?: boolean;
}

export const SHARED_KEY = 'shared-key-canary';

interface Token {
  readonly account: string;
  readonly kind: 'access' | 'refresh';
}

/**
 * An app with an API, accounts and an OAuth server whose login page is skipped: `authorize` logs an account in. Access
 * tokens, refresh tokens with rotation, and revocation behave as at a real one; a test may answer calls itself.
 */
export class ScriptedApp {
  readonly url: string;
  /** Calls of the API, without those for the identity. */
  readonly calls: AppCall[] = [];
  /** Grant types that the token endpoint was asked for, and `revoke`. */
  readonly grants: string[] = [];
  /** The `error` with which assertions (RFC 7523) are refused; absent: they name their account in `upn`. */
  assertionError: string | undefined;
  /** What the token endpoint answers to everybody, while it does nothing. */
  tokenAnswer: AppAnswer | undefined;
  /** What the next revocations are answered with, while nothing is ended. */
  readonly revocationAnswers: AppAnswer[] = [];
  /** What it says of the life of its access tokens, in seconds. */
  saysExpiresIn: unknown = 86_400;
  /** What the token endpoint says it has granted; absent: it does not say. */
  grantedScope: string | undefined;
  /** False: the identity call names no organisation. */
  tellsOrganization = true;
  readonly #tokens = new Map<string, Token>();
  readonly #codes = new Map<string, string>();
  readonly #stop: () => Promise<void>;
  #answer: ((call: AppCall) => AppAnswer | undefined | Promise<AppAnswer | undefined>) | undefined;
  #serial = 0;

  private constructor(url: string, stop: () => Promise<void>) {
    this.url = url;
    this.#stop = stop;
  }

  static async start(): Promise<ScriptedApp> {
    let app: ScriptedApp | undefined;
    const server = createServer((request, response) => {
      const serve = async (): Promise<void> => {
        const answer = await app?.handle(request);
        if (answer === undefined || answer.hangUp) {
          response.destroy();
          return;
        }
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
        response.end(answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)));
      };
      serve().catch(() => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    app = new ScriptedApp(`http://127.0.0.1:${port}`, async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    });
    return app;
  }

  /** Answers API calls for as long as it gives an answer. */
  answer(answer: ((call: AppCall) => AppAnswer | undefined | Promise<AppAnswer | undefined>) | undefined): void {
    this.#answer = answer;
  }

  /** The account logs in and agrees: the code that the browser brings back. */
  authorize(account: string): string {
    const code = this.#newName('code');
    this.#codes.set(code, account);
    return code;
  }

  /** The app forgets all tokens of that kind. */
  forgetTokens(kind?: Token['kind']): void {
    for (const [value, token] of this.#tokens)
      if (kind === undefined || token.kind === kind) this.#tokens.delete(value);
  }

  /** Refresh tokens of the account that are good now. */
  refreshTokensOf(account: string): readonly string[] {
    const found = [...this.#tokens].filter(([, token]) => token.account === account && token.kind === 'refresh');
    return found.map(([value]) => value);
  }

  callsOf(method: string): readonly AppCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async handle(request: IncomingMessage): Promise<AppAnswer> {
    const url = new URL(request.url ?? '/', this.url);
    const text = await readText(request);
    if (url.pathname === '/oauth/token') return this.#token(new URLSearchParams(text));
    if (url.pathname === '/oauth/revoke') return this.#revoke(new URLSearchParams(text));
    const account = this.#accountOf(request.headers);
    if (url.pathname === '/api/me' && account !== undefined) {
      // ann@acme.example is of the organisation org-acme.
      const organization = this.tellsOrganization ? `org-${account.split('@').at(-1)?.split('.')[0]}` : null;
      return { body: { id: `id-${account}`, email: account, email_verified: true, organization } };
    }
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { method = '', headers } = request;
    const call = { method, path: url.pathname, query: url.searchParams, headers, body, account };
    if (url.pathname !== '/api/me') this.calls.push(call);
    const own = await this.#answer?.(call);
    if (own) return own;
    if (account === undefined) return { status: 401, body: { message: 'Who are you?' } };
    return { status: method === 'POST' ? 201 : 200, body: { id: `r${this.calls.length}`, name: 'Thing', by: account } };
  }

  #token(form: URLSearchParams): AppAnswer {
    const grant = form.get('grant_type') ?? '';
    this.grants.push(grant);
    if (this.tokenAnswer) return this.tokenAnswer;
    const code = form.get('code') ?? '';
    const refresh = form.get('refresh_token') ?? '';
    const assertion = form.get('assertion');
    if (assertion !== null && this.assertionError) return { status: 400, body: { error: this.assertionError } };
    const ofCode = assertion === null ? this.#codes.get(code) : accountIn(assertion);
    const account = grant === 'refresh_token' ? this.#tokens.get(refresh)?.account : ofCode;
    this.#codes.delete(code);
    this.#tokens.delete(refresh);
    if (account === undefined) return { status: 400, body: { error: 'invalid_grant' } };
    const accessToken = this.#newName('access');
    const refreshToken = this.#newName('refresh');
    this.#tokens.set(accessToken, { account, kind: 'access' });
    this.#tokens.set(refreshToken, { account, kind: 'refresh' });
    return {
      body: {
        access_token: accessToken,
        refresh_token: refreshToken,
        token_type: 'Bearer',
        expires_in: this.saysExpiresIn,
        ...(this.grantedScope === undefined ? {} : { scope: this.grantedScope }),
      },
    };
  }

  #revoke(form: URLSearchParams): AppAnswer {
    this.grants.push('revoke');
    if (this.revocationAnswers.length > 0) return this.revocationAnswers.shift() ?? {};
    this.#tokens.delete(form.get('token') ?? '');
    return { body: {} };
  }

  #accountOf(headers: IncomingHttpHeaders): string | undefined {
    if (headers['x-api-key'] === SHARED_KEY) return 'shared';
    const token = this.#tokens.get((headers.authorization ?? '').replace(/^Bearer /, ''));
    return token?.kind === 'access' ? token.account : undefined;
  }

  #newName(kind: string): string {
    this.#serial += 1;
    return `${kind}-canary-${this.#serial}`;
  }
}

/** The account that an assertion names; whoever made it is believed. */
function accountIn(assertion: string): string | undefined {
  const claims: unknown = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const account = typeof claims === 'object' && claims !== null && 'upn' in claims ? claims.upn : undefined;
  return typeof account === 'string' ? account : undefined;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

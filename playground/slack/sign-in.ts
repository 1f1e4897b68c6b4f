import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../http.js';
import { type Person, SLACK_TEAM_ID } from '../people.js';

/** The OAuth client that the Slack app is. */
export interface SlackClientRegistration {
  readonly id: string;
  readonly secret: string;
  readonly redirectUris: readonly string[];
}

export interface SlackSignInOptions {
  readonly client: SlackClientRegistration;
  readonly people: readonly Person[];
  readonly origin: () => string;
  readonly now: () => number;
}

/** Slack's codes live ten minutes. */
const CODE_MS = 10 * 60_000;
const ID_TOKEN_SECONDS = 300;

interface Asked {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
}

/** Sign in with Slack: the page on which somebody says who they are, the exchange of the code, the keys. */
export class SlackSignIn {
  readonly #options: SlackSignInOptions;
  readonly #codes = new Map<string, Asked & { readonly person: Person; readonly until: number }>();
  readonly #tokens = new Map<string, Person>();
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #keyId = randomBytes(8).toString('hex');

  constructor(options: SlackSignInOptions) {
    this.#options = options;
  }

  /** Answers what belongs to it; false for everything else. */
  serve(incoming: IncomingMessage, outgoing: ServerResponse, body: string): boolean {
    const url = new URL(incoming.url ?? '/', this.#options.origin());
    const form = new URLSearchParams(body);
    const bearer = /^Bearer (xoxp-.+)$/.exec(incoming.headers.authorization ?? '')?.[1];
    switch (url.pathname) {
      case '/openid/connect/authorize':
        this.#ask(outgoing, url.searchParams);
        return true;
      case '/openid/connect/answer':
        this.#answer(outgoing, form);
        return true;
      case '/openid/connect/keys':
        sendJson(outgoing, 200, { body: { keys: [this.#publicKey()] } });
        return true;
      case '/api/openid.connect.token':
        sendJson(outgoing, 200, { body: this.#exchange(form) });
        return true;
      case '/api/auth.revoke':
        if (bearer === undefined) return false;
        sendJson(outgoing, 200, { body: { ok: true, revoked: this.#tokens.delete(bearer) } });
        return true;
      default:
        return false;
    }
  }

  /** Tokens of people that have not been given back. */
  get openTokens(): number {
    return this.#tokens.size;
  }

  #ask(outgoing: ServerResponse, query: URLSearchParams): void {
    const problem = this.#problemWith(query);
    if (problem !== undefined) {
      sendPage(outgoing, 400, `<h1>Something went wrong</h1><p>${problem}</p>`);
      return;
    }
    const hidden = ['redirect_uri', 'state', 'nonce']
      .map((name) => `<input type="hidden" name="${name}" value="${escaped(query.get(name) ?? '')}">`)
      .join('');
    const buttons = this.#options.people.map(
      ({ id, name }) => `<p><button name="person" value="${id}">Continue as ${escaped(name)}</button></p>`,
    );
    sendPage(
      outgoing,
      200,
      `<h1>Sign in with Slack</h1><p>Behalf wants to know who you are in Acme.</p><form method="post" action="/openid/connect/answer">${hidden}${buttons.join('')}<p><button name="person" value="">Cancel</button></p></form>`,
    );
  }

  /** What Slack says on its own page, rather than sending somebody anywhere. */
  #problemWith(query: URLSearchParams): string | undefined {
    const { client } = this.#options;
    if (query.get('client_id') !== client.id) return 'invalid_client_id';
    if (query.get('response_type') !== 'code') return 'response_type must be code';
    if (query.get('scope') !== 'openid') return 'invalid_scope';
    if (!client.redirectUris.includes(query.get('redirect_uri') ?? ''))
      return 'redirect_uri did not match any configured URIs';
    return undefined;
  }

  #answer(outgoing: ServerResponse, form: URLSearchParams): void {
    const redirectUri = form.get('redirect_uri') ?? '';
    if (!this.#options.client.redirectUris.includes(redirectUri)) {
      sendPage(outgoing, 400, 'bad_redirect_uri');
      return;
    }
    const state = form.get('state') ?? '';
    const person = this.#options.people.find(({ id }) => id === form.get('person'));
    const back = new URL(redirectUri);
    back.searchParams.set('state', state);
    if (person) {
      const code = randomBytes(16).toString('hex');
      const until = this.#options.now() + CODE_MS;
      this.#codes.set(code, { redirectUri, state, nonce: form.get('nonce') ?? '', person, until });
      back.searchParams.set('code', code);
    } else back.searchParams.set('error', 'access_denied');
    outgoing.writeHead(302, { location: back.href }).end();
  }

  #exchange(form: URLSearchParams): object {
    const { client, now } = this.#options;
    const code = form.get('code') ?? '';
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    if (form.get('client_id') !== client.id) return { ok: false, error: 'invalid_client_id' };
    if (form.get('client_secret') !== client.secret) return { ok: false, error: 'bad_client_secret' };
    if (form.has('code_verifier')) return { ok: false, error: 'internal_error' };
    if (!asked || asked.until < now()) return { ok: false, error: 'invalid_code' };
    if (form.get('redirect_uri') !== asked.redirectUri) return { ok: false, error: 'bad_redirect_uri' };
    const token = `xoxp-playground-${randomBytes(16).toString('hex')}`;
    this.#tokens.set(token, asked.person);
    return { ok: true, access_token: token, token_type: 'Bearer', id_token: this.#idToken(asked.person, asked.nonce) };
  }

  #idToken({ slackUserId }: Person, nonce: string): string {
    const { client, now, origin } = this.#options;
    const seconds = Math.floor(now() / 1000);
    const claims = {
      iss: origin(),
      sub: slackUserId,
      aud: client.id,
      exp: seconds + ID_TOKEN_SECONDS,
      iat: seconds,
      auth_time: seconds,
      nonce,
      'https://slack.com/team_id': SLACK_TEAM_ID,
      'https://slack.com/user_id': slackUserId,
    };
    const signed = [{ alg: 'RS256', typ: 'JWT', kid: this.#keyId }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#keys.privateKey).toString('base64url')}`;
  }

  #publicKey(): object {
    return { ...this.#keys.publicKey.export({ format: 'jwk' }), kid: this.#keyId, use: 'sig', alg: 'RS256' };
  }
}

function sendPage(outgoing: ServerResponse, status: number, content: string): void {
  outgoing
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Slack</title></head><body>${content}</body></html>`,
    );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

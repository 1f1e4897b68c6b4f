import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TokenServer } from './token-server.js';

export const TEAM = 'T0BENCH';
export const BOT_USER = 'U0BOT';
export const TENANT = '11111111-2222-4333-8444-555555555555';
export const APP_ID = '99999999-8888-4777-8666-555555555555';

/** A request as the platform sends it; the same once more is a repeated delivery. */
export interface PlatformRequest {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The other ends, as thin as they can be: Slack's Web API, the Bot Connector, an app with its OAuth2 server. */
export class Platform {
  readonly signingSecret = randomBytes(16).toString('hex');
  readonly botToken = 'xoxb-bench';
  readonly #server: Server;
  readonly #waiting = new Map<string, () => void>();
  readonly #sockets = new Set<Socket>();
  readonly tokens = new TokenServer();
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #prompts = new Map<string, string>();
  #port = 0;
  #sequence = 0;
  #channelToken = '';
  /** Messages without a word of a command: that it did not work. */
  plainMessages = 0;
  /** How long the app takes for a call, in ms. */
  appDelayMs = 0;
  /** Connections that others have opened to here. */
  connections = 0;
  #closedBytes = 0;

  constructor() {
    this.#server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
      if (incoming.method === 'GET') return this.#answer(incoming, outgoing, '');
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => this.#answer(incoming, outgoing, Buffer.concat(chunks).toString('utf8')));
    });
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.#closedBytes += socket.bytesRead + socket.bytesWritten;
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#channelToken = this.#makeToken();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What has gone to here and back, in bytes. */
  get bytes(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, this.#closedBytes);
  }

  /** What the service and the bare bots are configured with. */
  environment(): Record<string, string> {
    return {
      SLACK_SIGNING_SECRET: this.signingSecret,
      SLACK_BOT_TOKEN: this.botToken,
      SLACK_API_URL: `${this.url}/api/`,
      MicrosoftAppId: APP_ID,
      MicrosoftAppPassword: 'bench',
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: TENANT,
      BOT_OPENID_METADATA_URL: `${this.url}/openid`,
      BOT_TOKEN_URL: `${this.url}/bot-token`,
      BOT_SERVICE_HOSTS: `127.0.0.1:${this.#port}`,
      BENCH_APP_URL: this.url,
      BENCH_CLIENT_SECRET: 'bench',
      EGRESS_ALLOW: `127.0.0.1:${this.#port}`,
    };
  }

  /** Resolves when a reply that contains `word` (`W1W`) has arrived. */
  replyWith(word: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(word, resolve));
  }

  /** Resolves when something without such a word has been said to this person. */
  messageFor(user: string): Promise<void> {
    return this.replyWith(`message ${user}`);
  }

  /** Resolves with the link when the next login prompt has come to this person. */
  async promptFor(user: string): Promise<string> {
    await this.replyWith(`prompt ${user}`);
    return this.#prompts.get(user) ?? '';
  }

  /** A direct message as Slack sends it: signed headers and body. */
  slackRequest(user: string, text: string, team: string = TEAM): PlatformRequest {
    this.#sequence += 1;
    const ts = `${Math.floor(Date.now() / 1000)}.${String(this.#sequence).padStart(6, '0')}`;
    const body = JSON.stringify({
      token: 'x',
      team_id: team,
      api_app_id: 'A0BENCH',
      type: 'event_callback',
      event_id: `Ev${this.#sequence}${Date.now()}`,
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: team, user_id: BOT_USER, is_bot: true, is_enterprise_install: false },
      ],
      event: {
        type: 'message',
        channel: `D${user}`,
        user,
        text,
        ts,
        event_ts: ts,
        channel_type: 'im',
        team,
        client_msg_id: ts,
      },
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', this.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    return {
      path: '/slack/events',
      headers: {
        'content-type': 'application/json',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
      },
      body,
    };
  }

  /** A personal message as Teams sends it, or an invoke. */
  teamsRequest(user: string, content: { text: string } | { name: string; value: unknown }): PlatformRequest {
    this.#sequence += 1;
    const body = JSON.stringify({
      type: 'name' in content ? 'invoke' : 'message',
      id: `${Date.now()}${this.#sequence}`,
      timestamp: new Date().toISOString(),
      channelId: 'msteams',
      serviceUrl: `${this.url}/teams/`,
      from: { id: `29:${user}`, name: user, aadObjectId: user },
      conversation: { conversationType: 'personal', id: `a:${user}`, tenantId: TENANT },
      recipient: { id: `28:${APP_ID}`, name: 'Behalf' },
      channelData: { tenant: { id: TENANT } },
      locale: 'en-US',
      ...content,
    });
    return {
      path: '/api/messages',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#channelToken}` },
      body,
    };
  }

  #answer(incoming: IncomingMessage, outgoing: ServerResponse, body: string): void {
    const url = incoming.url ?? '/';
    if (url.startsWith('/items/')) {
      const send = (): void => json(outgoing, { name: decodeURIComponent(url.slice(7)), price: 12.5, stock: 3 });
      if (this.appDelayMs === 0) send();
      else setTimeout(send, this.appDelayMs);
      return;
    }
    if (url.startsWith('/api/chat.')) {
      json(outgoing, { ok: true, channel: 'D1', ts: `${Date.now() / 1000}`, message: {} });
      const isJson = incoming.headers['content-type']?.includes('json') === true;
      this.#arrived(url, isJson ? body : decodeURIComponent(body.replaceAll('+', ' ')));
      return;
    }
    if (url.startsWith('/teams/v3/') && incoming.method !== 'GET') {
      json(outgoing, { id: `m${Date.now()}` });
      this.#arrived(url, body);
      return;
    }
    this.#answerRest(url, outgoing, body);
  }

  #answerRest(url: string, outgoing: ServerResponse, body: string): void {
    const path = url.split('?')[0] ?? '';
    const query = new URLSearchParams(url.slice(path.length + 1));
    const form = new URLSearchParams(body);
    if (path === '/authorize') {
      outgoing.writeHead(303, { location: `${query.get('redirect_uri')}?code=c&state=${query.get('state')}` }).end();
    } else if (path === '/token') void this.#answerTokens(outgoing, form);
    else if (path === '/me') json(outgoing, { id: 'account', email: 'person@bench.example', email_verified: true });
    else if (path === '/bot-token')
      json(outgoing, { access_token: 'bot-token', token_type: 'Bearer', expires_in: 86_400 });
    else if (path === '/openid')
      json(outgoing, {
        issuer: 'https://api.botframework.com',
        jwks_uri: `${this.url}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    else if (path === '/keys')
      json(outgoing, {
        keys: [
          {
            ...this.#keys.publicKey.export({ format: 'jwk' }),
            use: 'sig',
            kid: 'bench',
            x5t: 'bench',
            endorsements: ['msteams'],
          },
        ],
      });
    else if (path === '/api/auth.test')
      json(outgoing, {
        ok: true,
        url: 'https://bench.slack.com/',
        team: 'Bench',
        user: 'behalf',
        team_id: TEAM,
        user_id: BOT_USER,
        bot_id: 'B0',
      });
    else if (path === '/api/users.info')
      json(outgoing, {
        ok: true,
        user: {
          id: form.get('user'),
          team_id: TEAM,
          real_name: 'Person',
          is_email_confirmed: true,
          profile: { email: 'person@bench.example' },
        },
      });
    else if (path === '/api/team.info') json(outgoing, { ok: true, team: { id: TEAM, name: 'Bench' } });
    else if (path.startsWith('/teams/v3/'))
      json(outgoing, {
        id: '29:person',
        name: 'Person',
        email: 'person@bench.example',
        userPrincipalName: 'person@bench.example',
        tenantId: TENANT,
      });
    else json(outgoing, { ok: true });
  }

  async #answerTokens(outgoing: ServerResponse, form: URLSearchParams): Promise<void> {
    const answer = await this.tokens.answer(form, () => !outgoing.destroyed);
    if (answer) json(outgoing, answer.body, answer.status);
    else outgoing.destroy();
  }

  #arrived(url: string, body: string): void {
    const login = /http[^"\\]*\/login\/[\w-]+/.exec(body)?.[0];
    const user = (/"?channel"?[=:]"?D(U\d+)/.exec(body) ?? /\/a(?::|%3A)(U\d+)\//.exec(url))?.[1];
    if (login !== undefined && user !== undefined) this.#prompts.set(user, login);
    const word = login === undefined ? (/W\d+W/.exec(body)?.[0] ?? `message ${user}`) : `prompt ${user}`;
    if (word.startsWith('message')) this.plainMessages += 1;
    this.#waiting.get(word)?.();
    this.#waiting.delete(word);
  }

  #makeToken(): string {
    const now = Math.floor(Date.now() / 1000);
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const head = encode({ alg: 'RS256', typ: 'JWT', kid: 'bench', x5t: 'bench' });
    const claims = encode({
      iss: 'https://api.botframework.com',
      aud: APP_ID,
      serviceurl: `${this.url}/teams/`,
      nbf: now - 60,
      exp: now + 3600,
    });
    return `${head}.${claims}.${sign('RSA-SHA256', Buffer.from(`${head}.${claims}`), this.#keys.privateKey).toString('base64url')}`;
  }
}

function json(outgoing: ServerResponse, body: unknown, status = 200): void {
  const text = JSON.stringify(body);
  outgoing
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

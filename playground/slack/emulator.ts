import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversations } from '../conversations.js';
import { listen } from '../http.js';
import { type Person, SLACK_BOT_USER_ID } from '../people.js';
import type { ApiWorld, OwnMessageChange } from './api-call.js';
import { SlackClients } from './clients.js';
import { Delivery, SLACK_RETRY_DELAYS_MS } from './delivery.js';
import { serveFile } from './file-methods.js';
import { type SlackFileStore, SlackFiles } from './files.js';
import { SlackHomes } from './homes.js';
import { SlackModals } from './modals.js';
import { urlVerification } from './payloads.js';
import { takeResponse } from './response-url-endpoint.js';
import { ResponseUrls, TriggerIds } from './response-urls.js';
import { type SlackClientRegistration, SlackSignIn } from './sign-in.js';
import type { ApiWarning, Block, ProfileOverrides, RecordedCall, RecordedRequest } from './types.js';
import { type FoundMessage, waitForMessage } from './wait-for-message.js';
import { type ApiTrouble, type HttpAnswer, WebApi } from './web-api.js';
import { directChannelOf, Workspace } from './workspace.js';

/** The bot scopes that the emulated app was installed with. */
export const BOT_SCOPES: readonly string[] = [
  'app_mentions:read',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'im:history',
  'im:read',
  'im:write',
  'team:read',
  'usergroups:read',
  'users:read',
  'users:read.email',
];

export interface SlackEmulatorOptions {
  readonly signingSecret: string;
  readonly botToken: string;
  /** Request URL of the app: events, interactivity and commands. */
  readonly eventsUrl: string | (() => string);
  readonly people: readonly Person[];
  readonly conversations: Conversations;
  /** Port on 127.0.0.1; any free one unless told. */
  readonly port?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** How long Slack waits for an ack; 3000 unless told. */
  readonly ackTimeoutMs?: number;
  readonly retryDelaysMs?: readonly number[];
  readonly scopes?: readonly string[];
  /** The app's client: people can sign in with Slack. */
  readonly client?: SlackClientRegistration;
  /** Whether the bot hears of its own direct messages, as in Slack; true unless told. */
  readonly reportOwnMessages?: boolean;
}

export interface SlackEmulator
  extends Pick<SlackClients, 'say' | 'edit' | 'press' | 'select' | 'suggest' | 'command' | 'shortcut' | 'redeliver'>,
    Pick<Delivery, 'sign'> {
  /** Base of the Web API, for `slackApiUrl`. Ends in `/api/`. */
  readonly apiUrl: string;
  /** Every request to the bot, in the order of their ends. */
  readonly requests: readonly RecordedRequest[];
  /** Every call of the Web API and every use of a response_url. */
  readonly calls: readonly RecordedCall[];
  readonly warnings: readonly ApiWarning[];
  /** Views that were opened or published. */
  readonly views: readonly Block[];
  /** What people have uploaded, and how it goes wrong. */
  readonly files: SlackFileStore;
  /** What people have open in their clients. */
  readonly modals: SlackModals;
  /** Tokens of Sign in with Slack that were not given back. */
  openSignInTokens(): number;
  /** The Home tabs of the app in their clients. */
  readonly homes: SlackHomes;
  /** Sends a request exactly as told: no signature, a wrong one, or one seen before. */
  sendRaw(body: string, headers: Readonly<Record<string, string>>): Promise<RecordedRequest>;
  /** Plays Slack's check of the request URL; true when the bot gave the challenge back. */
  verifyUrl(): Promise<boolean>;
  /** The next calls of the Web API go wrong: one call of any method unless told. */
  troubleApi(trouble: ApiTrouble, options?: { readonly times?: number; readonly method?: string }): void;
  /** Ends all planned troubles and delays. */
  healApi(): void;
  /** Every answer of the Web API takes this long from now on. */
  delayApi(ms: number): void;
  changeProfile(personId: string, change: ProfileOverrides): void;
  /** Makes a user group, or changes who is in it. */
  setGroup(groupId: string, personIds: readonly string[]): void;
  /** Adds or removes a person, or the bot (`'bot'`), to or from a channel. */
  setMember(channelId: string, personId: string, member: boolean): void;
  /** Resolves with the oldest message that fits, waiting for it; rejects with the transcript after `timeoutMs` (5000). */
  waitForMessage(
    predicate: (message: FoundMessage) => boolean,
    options?: { readonly timeoutMs?: number; readonly after?: string },
  ): Promise<FoundMessage>;
  stop(): Promise<void>;
}

/** Starts a Slack workspace with one installed app: Web API, response URLs, and the clients of its people. */
export async function startSlackEmulator(options: SlackEmulatorOptions): Promise<SlackEmulator> {
  const parts = assemble(options);
  const { api, world, clients, delivery, conversations } = parts;
  const server = createServer((incoming, outgoing) => {
    serve(parts, incoming, outgoing).catch(() => outgoing.destroy());
  });
  parts.origin = `http://127.0.0.1:${await listen(server, options.port ?? 0, '127.0.0.1')}`;
  return {
    apiUrl: `${parts.origin}/api/`,
    requests: delivery.log,
    calls: api.calls,
    warnings: parts.warnings,
    views: world.views,
    files: world.files,
    modals: new SlackModals(world, delivery),
    openSignInTokens: () => parts.signIn?.openTokens ?? 0,
    homes: new SlackHomes({ world, delivery, clients, now: parts.now }),
    say: clients.say.bind(clients),
    edit: clients.edit.bind(clients),
    press: clients.press.bind(clients),
    select: clients.select.bind(clients),
    suggest: clients.suggest.bind(clients),
    command: clients.command.bind(clients),
    shortcut: clients.shortcut.bind(clients),
    redeliver: clients.redeliver.bind(clients),
    sign: delivery.sign.bind(delivery),
    sendRaw: (body, headers) => delivery.send({ kind: 'raw', body, headers }),
    verifyUrl: () => verifyUrl(delivery),
    troubleApi: (trouble, { times = 1, method } = {}) =>
      api.plan(trouble, { times, ...(method === undefined ? {} : { method }) }),
    healApi: () => {
      api.clearTroubles();
      parts.delayMs = 0;
    },
    delayApi: (ms) => {
      parts.delayMs = ms;
    },
    setGroup: (groupId, personIds) =>
      world.workspace.setGroup(
        groupId,
        personIds.map((id) => world.workspace.personById(id).slackUserId),
      ),
    changeProfile: (personId, change) =>
      world.workspace.changeProfile(world.workspace.personById(personId).slackUserId, change),
    setMember: (channelId, personId, member) =>
      world.workspace.setMember(channelId, slackUserOf(world, personId), member),
    waitForMessage: (predicate, wait) => waitForMessage(conversations, predicate, wait),
    stop: async () => {
      await delivery.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Parts {
  readonly world: ApiWorld;
  readonly api: WebApi;
  readonly clients: SlackClients;
  readonly delivery: Delivery;
  readonly responseUrls: ResponseUrls;
  readonly conversations: Conversations;
  readonly warnings: readonly ApiWarning[];
  readonly now: () => number;
  readonly token: string;
  readonly signIn: SlackSignIn | undefined;
  origin: string;
  delayMs: number;
}

function assemble(options: SlackEmulatorOptions): Parts {
  const now = options.now ?? Date.now;
  const warnings: ApiWarning[] = [];
  const report = (change: OwnMessageChange): void => {
    if (options.reportOwnMessages !== false) void clients.reportOwnMessage(change);
  };
  const world: ApiWorld = {
    workspace: new Workspace({ people: options.people, conversations: options.conversations, now }),
    triggers: new TriggerIds(now),
    files: new SlackFiles(() => parts.origin),
    views: [],
    modals: new Map(),
    homes: new Map(),
    // Whoever shows what people see looks at their Home tab again.
    onHome: (user) => options.conversations.emit('change', directChannelOf(user)),
    scopes: options.scopes ?? BOT_SCOPES,
    warn: (warning) => warnings.push(warning),
    onOwnMessage: report,
  };
  const delivery = new Delivery({
    eventsUrl: options.eventsUrl,
    signingSecret: options.signingSecret,
    now,
    ackTimeoutMs: options.ackTimeoutMs ?? 3000,
    retryDelaysMs: options.retryDelaysMs ?? SLACK_RETRY_DELAYS_MS,
  });
  const responseUrls = new ResponseUrls(now);
  const api = new WebApi({ world, token: options.botToken, now });
  const clients = new SlackClients({ world, delivery, responseUrls, now, origin: () => parts.origin });
  const parts: Parts = {
    world,
    api,
    clients,
    delivery,
    responseUrls,
    conversations: options.conversations,
    warnings,
    now,
    token: options.botToken,
    signIn: options.client && new SlackSignIn({ ...options, client: options.client, now, origin: () => parts.origin }),
    origin: '',
    delayMs: 0,
  };
  return parts;
}

function slackUserOf(world: ApiWorld, personId: string): string {
  return personId === 'bot' ? SLACK_BOT_USER_ID : world.workspace.personById(personId).slackUserId;
}

async function serve(parts: Parts, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  const body = content.toString('utf8');
  const path = (incoming.url ?? '/').split('?')[0] ?? '/';
  if (parts.delayMs > 0) await sleep(parts.delayMs);
  if (parts.signIn?.serve(incoming, outgoing, body)) return;
  if (path.startsWith('/files-pri/')) return serveFile(parts.world, { path, incoming, outgoing, token: parts.token });
  if (path.startsWith('/upload/')) {
    const taken = parts.world.files.receive(path, content, incoming.headers.authorization);
    outgoing.writeHead(incoming.method === 'POST' && taken ? 200 : 400).end();
    return;
  }
  if (path.startsWith('/api/')) return answer(outgoing, parts.api.handle(path.slice(5), incoming, body));
  if (incoming.method === 'POST' && /^\/(actions|commands)\//.test(path)) {
    const { responseUrls: urls, world, now, api } = parts;
    const used = takeResponse({ path, body }, { urls, world, now, log: api.calls });
    const type = used.body.startsWith('{') ? 'application/json' : 'text/plain';
    outgoing.writeHead(used.status, { 'content-type': `${type}; charset=utf-8` }).end(used.body);
    return;
  }
  outgoing.writeHead(404).end();
}

function answer(outgoing: ServerResponse, given: HttpAnswer): void {
  if (given.kind === 'cut_off') outgoing.destroy();
  else if (given.kind === 'html') outgoing.writeHead(given.status, { 'content-type': 'text/html' }).end(given.body);
  else {
    const headers = { 'content-type': 'application/json; charset=utf-8', ...given.headers };
    outgoing.writeHead(given.status, headers).end(JSON.stringify(given.body));
  }
}

async function verifyUrl(delivery: Delivery): Promise<boolean> {
  const challenge = randomBytes(24).toString('base64url');
  const body = JSON.stringify(urlVerification(challenge));
  const { status, responseBody } = await delivery.sendSigned('url_verification', body, 'application/json');
  return status === 200 && responseBody.includes(challenge);
}

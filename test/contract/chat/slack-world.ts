import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { randomToken } from '../../../src/kernel/ids.js';

type Json = Readonly<Record<string, unknown>>;

/** A workspace of the emulated Slack, or an organisation that the app is installed for. */
export interface WorldPlace {
  readonly id: string;
  readonly name: string;
  readonly enterprise?: { readonly id: string; readonly name: string };
  /** The app is installed for all of the organisation; `id` is the organisation's. */
  readonly isOrganisation?: boolean;
}

export interface WorldCall {
  readonly method: string;
  readonly token: string | undefined;
  readonly args: Json;
}

export interface SlackWorld {
  /** `http://127.0.0.1:…` */
  readonly origin: string;
  readonly apiUrl: string;
  /** Every call of the Web API, in order. */
  readonly calls: WorldCall[];
  /** Somebody consents: gives the code that Slack sends them back with. */
  consent(place: WorldPlace, options?: { readonly rotates?: boolean }): string;
  /** The bot's current token there. */
  tokenOf(placeId: string): string | undefined;
  /** The app is removed: the token is dead. */
  uninstall(placeId: string): void;
  /** What `users.info` says of somebody, besides the usual. */
  setUser(userId: string, change: Json): void;
  /** A user group of a workspace, with who is in it. */
  setGroup(groupId: string, teamId: string, members: readonly string[]): void;
  /** The next calls of the method are answered with this. */
  refuse(method: string, error: string, times?: number): void;
  /** A request as Slack sends it. */
  sign(body: string, contentType?: string): Record<string, string>;
  stop(): Promise<void>;
}

export const WORLD_SECRET = 'the-signing-secret-of-the-world';
export const CLIENT_ID = '1.2';
export const CLIENT_SECRET = 'client-secret-canary';
export const SCOPES =
  'app_mentions:read,chat:write,commands,files:read,files:write,im:history,im:write,usergroups:read,users:read,users:read.email';
const HALF_DAY_SECONDS = 43_200;

/** Slack's Web API for an app that many workspaces install: OAuth with token rotation, and what the bot calls there. */
export async function startSlackWorld(now: () => number = Date.now): Promise<SlackWorld> {
  const calls: WorldCall[] = [];
  const codes = new Map<string, { readonly place: WorldPlace; readonly rotates: boolean }>();
  const tokens = new Map<string, WorldPlace>();
  const refreshTokens = new Map<string, WorldPlace>();
  const users = new Map<string, Json>();
  const groups = new Map<string, { readonly teamId: string; readonly members: readonly string[] }>();
  const refusals: { method: string; error: string; left: number }[] = [];

  function issue(place: WorldPlace, rotates: boolean): Json {
    for (const [token, at] of tokens) if (at.id === place.id) tokens.delete(token);
    const token = `xoxb-canary-${place.id}-${randomToken(64)}`;
    tokens.set(token, place);
    if (!rotates) return { access_token: token };
    const refresh = `xoxe-canary-${place.id}-${randomToken(64)}`;
    refreshTokens.set(refresh, place);
    return { access_token: token, refresh_token: refresh, expires_in: HALF_DAY_SECONDS };
  }

  function access(args: Json): Json {
    if (args['client_id'] !== CLIENT_ID || args['client_secret'] !== CLIENT_SECRET) return refused('bad_client_secret');
    if (args['grant_type'] === 'refresh_token') {
      const place = refreshTokens.get(String(args['refresh_token']));
      refreshTokens.delete(String(args['refresh_token']));
      return place
        ? { ok: true, token_type: 'bot', scope: SCOPES, ...issue(place, true) }
        : refused('invalid_refresh_token');
    }
    const granted = codes.get(String(args['code']));
    codes.delete(String(args['code']));
    if (!granted) return refused('invalid_code');
    const { place, rotates } = granted;
    return {
      ok: true,
      app_id: 'A1',
      token_type: 'bot',
      scope: SCOPES,
      bot_user_id: botOf(place),
      ...issue(place, rotates),
      team: place.isOrganisation ? null : { id: place.id, name: place.name },
      enterprise: place.isOrganisation ? { id: place.id, name: place.name } : (place.enterprise ?? null),
      is_enterprise_install: place.isOrganisation === true,
      authed_user: { id: 'U0ADMIN' },
    };
  }

  function answer(method: string, token: string | undefined, args: Json): Json {
    const planned = refusals.find((refusal) => refusal.method === method && refusal.left > 0);
    if (planned) {
      planned.left -= 1;
      return refused(planned.error);
    }
    if (method === 'oauth.v2.access') return access(args);
    const place = tokens.get(token ?? '');
    if (!place) return refused('invalid_auth');
    switch (method) {
      case 'auth.test':
        return { ok: true, team: place.name, team_id: place.id, user_id: botOf(place), bot_id: 'B1', ...gridOf(place) };
      case 'auth.revoke':
        tokens.delete(token ?? '');
        return { ok: true, revoked: true };
      case 'users.info':
        return { ok: true, user: userOf(String(args['user']), place, users.get(String(args['user']))) };
      case 'usergroups.users.list':
        return membersOf(place, groups.get(String(args['usergroup'])), args['team_id']);
      case 'conversations.open':
        return { ok: true, channel: { id: `D-${place.id}` } };
      default:
        return { ok: true, channel: args['channel'], ts: `${now() / 1000}`, message_ts: `${now() / 1000}` };
    }
  }

  const server = createServer((incoming, outgoing) => {
    void read(incoming).then((args) => {
      const method = (incoming.url ?? '').replace(/^\/api\//, '');
      const token = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1];
      calls.push({ method, token, args });
      outgoing.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      outgoing.end(JSON.stringify(answer(method, token, args)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    origin,
    apiUrl: `${origin}/api/`,
    calls,
    consent(place, { rotates = false } = {}) {
      const code = `code-canary-${randomToken(64)}`;
      codes.set(code, { place, rotates });
      return code;
    },
    tokenOf: (placeId) => [...tokens].find(([, { id }]) => id === placeId)?.[0],
    uninstall(placeId) {
      for (const all of [tokens, refreshTokens])
        for (const [token, { id }] of all) if (id === placeId) all.delete(token);
    },
    setUser: (userId, change) => users.set(userId, change),
    setGroup: (groupId, teamId, members) => groups.set(groupId, { teamId, members }),
    refuse: (method, error, times = 1) => refusals.push({ method, error, left: times }),
    sign(body, contentType = 'application/json') {
      const timestamp = String(Math.floor(now() / 1000));
      const mac = createHmac('sha256', WORLD_SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
      return {
        'content-type': contentType,
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${mac}`,
      };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function gridOf({ enterprise, id, isOrganisation = false }: WorldPlace): Json {
  const enterpriseId = isOrganisation ? id : enterprise?.id;
  return enterpriseId === undefined ? {} : { enterprise_id: enterpriseId, is_enterprise_install: isOrganisation };
}

export function botOf({ id }: Pick<WorldPlace, 'id'>): string {
  return `U0BOT${id}`;
}

function userOf(id: string, place: WorldPlace, change: Json | undefined): Json {
  const enterprise = place.isOrganisation ? place.id : place.enterprise?.id;
  return {
    id,
    team_id: place.id,
    name: id.toLowerCase(),
    real_name: `Person ${id}`,
    is_email_confirmed: true,
    profile: { real_name: `Person ${id}`, email: `${id.toLowerCase()}@acme.example` },
    ...(enterprise === undefined ? {} : { enterprise_user: { id, enterprise_id: enterprise, teams: [place.id] } }),
    ...change,
  };
}

/** https://docs.slack.dev/reference/methods/usergroups.users.list: with the token of an organisation it takes a workspace. */
function membersOf(
  place: WorldPlace,
  group: { readonly teamId: string; readonly members: readonly string[] } | undefined,
  team: unknown,
): Json {
  if (place.isOrganisation && team === undefined) return refused('missing_argument');
  const isThere = group?.teamId === (place.isOrganisation ? team : place.id);
  return group && isThere ? { ok: true, users: group.members } : refused('no_such_subteam');
}

function refused(error: string): Json {
  return { ok: false, error };
}

async function read(incoming: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const isJson = (incoming.headers['content-type'] ?? '').startsWith('application/json');
  const parsed: unknown = isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
}

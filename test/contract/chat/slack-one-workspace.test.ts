import { createHttpServer } from '../../../adapters/node-http/index.js';
import { createLogger } from '../../../adapters/pino/index.js';
import { createSlackAdapter } from '../../../adapters/slack/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import type { ChatEvent } from '../../../src/chat/chat-event.js';
import type { LifecycleEvent } from '../../../src/chat/lifecycle-event.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock as clock } from '../../../src/kernel/system-clock.js';
import { directMessage } from './slack-installed.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type SlackWorld,
  startSlackWorld,
  WORLD_SECRET,
  type WorldPlace,
} from './slack-world.js';

type Json = Readonly<Record<string, unknown>>;

const ORG = { id: 'E0ORG', name: 'Big Org' };
const ACME = { id: 'T0ACME', name: 'Acme' };
const GRID = { id: 'T0ONE', name: 'Grid One', enterprise: ORG };
const FOREIGN = 'T0FOREIGN';

/** The adapter with the bot token of one place, in a Slack where the same app is installed elsewhere, too. */
interface OneBench {
  readonly world: SlackWorld;
  readonly events: ChatEvent[];
  readonly lifecycle: LifecycleEvent[];
  readonly refused: string[];
  send(body: Json): Promise<number>;
  /** A slash command, or an interaction where `payload` is given. */
  sendForm(fields: Readonly<Record<string, string>>): Promise<number>;
  stop(): Promise<void>;
}

async function startOne(place: WorldPlace): Promise<OneBench> {
  const world = await startSlackWorld();
  const logger = createLogger({ level: 'silent' });
  const httpClient = createHttpClient({ allowPrivateHosts: 'all', logger, clock });
  const grant = { code: world.consent(place), client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
  await fetch(`${world.apiUrl}oauth.v2.access`, { method: 'POST', body: new URLSearchParams(grant) });
  const refused: string[] = [];
  const metrics = {
    ...noMetrics,
    count: (name: string, labels: Readonly<Record<string, string>> = {}) => {
      if (name === 'chat_requests_refused') refused.push(labels['reason'] ?? '');
    },
  };
  const botToken = new Secret(world.tokenOf(place.id) ?? '');
  const config = { signingSecret: new Secret(WORLD_SECRET), botToken, apiUrl: world.apiUrl };
  const adapter = createSlackAdapter(config, { clock, logger, metrics, httpClient });
  const server = createHttpServer({ logger, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${await server.listen(adapter.routes, 0)}/slack/events`;
  const events: ChatEvent[] = [];
  const lifecycle: LifecycleEvent[] = [];
  await adapter.start(
    async (event) => void events.push(event),
    () => true,
    async (event) => void lifecycle.push(event),
  );
  lifecycle.length = 0;
  const post = async (body: string, type?: string): Promise<number> =>
    (await fetch(url, { method: 'POST', body, headers: world.sign(body, type) })).status;
  return {
    world,
    events,
    lifecycle,
    refused,
    send: (body) => post(JSON.stringify(body)),
    sendForm: (fields) => post(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded'),
    async stop() {
      await adapter.stop();
      await server.close();
      await httpClient.close();
      await world.stop();
    },
  };
}

const later = (): number => Math.floor(Date.now() / 1000) + 60;

function removal(from: Json, event: Json = { type: 'app_uninstalled' }): Json {
  return { type: 'event_callback', event_id: 'Ev1', event_time: later(), ...from, event };
}

const ANN = { id: 'U0ANN', team_id: ACME.id };
const PRESSED = {
  type: 'block_actions',
  user: ANN,
  container: { type: 'message', message_ts: '1.1', channel_id: 'C0SALES', is_ephemeral: false },
  channel: { id: 'C0SALES' },
  trigger_id: 'trigger',
  actions: [{ action_id: 'a', type: 'button', value: 'token', action_ts: '1.2' }],
};
const CHOSEN = { type: 'shortcut', user: ANN, callback_id: 'global:case', trigger_id: 'trigger', action_ts: '1.2' };
const VIEW = {
  id: 'V1',
  callback_id: 'behalf:form',
  private_metadata: '{"token":"t","place":{"channel":"C0SALES","direct":false}}',
  state: { values: {} },
};
const COMMAND = {
  command: '/behalf',
  text: 'help',
  user_id: 'U0ANN',
  channel_id: 'C0SALES',
  response_url: 'https://hooks.slack.com/commands/1/2/x',
  trigger_id: 'trigger',
};
const HOME = { type: 'app_home_opened', user: 'U0ANN', channel: 'D1', tab: 'home' };

describe('Slack with the token of one workspace', () => {
  let bench: OneBench | undefined;
  const start = async (place: WorldPlace = ACME): Promise<OneBench> => {
    bench = await startOne(place);
    return bench;
  };

  afterEach(async () => {
    await bench?.stop();
    bench = undefined;
  });

  it.each<[string, Json]>([
    ['app_uninstalled', { type: 'app_uninstalled' }],
    ['tokens_revoked', { type: 'tokens_revoked', tokens: { bot: ['U0BOT'] } }],
    ['user_change', { type: 'user_change', user: { id: 'U0ANN', team_id: ACME.id, deleted: true } }],
  ])('%s of another workspace with the same app says nothing about ours', async (_type, event) => {
    const { lifecycle, send, world } = await start();
    // Even a token that is dead is no reason to believe somebody else's event.
    world.uninstall(ACME.id);
    expect(await send(removal({ team_id: FOREIGN }, event))).toBe(200);
    expect(lifecycle).toEqual([]);
  });

  it('our own removal is told once the token is dead', async () => {
    const { lifecycle, send, world } = await start();
    expect(await send(removal({ team_id: ACME.id }))).toBe(503);
    expect(lifecycle).toEqual([]);
    world.uninstall(ACME.id);
    expect(await send(removal({ team_id: ACME.id }))).toBe(200);
    expect(lifecycle).toEqual([{ kind: 'tenant-left', platform: 'slack', tenantId: ACME.id }]);
  });

  it('another workspace of the same organisation is another one', async () => {
    const { lifecycle, send, world } = await start(GRID);
    world.uninstall(GRID.id);
    await send(removal({ team_id: 'T0TWO', enterprise_id: ORG.id }));
    expect(lifecycle).toEqual([]);
    await send(removal({ team_id: GRID.id, enterprise_id: ORG.id }));
    expect(lifecycle).toEqual([{ kind: 'tenant-left', platform: 'slack', tenantId: ORG.id }]);
  });

  it.each<[string, Json]>([
    ['messages', directMessage({ team_id: FOREIGN })],
    ['the Home tab', directMessage({ team_id: FOREIGN, event: HOME })],
    [
      'messages that its own installation was given in a channel that it shares with us',
      directMessage({ team_id: ACME.id, authorizations: [{ team_id: FOREIGN, enterprise_id: null, is_bot: true }] }),
    ],
  ])('%s of another workspace are not acted on', async (_what, body) => {
    const { events, refused, send } = await start();
    expect(await send(body)).toBe(200);
    expect([events, refused]).toEqual([[], ['not_installed']]);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['commands', { ...COMMAND, team_id: FOREIGN }],
    ['clicks', { payload: JSON.stringify({ ...PRESSED, team: { id: FOREIGN } }) }],
    ['forms', { payload: JSON.stringify({ type: 'view_submission', user: ANN, team: { id: FOREIGN }, view: VIEW }) }],
  ])('%s of another workspace are not acted on, either', async (_what, fields) => {
    const { events, refused, sendForm } = await start();
    expect(await sendForm(fields)).toBe(200);
    expect([events, refused]).toEqual([[], ['not_installed']]);
  });

  it.each<[string, Json]>([
    ['of our own', directMessage({ team_id: ACME.id })],
    [
      'in a shared channel, of people of another organisation',
      directMessage({ team_id: FOREIGN, authorizations: [{ team_id: ACME.id, enterprise_id: null, is_bot: true }] }),
    ],
    [
      'in a shared channel, without a list of authorizations',
      directMessage({ team_id: FOREIGN, context_team_id: ACME.id }),
    ],
    ['of the Home tab', directMessage({ team_id: ACME.id, event: HOME })],
  ])('messages %s are heard', async (_where, body) => {
    const { events, refused, send } = await start();
    expect(await send(body)).toBe(200);
    expect(events).toHaveLength(1);
    expect(refused).toEqual([]);
  });

  const pressedIn = (team: unknown, more: Json = {}) => ({ payload: JSON.stringify({ ...PRESSED, team, ...more }) });
  it.each<[string, Readonly<Record<string, string>>]>([
    ['commands', { ...COMMAND, team_id: ACME.id, is_enterprise_install: 'false' }],
    ['clicks', pressedIn({ id: ACME.id })],
    [
      'clicks of people of another organisation',
      pressedIn({ id: ACME.id }, { user: { id: 'U0EVE', team_id: FOREIGN } }),
    ],
    ['shortcuts', { payload: JSON.stringify({ ...CHOSEN, team: { id: ACME.id } }) }],
    [
      'forms that were opened from ours in a shared channel',
      {
        payload: JSON.stringify({
          type: 'view_submission',
          team: { id: FOREIGN },
          user: { id: 'U0EVE', team_id: FOREIGN },
          trigger_id: 'trigger',
          view: { ...VIEW, app_installed_team_id: ACME.id },
        }),
      },
    ],
  ])('%s are heard', async (_what, fields) => {
    const { events, refused, sendForm } = await start();
    expect(await sendForm(fields)).toBe(200);
    expect(events).toHaveLength(1);
    expect(refused).toEqual([]);
  });

  const orgWide = { ...ORG, isOrganisation: true };
  it('with the token of a whole organisation all of its workspaces are heard', async () => {
    const { events, refused, send, sendForm } = await start(orgWide);
    const authorization = { team_id: 'T0TWO', enterprise_id: ORG.id, is_enterprise_install: true };
    await send(directMessage({ team_id: 'T0TWO', enterprise_id: ORG.id, authorizations: [authorization] }));
    await sendForm({ ...COMMAND, team_id: 'T0TWO', enterprise_id: ORG.id, is_enterprise_install: 'true' });
    await sendForm(pressedIn(null, { enterprise: { id: ORG.id }, is_enterprise_install: true }));
    expect(events.map(({ kind }) => kind)).toEqual(['text', 'text', 'action']);
    expect(refused).toEqual([]);
  });

  it('what happens to one workspace of an organisation does not remove the organisation', async () => {
    const { lifecycle, send } = await start(orgWide);
    const revoked = { type: 'team_access_revoked', team_ids: ['T0TWO'] };
    expect(await send(removal({ team_id: 'T0TWO', enterprise_id: ORG.id }, revoked))).toBe(200);
    await send(removal({ team_id: 'T0TWO', enterprise_id: ORG.id }));
    expect(lifecycle).toEqual([]);
  });
});

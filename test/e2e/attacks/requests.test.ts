import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { closeServer, listen } from '../../../playground/http.js';
import { TEAMS_APP_ID } from '../../../playground/people.js';
import { isRecord } from '../../../playground/teams/cards.js';
import { channelKeyId, type TokenOverrides } from '../../../playground/teams/tokens.js';
import type { ActivityOverrides, ChannelActivity } from '../../../playground/teams/types.js';
import { eventually } from '../../../playground/tour/browser.js';
import { type E2eStage, START_MS, startStage } from '../support/stage.js';

/** Needs no login: what gets in leaves a note in the CRM. */
const COMMAND = 'log note text:';
const NOW = (): number => Math.floor(Date.now() / 1_000);

let stage: E2eStage;

beforeAll(async () => {
  stage = await startStage();
}, START_MS);

afterAll(() => stage.stop());

async function notes(): Promise<readonly string[]> {
  return (await stage.world.apps.crmControl.records()).notes.map(({ text }) => text);
}

/** The log lines of refused requests. */
function refusals(): readonly string[] {
  return stage
    .log()
    .split('\n')
    .filter((line) => line.includes('endpoint refused'));
}

/** Sends something that must be refused; a later command shows that nothing of it ran meanwhile. */
async function expectRefused(send: (text: string) => Promise<number | undefined>, status: number): Promise<void> {
  const marked = randomUUID();
  const before = refusals().length;
  expect(await send(`${COMMAND} ${marked}`)).toBe(status);
  await eventually('a line in the log', () => (refusals().length > before ? true : undefined));
  expect(refusals()).toHaveLength(before + 1);
  const after = randomUUID();
  await stage.world.slack.say('carl', `${COMMAND} ${after}`);
  const all = await eventually('the later note', async () => {
    const found = await notes();
    return found.includes(after) ? found : undefined;
  });
  expect(all).not.toContain(marked);
  expect(stage.log()).not.toContain(marked);
}

describe('somebody who does not have the signing secret sends the request of Slack', () => {
  const json = { 'content-type': 'application/json' };
  let genuine: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    const { request } = await stage.world.slack.say('rita', `${COMMAND} genuine`);
    const body: unknown = JSON.parse(request?.body ?? '{}');
    genuine = isRecord(body) ? body : {};
  });

  /** An event like Rita's, with another text and an id that the service has not seen. */
  function eventWith(text: string): string {
    const event = isRecord(genuine['event']) ? genuine['event'] : {};
    return JSON.stringify({ ...genuine, event_id: `Ev${randomUUID()}`, event: { ...event, text } });
  }

  async function send(body: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
    const { responseBody, status } = await stage.world.slack.sendRaw(body, { ...json, ...headers });
    expect(responseBody).toBe('');
    return status;
  }

  it('with the right signature it runs, so that the others fail for the right reason', async () => {
    const body = eventWith(`${COMMAND} rightly signed`);
    expect(await send(body, stage.world.slack.sign(body))).toBe(200);
    await eventually('the note', async () => ((await notes()).includes('rightly signed') ? true : undefined));
  });

  it.each<[string, (body: string) => Readonly<Record<string, string>>]>([
    ['without a signature', () => ({})],
    ['without a time', (body) => ({ 'x-slack-signature': signed(body)['x-slack-signature'] ?? '' })],
    ['with the signature of another secret', (body) => stage.world.slack.sign(body, { secret: 'guessed' })],
    ['with the signature of another body', () => signed('{}')],
    [
      'with the signature of another time',
      (body) => ({ ...signed(body), 'x-slack-request-timestamp': String(NOW() - 1) }),
    ],
    ['six minutes old', (body) => stage.world.slack.sign(body, { timestamp: NOW() - 360 })],
    ['from six minutes ahead', (body) => stage.world.slack.sign(body, { timestamp: NOW() + 360 })],
  ])('%s: it is refused', async (_what, headers) => {
    await expectRefused((text) => {
      const body = eventWith(text);
      return send(body, headers(body));
    }, 401);
  });

  function signed(body: string): Readonly<Record<string, string>> {
    return stage.world.slack.sign(body);
  }

  it('again, as it was recorded: it has run once and stays so', async () => {
    const text = randomUUID();
    const body = eventWith(`${COMMAND} ${text}`);
    const headers = signed(body);
    const retry = { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' };
    const statuses = await Promise.all([{}, {}, {}, retry].map((more) => send(body, { ...headers, ...more })));
    expect(statuses).toEqual([200, 200, 200, 200]);
    await eventually('the note', async () => ((await notes()).includes(text) ? true : undefined));
    expect(await send(body, headers)).toBe(200);
    await stage.world.slack.say('carl', `${COMMAND} after ${text}`);
    const all = await eventually('the later note', async () => {
      const found = await notes();
      return found.includes(`after ${text}`) ? found : undefined;
    });
    expect(all.filter((note) => note === text)).toHaveLength(1);
  });
});

describe('a word to the bot that Slack delivers again', () => {
  it('is answered once', async () => {
    const carl = stage.player('carl');
    const answers = (): number => carl.slack.sees().filter(({ text }) => text.includes('What I can do')).length;
    const { eventId = '' } = await stage.world.slack.say('carl', 'help');
    for (const num of [1, 2, 3]) await stage.world.slack.redeliver(eventId, { num, reason: 'http_timeout' });
    await carl.slack.say('nonsense');
    await carl.slack.hears(/I don't know that command/);
    expect(answers()).toBe(1);
  });
});

describe('somebody who is not Teams sends the request of Teams', () => {
  let elsewhere: Server;
  let elsewhereUrl: string;
  let strayCalls = 0;

  beforeAll(async () => {
    elsewhere = createServer((_request, response) => {
      strayCalls += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"1"}');
    });
    elsewhereUrl = `http://127.0.0.1:${await listen(elsewhere, 0, '127.0.0.1')}/`;
  });

  afterAll(() => closeServer(elsewhere));

  function activity(text: string, overrides: ActivityOverrides = {}): ChannelActivity {
    return stage.world.teams.activity('rita', text, { overrides });
  }

  async function send(sent: ChannelActivity, token?: string | null): Promise<number> {
    const { body, status } = await stage.world.teams.sendRaw({
      activity: sent,
      ...(token === undefined ? {} : { token }),
    });
    expect(body).toBeUndefined();
    return status;
  }

  it('with a genuine token it runs, so that the others fail for the right reason', async () => {
    expect(await send(activity(`${COMMAND} genuinely from Teams`))).toBe(200);
    await eventually('the note', async () => ((await notes()).includes('genuinely from Teams') ? true : undefined));
  });

  it('without a token: it is refused', () => expectRefused((text) => send(activity(text), null), 401));

  it.each<[string, TokenOverrides]>([
    ['forged with another key', { key: 'stranger', keyId: channelKeyId() }],
    ['of a key for other channels', { key: 'directline' }],
    ['without a signature', { algorithm: 'none' }],
    ['signed with the public key as a secret', { algorithm: 'HS256' }],
    ['that has expired', { expiresIn: -3_600 }],
    ['that is not valid yet', { notBefore: 3_600 }],
    ['for another bot', { audience: TEAMS_APP_ID.replace('9', '8') }],
    ['of another issuer', { issuer: 'https://login.microsoftonline.com/common/v2.0' }],
    ['for another service URL', { serviceUrl: 'https://smba.trafficmanager.net/teams/' }],
  ])('with a token %s: it is refused', async (_what, overrides) => {
    await expectRefused((text) => send(activity(text), stage.world.teams.makeToken(overrides)), 401);
  });

  it.each<[string, ActivityOverrides]>([
    ['of another tenant', { tenantId: '22222222-2222-4333-8444-555555555555' }],
    ['without a tenant', { tenantId: null }],
    ['of a channel whose clients choose who they are', { channelId: 'webchat' }],
    ['of nobody', { aadObjectId: null }],
  ])('with a genuine token and an activity %s: it is refused', async (_what, overrides) => {
    await expectRefused((text) => send(activity(text, overrides)), 403);
  });

  it('with a token for a service URL of their own: it is refused, and nothing is sent there', async () => {
    await expectRefused((text) => send(activity(text, { serviceUrl: elsewhereUrl })), 403);
    expect(strayCalls).toBe(0);
  });

  it('again, as it was recorded: it has run once and stays so', async () => {
    const text = randomUUID();
    const sent = activity(`${COMMAND} ${text}`);
    expect(await Promise.all([1, 2, 3].map(() => send(sent)))).toEqual([200, 200, 200]);
    await eventually('the note', async () => ((await notes()).includes(text) ? true : undefined));
    expect(await send(sent)).toBe(200);
    await stage.world.teams.say('carl', `${COMMAND} after ${text}`);
    const all = await eventually('the later note', async () => {
      const found = await notes();
      return found.includes(`after ${text}`) ? found : undefined;
    });
    expect(all.filter((note) => note === text)).toHaveLength(1);
  });
});

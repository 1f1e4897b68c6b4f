import { createServer, type Server } from 'node:http';
import { App, type BlockAction, HTTPReceiver, LogLevel } from '@slack/bolt';
import { Conversations } from '../../playground/conversations.js';
import { PEOPLE } from '../../playground/people.js';
import { type SlackEmulator, startSlackEmulator } from '../../playground/slack/emulator.js';
import { SALES_CHANNEL } from '../../playground/slack/workspace.js';

const SIGNING_SECRET = 'a-signing-secret';
const BOT_TOKEN = 'xoxb-of-the-emulator';

interface Heard {
  readonly kind: string;
  readonly body: unknown;
}

interface Bench {
  readonly slack: SlackEmulator;
  readonly app: App;
  readonly server: Server;
  readonly heard: Heard[];
  now: number;
  /** While true the bot takes requests without answering them. */
  silent: boolean;
}

const buttons = [
  {
    type: 'actions',
    block_id: 'choice',
    elements: [
      {
        type: 'static_select',
        action_id: 'pick',
        options: [
          { text: { type: 'plain_text', text: 'Acme CRM' }, value: 'crm' },
          { text: { type: 'plain_text', text: 'Files' }, value: 'files' },
        ],
      },
      { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' }, value: 'token' },
      { type: 'button', action_id: 'open', text: { type: 'plain_text', text: 'Open' }, url: 'https://acme.example/' },
    ],
  },
];

let bench: Bench;

function listen(app: App, heard: Heard[]): void {
  app.message(async ({ message, say }) => {
    if (message.subtype !== undefined) return;
    heard.push({ kind: 'message', body: message });
    if (message.text === 'buttons') await say({ text: 'Choose', blocks: buttons });
    else await say(`echo: ${message.text}`);
  });
  app.event('app_mention', async ({ event, client }) => {
    heard.push({ kind: 'app_mention', body: event });
    const { channel, user = '' } = event;
    await client.chat.postEphemeral({ channel, user, text: 'Just for you', blocks: buttons });
  });
  app.action(/^(go|open|pick)$/, async ({ ack, body, action, respond }) => {
    await ack();
    heard.push({ kind: `action ${'action_id' in action ? action.action_id : ''}`, body });
    if ('action_id' in action && action.action_id === 'go') await respond({ replace_original: true, text: 'Gone' });
  });
  app.command('/behalf', async ({ ack, command }) => ack(`You typed ${command.text}`));
}

beforeEach(async () => {
  const heard: Heard[] = [];
  let silent = false;
  let now = Date.now();
  const receiver = new HTTPReceiver({ signingSecret: SIGNING_SECRET, logLevel: LogLevel.ERROR });
  let eventsUrl = '';
  const slack = await startSlackEmulator({
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    eventsUrl: () => eventsUrl,
    people: PEOPLE,
    conversations: new Conversations(),
    now: () => now,
    ackTimeoutMs: 300,
    retryDelaysMs: [0, 20, 40],
  });
  const app = new App({
    token: BOT_TOKEN,
    receiver,
    deferInitialization: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
  await app.init();
  listen(app, heard);
  const server = createServer((request, response) => {
    if (!silent) receiver.requestListener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the bot does not listen');
  eventsUrl = `http://127.0.0.1:${address.port}/slack/events`;
  bench = {
    slack,
    app,
    server,
    heard,
    get now() {
      return now;
    },
    set now(value) {
      now = value;
    },
    get silent() {
      return silent;
    },
    set silent(value) {
      silent = value;
    },
  };
});

afterEach(async () => {
  bench.server.closeAllConnections();
  await new Promise((resolve) => bench.server.close(resolve));
  await bench.slack.stop();
});

function bodyOf(kind: string): unknown {
  return bench.heard.find((entry) => entry.kind === kind)?.body;
}

async function postedButtons(): Promise<string> {
  await bench.slack.say('rita', 'buttons');
  return (await bench.slack.waitForMessage((message) => message.text === 'Choose')).id;
}

async function ephemeralButtons(): Promise<string> {
  await bench.slack.say('carl', '@Behalf hello', { channel: SALES_CHANNEL });
  return (await bench.slack.waitForMessage((message) => message.text === 'Just for you')).id;
}

test('the request URL is verified with a challenge', async () => {
  expect(await bench.slack.verifyUrl()).toBe(true);
});

test('a direct message reaches the bot and its answer reaches the conversation of that person only', async () => {
  const said = await bench.slack.say('rita', 'create A & B');
  const echo = await bench.slack.waitForMessage((message) => message.text.startsWith('echo'));
  expect(echo).toMatchObject({ text: 'echo: create A & B', author: 'bot', conversation: { people: ['rita'] } });
  expect(said.request).toMatchObject({ kind: 'event', status: 200 });
  expect(bodyOf('message')).toMatchObject({
    channel_type: 'im',
    user: 'U0RITA',
    team: 'T0ACME',
    text: 'create A &amp; B',
  });
});

test('the bot is told of its own direct messages, as Slack does', async () => {
  await bench.slack.say('rita', 'hello');
  const echo = await bench.slack.waitForMessage((message) => message.text === 'echo: hello');
  const answered = await bench.slack.say('rita', 'again');
  await bench.slack.waitForMessage((message) => message.text === 'echo: again');
  const own = bench.slack.requests.map((request) => request.body).filter((body) => body.includes(`"ts":"${echo.id}"`));
  expect(own).toHaveLength(1);
  expect(own[0]).toContain('"bot_id":"B0BEHALF"');
  expect(answered.eventId).toBeDefined();
});

test('only a mention in a channel reaches the bot', async () => {
  const quiet = await bench.slack.say('rita', 'lunch?', { channel: SALES_CHANNEL });
  expect(quiet.request).toBeUndefined();
  await bench.slack.say('rita', '@Behalf help', { channel: '#sales' });
  await bench.slack.waitForMessage((message) => message.text === 'Just for you');
  expect(bodyOf('app_mention')).toMatchObject({
    type: 'app_mention',
    text: '<@U0BEHALF> help',
    channel: SALES_CHANNEL,
  });
});

test('an ephemeral message is for one person, cannot be updated by its ts, and its payload carries no message', async () => {
  const id = await ephemeralButtons();
  const update = bench.app.client.chat.update({ channel: SALES_CHANNEL, ts: id, text: 'changed' });
  await expect(update).rejects.toMatchObject({ data: { error: 'message_not_found' } });
  await expect(bench.slack.press('rita', id, { actionId: 'go' })).rejects.toThrow('rita sees no message');
  await bench.slack.press('carl', id, { actionId: 'go' });
  const replaced = await bench.slack.waitForMessage((message) => message.text === 'Gone');
  expect(replaced).toMatchObject({ id, onlyFor: 'carl' });
  expect(bodyOf('action go')).toMatchObject({ container: { is_ephemeral: true, message_ts: id } });
  expect(bodyOf('action go')).not.toHaveProperty('message');
});

test('an ephemeral message needs the person in the channel and the bot too', async () => {
  bench.slack.setMember(SALES_CHANNEL, 'max', false);
  const toMax = { channel: SALES_CHANNEL, user: 'U0MAXX', text: 'psst' };
  await expect(bench.app.client.chat.postEphemeral(toMax)).rejects.toMatchObject({
    data: { error: 'user_not_in_channel' },
  });
  bench.slack.setMember(SALES_CHANNEL, 'bot', false);
  await expect(bench.app.client.chat.postEphemeral(toMax)).rejects.toMatchObject({ data: { error: 'not_in_channel' } });
});

test('a button carries what the person chose before in the menus of the message', async () => {
  const id = await postedButtons();
  await bench.slack.select('rita', id, { actionId: 'pick' }, 'Files');
  expect(bodyOf('action pick')).toMatchObject({
    actions: [{ type: 'static_select', selected_option: { value: 'files' } }],
  });
  const pressed = await bench.slack.press('rita', id, { buttonText: 'Go' });
  expect(pressed.status).toBe(200);
  await bench.slack.waitForMessage((message) => message.text === 'Gone');
  expect(bodyOf('action go')).toMatchObject({
    user: { id: 'U0RITA', team_id: 'T0ACME' },
    message: { ts: id },
    state: { values: { choice: { pick: { type: 'static_select', selected_option: { value: 'files' } } } } },
    actions: [{ action_id: 'go', block_id: 'choice', value: 'token' }],
  });
});

test('a link button tells the bot too', async () => {
  const id = await postedButtons();
  expect(await bench.slack.press('rita', id, { actionId: 'open' })).toMatchObject({ kind: 'interaction', status: 200 });
  const body = bodyOf('action open');
  expect(body).toMatchObject({ state: { values: { choice: { pick: { selected_option: null } } } } });
});

test('a slash command shows the answer to the person who typed it', async () => {
  await bench.slack.command('rita', '/behalf', 'help', { channel: SALES_CHANNEL });
  const answer = await bench.slack.waitForMessage((message) => message.text === 'You typed help');
  expect(answer).toMatchObject({ onlyFor: 'rita', conversation: { id: SALES_CHANNEL } });
});

async function responseUrl(): Promise<string> {
  await bench.slack.press('rita', await postedButtons(), { actionId: 'open' });
  const body = bodyOf('action open') as BlockAction;
  return body.response_url;
}

function respond(url: string): Promise<Response> {
  const body = JSON.stringify({ text: 'more', response_type: 'ephemeral', replace_original: false });
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
}

test('a response_url takes five uses', async () => {
  const url = await responseUrl();
  for (let use = 0; use < 5; use += 1) expect((await respond(url)).status).toBe(200);
  const sixth = await respond(url);
  expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
});

test('a response_url ends after 30 minutes', async () => {
  const url = await responseUrl();
  bench.now += 30 * 60_000;
  expect((await respond(url)).status).toBe(200);
  bench.now += 1;
  const late = await respond(url);
  expect([late.status, await late.json()]).toEqual([404, { ok: false, error: 'expired_url' }]);
});

test('an event without an ack comes again three times with the reason', async () => {
  bench.silent = true;
  const { eventId } = await bench.slack.say('rita', 'hello');
  const attempts = () => bench.slack.requests.filter((request) => request.eventId === eventId);
  while (attempts().length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(attempts().map((request) => request.failure)).toEqual(Array(4).fill('http_timeout'));
  expect(attempts().map((request) => request.headers['x-slack-retry-num'])).toEqual([undefined, '1', '2', '3']);
  expect(attempts()[1]?.headers['x-slack-retry-reason']).toBe('http_timeout');
});

test('a repeated event stops once the bot acknowledges', async () => {
  bench.silent = true;
  const { eventId = '' } = await bench.slack.say('rita', 'hello');
  bench.silent = false;
  await bench.slack.waitForMessage((message) => message.text === 'echo: hello');
  expect(await bench.slack.redeliver(eventId)).toMatchObject({ status: 200, eventId });
  const bodies = bench.slack.requests.filter((request) => request.eventId === eventId).map((request) => request.body);
  expect(new Set(bodies).size).toBe(1);
});

test('raw requests go out exactly as told, so that attacks can be played', async () => {
  const { request } = await bench.slack.say('rita', 'hello');
  const { body = '', headers = {} } = request ?? {};
  const json = { 'content-type': 'application/json' };
  const old = Math.floor(bench.now / 1000) - 301;
  expect((await bench.slack.sendRaw(body, json)).status).toBe(401);
  expect((await bench.slack.sendRaw(body, { ...json, ...bench.slack.sign(body, { secret: 'guessed' }) })).status).toBe(
    401,
  );
  expect((await bench.slack.sendRaw(body, { ...json, ...bench.slack.sign(body, { timestamp: old }) })).status).toBe(
    401,
  );
  expect((await bench.slack.sendRaw(`${body} `, headers)).status).toBe(401);
  expect((await bench.slack.sendRaw(body, headers)).status).toBe(200);
});

test('faulty blocks are refused with the place of the fault', async () => {
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }];
  const post = bench.app.client.chat.postMessage({ channel: 'D0RITA', text: 'x', blocks });
  await expect(post).rejects.toMatchObject({
    data: {
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'] },
    },
  });
});

test('blocks without a text are taken with a warning', async () => {
  await bench.app.client.chat.postMessage({ channel: 'U0RITA', blocks: buttons });
  expect(bench.slack.warnings).toEqual([{ method: 'chat.postMessage', warning: 'missing_text' }]);
});

test('an update without blocks keeps the blocks that were there', async () => {
  const id = await postedButtons();
  await bench.app.client.chat.update({ channel: 'D0RITA', ts: id, text: 'Chosen' });
  const kept = await bench.slack.waitForMessage((message) => message.text === 'Chosen');
  expect(kept.native).toMatchObject({ blocks: [{ block_id: 'choice' }] });
  await bench.app.client.chat.update({ channel: 'D0RITA', ts: id, text: 'Done', blocks: [] });
  const cleared = await bench.slack.waitForMessage((message) => message.text === 'Done');
  expect(cleared.native).not.toHaveProperty('blocks');
});

test('the Web API asks for the token and the scopes, and can be made to fail', async () => {
  const { slack, app } = bench;
  const call = (token: string) => app.client.auth.test({ token });
  await expect(call('xoxb-wrong')).rejects.toMatchObject({ data: { error: 'invalid_auth' } });
  expect(await call(BOT_TOKEN)).toMatchObject({ team_id: 'T0ACME', user_id: 'U0BEHALF' });
  slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 7 }, { method: 'users.info' });
  const limited = await fetch(`${slack.apiUrl}users.info?user=U0RITA`, {
    headers: { authorization: `Bearer ${BOT_TOKEN}` },
  });
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
  expect((await app.client.users.info({ user: 'U0RITA' })).user).toMatchObject({
    is_email_confirmed: true,
    profile: { email: 'rita@acme.example' },
  });
  slack.troubleApi({ kind: 'cut_off' }, { times: 2 });
  await expect(app.client.users.info({ user: 'U0RITA' })).rejects.toMatchObject({ code: 'slack_webapi_request_error' });
  slack.healApi();
  slack.changeProfile('rita', { restricted: true, emailConfirmed: false });
  const guest = (await app.client.users.info({ user: 'U0RITA' })).user;
  expect(guest).toMatchObject({ is_restricted: true, is_email_confirmed: false });
});

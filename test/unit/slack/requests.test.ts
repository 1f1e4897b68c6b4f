import { type HearingContext, hearMessage, hearPress, hearSlashCommand } from '../../../adapters/slack/inbound.js';
import { isSslCheck, readSlackRequest } from '../../../adapters/slack/requests.js';
import { isBehalfError } from '../../../src/kernel/errors.js';

type Json = Record<string, unknown>;

const CONTEXT: HearingContext = {
  workspace: 'T1',
  botUserId: 'U0BOT',
  nowMs: 1_000_000,
  responseOrigins: ['https://hooks.slack.com'],
};

const MESSAGE: Json = {
  type: 'message',
  channel_type: 'im',
  channel: 'D1',
  user: 'U1',
  user_team: 'T1',
  text: 'help &amp; more',
  ts: '1.000001',
};

const PRESS: Json = {
  type: 'block_actions',
  user: { id: 'U1', team_id: 'T1' },
  trigger_id: '1.2.abc',
  channel: { id: 'C1' },
  container: { type: 'message', message_ts: '5.000001', channel_id: 'C1', is_ephemeral: false, thread_ts: '4.000001' },
  response_url: 'https://hooks.slack.com/actions/T1/1/secret',
  state: { values: { b1: { 'pick:app': { type: 'static_select', selected_option: { value: 'crm' } } } } },
  actions: [{ type: 'button', action_id: 'button:1', action_ts: '6.000001', value: 'the-token' }],
};

function event(change: Json = {}, envelope: Json = {}): Json {
  return { type: 'event_callback', event_id: 'Ev1', team_id: 'T1', event: { ...MESSAGE, ...change }, ...envelope };
}

function json(body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readSlackRequest({ headers: { 'content-type': 'application/json' }, body: Buffer.from(text) });
}

function form(fields: Record<string, string> | string) {
  const body = Buffer.from(new URLSearchParams(fields).toString());
  return readSlackRequest({ headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body });
}

function press(change: Json = {}) {
  return form({ payload: JSON.stringify({ ...PRESS, ...change }) });
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return isBehalfError(error) ? error.code : 'another error';
  }
}

describe('the body of a Slack request', () => {
  test('the challenge of the request URL is read', () => {
    expect(json({ type: 'url_verification', challenge: 'abc' })).toEqual({
      kind: 'url_verification',
      challenge: 'abc',
    });
  });

  test.each([
    ['words in the direct message', event()],
    ['a mention in a channel', event({ type: 'app_mention', channel: 'C1', channel_type: 'channel' })],
    ['a mention in a group', event({ type: 'app_mention', channel: 'G1', channel_type: undefined })],
    ['words with a file', event({ subtype: 'file_share' })],
    ['a thread reply that is shown in the conversation too', event({ subtype: 'thread_broadcast' })],
  ])('%s are for us', (_what, body) => {
    expect(json(body).kind).toBe('action');
  });

  test.each([
    ['what a bot wrote', event({ bot_id: 'B1' })],
    ['an edit', event({ subtype: 'message_changed' })],
    ['a deletion', event({ subtype: 'message_deleted' })],
    ['a message that was edited before it came', event({ edited: { user: 'U1', ts: '2' } })],
    ['a message in a channel', event({ channel: 'C1', channel_type: 'channel' })],
    ['a mention in the direct message, which comes as a message too', event({ type: 'app_mention' })],
    ['an event of another kind', event({ type: 'reaction_added' })],
    ['a notice of Slack itself', { type: 'app_rate_limited' }],
  ])('%s is nothing for us', (_what, body) => {
    expect(json(body).kind).toBe('nothing');
  });

  test.each([
    ['broken JSON', '{"type":'],
    ['a list', []],
    ['a number', 5],
    ['no type', {}],
    ['an event without event', { type: 'event_callback', event_id: 'Ev1' }],
    ['an event that is text', { type: 'event_callback', event: 'x' }],
    ['an event without a type', { type: 'event_callback', event: {} }],
    ['a verification without challenge', { type: 'url_verification' }],
  ])('%s is malformed', (_what, body) => {
    expect(json(body).kind).toBe('malformed');
  });

  test('bytes that are no UTF-8 and unknown media types are malformed', () => {
    const headers = { 'content-type': 'application/json' };
    expect(readSlackRequest({ headers, body: Buffer.from([0x22, 0xff, 0x22]) }).kind).toBe('malformed');
    expect(readSlackRequest({ headers: { 'content-type': 'text/xml' }, body: Buffer.from('{}') }).kind).toBe(
      'malformed',
    );
    expect(readSlackRequest({ headers: {}, body: Buffer.from('{}') }).kind).toBe('malformed');
  });

  test.each([
    ['no payload and no command', { foo: '1' }],
    ['a payload that is no JSON', { payload: '{' }],
    ['a payload that is no object', { payload: '[]' }],
    ['two payloads', 'payload=%7B%7D&payload=%7B%7D'],
    ['a payload without a type', { payload: '{}' }],
    ['a press without actions', { payload: JSON.stringify({ ...PRESS, actions: [] }) }],
    ['a press without a user', { payload: JSON.stringify({ ...PRESS, user: null }) }],
  ])('a form with %s is malformed', (_what, fields) => {
    expect(form(fields).kind).toBe('malformed');
  });

  test('a press on a button of ours is for us; a choice in a menu and a plain link are not', () => {
    expect(press().kind).toBe('action');
    expect(press({ actions: [{ type: 'static_select', action_id: 'pick:app' }] }).kind).toBe('nothing');
    expect(press({ actions: [{ type: 'button', action_id: 'button:2', url: 'https://x.example' }] }).kind).toBe(
      'nothing',
    );
    expect(press({ type: 'view_submission' }).kind).toBe('nothing');
  });

  test("Slack's check of the certificate is told apart, and smuggles nothing in", () => {
    const check = (body: string, type = 'application/x-www-form-urlencoded'): boolean =>
      isSslCheck({ headers: { 'content-type': type }, body: Buffer.from(body) });
    expect(check('ssl_check=1&token=x')).toBe(true);
    expect(check('ssl_check=0&command=%2Fbehalf')).toBe(false);
    expect(check('{"ssl_check":"1"}', 'application/json')).toBe(false);
    expect(check(`ssl_check=1&payload=${'x'.repeat(2000)}`)).toBe(false);
  });
});

describe('what somebody did in Slack', () => {
  test('a message is its decoded text, keyed by the id of the event', () => {
    expect(hearMessage(event({ thread_ts: '0.5' }), CONTEXT)).toEqual({
      userId: 'U1',
      userTeam: 'T1',
      place: { workspace: 'T1', channel: 'D1', direct: true, user: 'U1', threadTs: '0.5', heardTs: '1.000001' },
      event: {
        kind: 'text',
        id: 'Ev1',
        text: 'help & more',
        conversation: {
          platform: 'slack',
          kind: 'direct',
          address: { workspace: 'T1', channel: 'D1', user: 'U1', threadTs: '0.5', heardTs: '1.000001' },
        },
      },
    });
  });

  test('a press carries token, choices and the message', () => {
    expect(hearPress(PRESS, CONTEXT).event).toEqual({
      kind: 'action',
      id: '1.2.abc',
      token: 'the-token',
      values: { app: 'crm' },
      conversation: {
        platform: 'slack',
        kind: 'channel',
        address: { workspace: 'T1', channel: 'C1', user: 'U1', threadTs: '4.000001', heardTs: '5.000001' },
      },
      message: {
        platform: 'slack',
        address: { workspace: 'T1', channel: 'C1', direct: false, user: 'U1', threadTs: '4.000001', ts: '5.000001' },
      },
    });
  });

  test('a press without a trigger id is keyed by message, time and button', () => {
    const { trigger_id: _dropped, ...rest } = PRESS;
    expect(hearPress(rest, CONTEXT).event.id).toBe('5.000001/6.000001/button:1');
  });

  test('a press on an ephemeral message keeps its response URL for almost half an hour', () => {
    const container = { type: 'message', message_ts: '5.000001', channel_id: 'C1', is_ephemeral: true };
    const { event: heard } = hearPress({ ...PRESS, container }, CONTEXT);
    expect(heard.kind === 'action' && heard.message?.address).toEqual({
      workspace: 'T1',
      channel: 'C1',
      direct: false,
      user: 'U1',
      responseUrl: 'https://hooks.slack.com/actions/T1/1/secret',
      responseUntil: 1_000_000 + 29 * 60_000,
    });
  });

  test.each([
    'https://evil.example/x',
    'http://hooks.slack.com/x',
    'https://hooks.slack.com.evil.example/',
    'nonsense',
  ])('the response URL %s is not kept', (url) => {
    const container = { type: 'message', message_ts: '5.000001', is_ephemeral: true };
    const { event: heard } = hearPress({ ...PRESS, container, response_url: url }, CONTEXT);
    expect(heard.kind === 'action' && heard.message?.address).toEqual({
      workspace: 'T1',
      channel: 'C1',
      direct: false,
      user: 'U1',
    });
  });

  test('menus without a choice, foreign elements and a missing state give no values', () => {
    const values = { b1: { 'pick:app': { selected_option: null }, other: { selected_option: { value: 'x' } } }, b2: 7 };
    const none = hearPress({ ...PRESS, state: { values } }, CONTEXT).event;
    const { state: _dropped, ...stateless } = PRESS;
    expect(none).toMatchObject({ values: {} });
    expect(hearPress(stateless, CONTEXT).event).toMatchObject({ values: {} });
  });

  test('a slash command is its text, keyed by its trigger', () => {
    const body = {
      command: '/behalf',
      text: 'create deal',
      user_id: 'U1',
      team_id: 'T1',
      channel_id: 'C1',
      trigger_id: '9',
    };
    expect(hearSlashCommand(body, CONTEXT)).toMatchObject({
      userId: 'U1',
      userTeam: 'T1',
      event: { kind: 'text', id: '9', text: 'create deal', conversation: { kind: 'channel' } },
    });
  });

  test.each([
    ['a message without an id', () => hearMessage(event({}, { event_id: undefined }), CONTEXT)],
    ['a message without a user', () => hearMessage(event({ user: undefined }), CONTEXT)],
    ['a message without a channel', () => hearMessage(event({ channel: 5 }), CONTEXT)],
    ['a press without a user id', () => hearPress({ ...PRESS, user: {} }, CONTEXT)],
    [
      'a slash command without a trigger',
      () => hearSlashCommand({ channel_id: 'C', user_id: 'U', team_id: 'T' }, CONTEXT),
    ],
  ])('%s is refused', (_what, work) => {
    expect(codeOf(work)).toBe('chat.request_invalid');
  });
});

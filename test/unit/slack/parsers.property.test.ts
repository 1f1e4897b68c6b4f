import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { readMetadata, readValues } from '../../../adapters/slack/forms.js';
import {
  type Heard,
  hearHome,
  hearMessage,
  hearPress,
  hearSlashCommand,
  hearSubmission,
  hearSuggestion,
} from '../../../adapters/slack/inbound.js';
import type { JsonObject } from '../../../adapters/slack/json.js';
import { isSslCheck, readSlackRequest } from '../../../adapters/slack/requests.js';
import { hearShortcut } from '../../../adapters/slack/shortcuts.js';
import { checkSignature } from '../../../adapters/slack/signature.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { damaged } from '../../support/hostile.js';

const SECRET = 'signing-secret';
const NOW_MS = 1_700_000_000_000;
const CONTEXT = { workspace: 'T1', botUserId: 'U0BOT', nowMs: NOW_MS, responseOrigins: ['https://hooks.slack.com'] };

function signed(body: Buffer, timestamp: string): string {
  return `v0=${createHmac('sha256', SECRET).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
}

function verdict(body: Buffer, timestamp: string, signature: string) {
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
  return checkSignature({ headers, body }, { signingSecret: SECRET, nowMs: NOW_MS });
}

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const seconds = fc.integer({ min: NOW_MS / 1_000 - 300, max: NOW_MS / 1_000 + 300 }).map(String);

describe('the signature of any Slack request', () => {
  test('is good over the very bytes, and over no others', () => {
    fc.assert(
      fc.property(bytes, bytes, seconds, (body, other, timestamp) => {
        const signature = signed(body, timestamp);
        expect(verdict(body, timestamp, signature)).toBe('genuine');
        if (!body.equals(other)) expect(verdict(other, timestamp, signature)).toBe('bad_signature');
      }),
    );
  });

  test('is not good with another time, or with anything else in its place', () => {
    fc.assert(
      fc.property(
        bytes,
        seconds,
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (body, timestamp, a, b) => {
          const signature = signed(body, timestamp);
          if (a !== timestamp) expect(verdict(body, a, signature)).not.toBe('genuine');
          if (b !== signature) expect(verdict(body, timestamp, b)).not.toBe('genuine');
        },
      ),
    );
  });
});

const PERSON = { id: 'U1', team_id: 'T1' };
const SPOKEN = {
  type: 'event_callback',
  event_id: 'Ev1',
  team_id: 'T1',
  event: {
    type: 'message',
    channel_type: 'im',
    channel: 'D1',
    user: 'U1',
    user_team: 'T1',
    text: 'help',
    ts: '1.000001',
  },
};
const PRESS = {
  type: 'block_actions',
  user: PERSON,
  trigger_id: '1.2.abc',
  channel: { id: 'C1' },
  container: { type: 'message', message_ts: '5.000001', channel_id: 'C1', is_ephemeral: false },
  response_url: 'https://hooks.slack.com/actions/T1/1/secret',
  state: { values: { b1: { 'pick:app': { type: 'static_select', selected_option: { value: 'crm' } } } } },
  actions: [{ type: 'button', action_id: 'button:1', action_ts: '6.000001', value: 'the-token' }],
};
const VIEW = {
  id: 'V1',
  hash: 'h1',
  callback_id: 'behalf:form',
  private_metadata: JSON.stringify({ token: 'the-token', place: { channel: 'D1', direct: true } }),
  state: {
    values: {
      'field:a': { value: { type: 'plain_text_input', value: 'x' } },
      'field:b': { value: { type: 'checkboxes', selected_options: [] } },
      'field:c': { value: { type: 'static_select', selected_option: { value: 'v' } } },
    },
  },
};
const HOME_OPENED = {
  type: 'event_callback',
  event_id: 'Ev2',
  event: { type: 'app_home_opened', tab: 'home', user: 'U1', channel: 'D1', event_ts: '1.000001' },
};

const HOME_PRESS = {
  type: 'block_actions',
  trigger_id: '1.2.def',
  user: { id: 'U1', team_id: 'T1' },
  container: { type: 'view', view_id: 'V1' },
  view: {
    id: 'V1',
    type: 'home',
    callback_id: 'behalf:home',
    private_metadata: '{"channel":"D1"}',
    state: { values: { b1: { 'pick:app': { type: 'static_select', selected_option: { value: 'crm' } } } } },
  },
  actions: [{ type: 'button', action_id: 'button:1', block_id: 'b2', value: 'the-token', action_ts: '6.000001' }],
};

const SUBMISSION = { type: 'view_submission', user: PERSON, team: { id: 'T1' }, view: VIEW };
const SUGGESTION = { type: 'block_suggestion', user: PERSON, block_id: 'field:c', value: 'ac', view: VIEW };

const MENU_CHOICE = {
  type: 'message_action',
  user: PERSON,
  team: { id: 'T1', domain: 'acme' },
  callback_id: 'message:case',
  trigger_id: '1.2.abc',
  channel: { id: 'C1' },
  message: {
    user: 'U2',
    ts: '5.000001',
    thread_ts: '4.000001',
    text: '',
    blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }] }],
    attachments: [{ title: 'x', fallback: 'y' }],
    files: [{ id: 'F1', name: 'a.pdf' }],
  },
  response_url: 'https://hooks.slack.com/app/T1/1/secret',
};

const json = (body: unknown) =>
  readSlackRequest({ headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body) ?? '') });
const form = (fields: Record<string, string>) =>
  readSlackRequest({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(new URLSearchParams(fields).toString()),
  });
const payload = (body: unknown) => form({ payload: JSON.stringify(body) ?? '' });

/** What is heard, or the code of its refusal; nothing else may come of a request. */
function heard(hear: (body: JsonObject) => Heard, request: ReturnType<typeof readSlackRequest>): Heard | string {
  if (request.kind !== 'action') return request.kind;
  try {
    return hear(request.body);
  } catch (error) {
    if (isBehalfError(error)) return error.code;
    throw error;
  }
}

describe('whatever stands in a Slack request', () => {
  test.each([
    ['a message', SPOKEN, json, (body: JsonObject) => hearMessage(body, CONTEXT)],
    ['a press', PRESS, payload, (body: JsonObject) => hearPress(body, CONTEXT)],
    ['a look at the Home tab', HOME_OPENED, json, (body: JsonObject) => hearHome(body, CONTEXT)],
    ['a press on the Home tab', HOME_PRESS, payload, (body: JsonObject) => hearPress(body, CONTEXT)],
    ['a shortcut', MENU_CHOICE, payload, (body: JsonObject) => hearShortcut(body, CONTEXT)],
    ['a form', SUBMISSION, payload, (body: JsonObject) => hearSubmission(body, CONTEXT)],
    ['a search in a form', SUGGESTION, payload, (body: JsonObject) => hearSuggestion(body, CONTEXT)],
  ])('%s is heard whole or refused', (_, whole, read, hear) => {
    expect(typeof heard(hear, read(whole))).toBe('object');
    fc.assert(
      fc.property(damaged(whole), (body) => {
        const result = heard(hear, read(body));
        if (typeof result === 'string')
          expect(['nothing', 'malformed', 'url_verification', 'lifecycle', 'chat.request_invalid']).toContain(result);
        else expect([typeof result.userId, typeof result.event.id]).toEqual(['string', 'string']);
      }),
      { numRuns: 500 },
    );
  });

  test('a slash command is heard whole or refused', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('command', 'text', 'user_id', 'team_id', 'channel_id', 'trigger_id'),
          fc.string(),
        ),
        (fields) => {
          const result = heard((body) => hearSlashCommand(body, CONTEXT), form({ command: '/behalf', ...fields }));
          if (typeof result === 'string') expect(['malformed', 'chat.request_invalid']).toContain(result);
        },
      ),
    );
  });

  test('bytes of any kind are read or malformed', () => {
    const types = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', '');
    fc.assert(
      fc.property(bytes, types, (body, type) => {
        const request = { headers: { 'content-type': type }, body };
        expect(['action', 'nothing', 'malformed', 'url_verification']).toContain(readSlackRequest(request).kind);
        expect(typeof isSslCheck(request)).toBe('boolean');
      }),
    );
  });

  test('a form gives texts by field and nothing else', () => {
    fc.assert(
      fc.property(damaged(VIEW), (view) => {
        if (typeof view !== 'object' || view === null || Array.isArray(view)) return;
        const values = readValues({ ...view });
        for (const value of Object.values(values)) expect(typeof value).toBe('string');
        expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
        const metadata = readMetadata({ ...view });
        if (metadata) expect([typeof metadata.token, typeof metadata.place.channel]).toEqual(['string', 'string']);
      }),
      { numRuns: 500 },
    );
  });
});

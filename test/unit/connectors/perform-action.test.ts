import type { ParentConnection } from '../../../src/connections/parent-connection.js';
import { lookUpAccount } from '../../../src/connectors/account-lookup.js';
import type { ActionCall } from '../../../src/connectors/action-call.js';
import { performAction } from '../../../src/connectors/perform-action.js';
import { type BehalfError, isBehalfError } from '../../../src/kernel/errors.js';
import type { IncomingResponse } from '../../../src/kernel/http-client.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createManualClock } from '../../support/clocks.js';
import { AnsweringHttpClient, API_KEY, actionOf, answer, BEARER, connector, json, PARENT, TOKEN } from './parts.js';

const clock = createManualClock(Date.UTC(2026, 10, 21, 12));

const SHARED: ParentConnection = {
  ...PARENT,
  auth: { kind: 'static', method: 'api_key', credential: API_KEY },
};

function perform(name: string, response: IncomingResponse, more: Partial<ActionCall> = {}) {
  const http = new AnsweringHttpClient(() => response);
  const output = performAction({
    connector: connector(),
    action: actionOf(name),
    parent: PARENT,
    credential: BEARER,
    account: 'rita@acme.example',
    input: { name: 'Deal', id: '1', kind: 'k' },
    idempotencyKey: 'job1:0',
    http,
    clock,
    ...more,
  });
  return { http, output };
}

async function failure(name: string, response: IncomingResponse, more: Partial<ActionCall> = {}): Promise<BehalfError> {
  try {
    await perform(name, response, more).output;
  } catch (error) {
    if (isBehalfError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

describe('an action', () => {
  test('gives what the connector makes of the answer, and sends the idempotency key', async () => {
    const { http, output } = perform('create', json(201, { id: 7, extra: true }));

    expect(await output).toEqual({ id: 7, wanted: 'Deal' });
    expect(http.requests[0]?.headers).toMatchObject({ 'idempotency-key': 'job1:0' });
  });

  test('gives the whole body, a plain text, or nothing as an empty map', async () => {
    expect(await perform('get', json(200, [1])).output).toEqual([1]);
    expect(await perform('get', answer(200, 'fine', { 'content-type': 'text/plain' })).output).toBe('fine');
    expect(await perform('get', answer(204, '')).output).toEqual({});
    expect(await perform('get', json(200, { v: 1 }, { 'content-type': 'application/vnd.acme+json' })).output).toEqual({
      v: 1,
    });
  });

  test.each([
    ['create', {}, 'name is missing.'],
    ['create', { name: '' }, 'name is missing.'],
    ['create', { name: 'x', amount: 'much' }, 'Amount must be a number.'],
    ['get', { kind: 'k', id: null }, 'Record is missing.'],
  ])('checks its input before it calls: %s %j', async (name, input, text) => {
    const error = await failure(name, json(200, {}), { input });
    expect(error).toMatchObject({ code: 'app.bad_input', userText: text });
  });

  test('turns numbers in texts into numbers', async () => {
    const { http, output } = perform('create', json(201, { id: 1 }), { input: { name: 5, amount: '12.5' } });
    await output;
    expect(JSON.parse(String(http.requests[0]?.body))).toMatchObject({ name: '5', amount: 12.5 });
  });

  test.each<[string, IncomingResponse, string, string]>([
    ['401', json(401, {}), 'app.unauthorized', 'Acme CRM does not accept your login any more. Please log in again.'],
    [
      '403',
      json(403, { message: 'Your profile may not create records.' }),
      'app.forbidden',
      'Your Acme CRM account (rita@acme.example) may not create records. Acme CRM says: Your profile may not create records. Whoever administers Acme CRM can allow it.',
    ],
    ['404', json(404, {}), 'app.not_found', 'Acme CRM could not find that.'],
    [
      '409',
      json(409, { message: 'Exists' }),
      'app.conflict',
      'Acme CRM reports a conflict with what is there already. Acme CRM says: Exists',
    ],
    [
      '400',
      json(400, { message: 'amount\n must be > 0' }),
      'app.bad_input',
      'Acme CRM did not accept what was entered. Acme CRM says: amount must be > 0',
    ],
    ['422', json(422, {}), 'app.bad_input', 'Acme CRM did not accept what was entered.'],
    [
      '429',
      json(429, {}, { 'retry-after': '30' }),
      'app.rate_limited',
      'Acme CRM is receiving too many requests. Please try again in 30 seconds.',
    ],
    [
      '500',
      answer(500, '<h1>Oops</h1>', { 'content-type': 'text/html' }),
      'app.unavailable',
      'Acme CRM cannot be reached right now. Please try again later.',
    ],
    [
      '302',
      answer(302, '', { location: 'https://login.example' }),
      'app.unexpected_answer',
      'Acme CRM gave an answer that I do not understand.',
    ],
    [
      'a page for 200',
      answer(200, '<html>', { 'content-type': 'text/html' }),
      'app.unexpected_answer',
      'Acme CRM gave an answer that I do not understand.',
    ],
    [
      'broken JSON',
      answer(200, '{"a":', { 'content-type': 'application/json' }),
      'app.unexpected_answer',
      'Acme CRM gave an answer that I do not understand.',
    ],
    [
      'a rule by body',
      json(403, { code: 'limit' }),
      'app.rate_limited',
      'Acme CRM is receiving too many requests. Please try again later.',
    ],
    [
      'a 200 that is an error',
      json(200, { ok: false, message: 'no such thing' }),
      'app.bad_input',
      'Acme CRM did not accept what was entered. Acme CRM says: no such thing',
    ],
  ])('explains %s', async (_name, response, code, userText) => {
    expect(await failure('create', response)).toMatchObject({ code, userText });
  });

  test.each([
    ['text/html', answer(200, '<html>canary', { 'content-type': 'text/html; charset=utf-8' })],
    ['application/octet-stream', answer(200, 'x', { 'content-type': 'canary' })],
    ['untyped', answer(200, 'x', {})],
    ['broken JSON', answer(200, '{"a":', { 'content-type': 'application/json' })],
    ['unknown charset', answer(200, '{}', { 'content-type': 'application/json; charset=canary' })],
    // Jobs that hold such an answer could not be written down any more.
    ['too deep', json(200, nested(501))],
  ])('says to the operator why an answer was not understood: %s', async (why, response) => {
    const { code, message } = await failure('get', response);
    expect([code, message]).toEqual([
      'app.unexpected_answer',
      `acme_crm.get was answered 200 (unexpected_answer): ${why}`,
    ]);
  });

  test('takes JSON that is nested deep', async () => {
    expect(await perform('get', json(200, nested(500))).output).toEqual(nested(500));
  });

  test('tells after which time a repeat makes sense', async () => {
    expect(await failure('get', json(429, {}, { 'retry-after': '30' }))).toMatchObject({ retryAfterMs: 30_000 });
    const date = new Date(clock.now() + 90_000).toUTCString();
    expect(await failure('get', json(503, {}, { 'retry-after': date }))).toMatchObject({ retryAfterMs: 90_000 });
    expect((await failure('get', json(429, {}, { 'retry-after': 'soon' }))).retryAfterMs).toBeUndefined();
  });

  test('speaks of the shared account where nobody logs in', async () => {
    const shared = { parent: SHARED, credential: API_KEY, account: 'Integration User' };
    const forbidden = await failure('create', json(403, {}), shared);
    expect(forbidden.userText).toBe(
      'The account (Integration User) that I use for Acme CRM may not create records. Whoever administers Acme CRM can allow it.',
    );
    const unauthorized = await failure('create', json(401, {}), shared);
    expect(unauthorized.userText).toBe(
      'Acme CRM does not accept my credentials. Your administrator must fix the connection.',
    );
  });

  test.each([
    ['a page', '<p>denied</p>'],
    ['nothing but spaces', ' \u200b\n '],
    ['the token itself', `token ${TOKEN} may not`],
  ])('does not quote %s', async (_name, message) => {
    const error = await failure('create', json(403, { message }));
    expect(error.userText).toBe(
      'Your Acme CRM account (rita@acme.example) may not create records. Whoever administers Acme CRM can allow it.',
    );
  });

  test('cuts what the app says, and keeps bodies out of message and details', async () => {
    const error = await failure('create', json(400, { message: `canary ${'x'.repeat(5000)}` }));
    expect(error.userText.length).toBeLessThan(300);
    expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain('canary');
  });
});

describe('the account lookup', () => {
  function lookUp(response: IncomingResponse) {
    const http = new AnsweringHttpClient(() => response);
    return lookUpAccount({ connector: connector(), parent: PARENT, credential: BEARER, http, clock });
  }

  test('tells id and label, and the e-mail address only when the app has confirmed it', async () => {
    const body = { id: 42, email: 'rita@acme.example' };
    expect(await lookUp(json(200, { ...body, email_verified: true }))).toEqual({
      id: '42',
      label: 'rita@acme.example',
      confirmedEmail: 'rita@acme.example',
    });
    for (const email_verified of [false, 'true', 1, undefined]) {
      expect(await lookUp(json(200, { ...body, email_verified }))).toEqual({ id: '42', label: 'rita@acme.example' });
    }
  });

  test.each([{}, { id: '' }, { id: { a: 1 } }, { id: 'x'.repeat(300) }])(
    'refuses an answer without an account: %j',
    async (body) => {
      await expect(lookUp(json(200, body))).rejects.toMatchObject({ code: 'app.unexpected_answer' });
    },
  );

  test('fails as actions do', async () => {
    await expect(lookUp(json(401, {}))).rejects.toMatchObject({ code: 'app.unauthorized' });
    await expect(lookUp(json(503, {}))).rejects.toMatchObject({ code: 'app.unavailable' });
  });
});

test('secrets are not in what was compiled', () => {
  expect(JSON.stringify({ PARENT, BEARER, key: new Secret('x') })).not.toContain(TOKEN);
});

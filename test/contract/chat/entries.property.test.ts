import fc from 'fast-check';
import { damaged } from '../../support/hostile.js';
import { type SlackBench, slackUser, startSlackBench } from './slack-driver.js';
import { startTeamsBench, type TeamsBench } from './teams-driver.js';

/** Each is a request over HTTP; with the same seed, the same requests again. */
const RUNS = 150;

/** What is spoilt in the text of something that was signed. */
const spoilt = (whole: string) =>
  fc.oneof(
    fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
      const code = String.fromCharCode((whole.charCodeAt(at) + by) % 128 || 1);
      return whole.slice(0, at) + code + whole.slice(at + 1);
    }),
    fc.nat(whole.length - 1).map((end) => whole.slice(0, end)),
    fc.string({ maxLength: 5, minLength: 1 }).map((more) => `${whole}${more}`),
    fc.tuple(fc.nat(whole.length), fc.nat(whole.length)).map(([from, to]) => whole.slice(from) + whole.slice(0, to)),
  );

describe('the address that Slack sends to', () => {
  let slack: SlackBench;
  let heard = 0;

  beforeAll(async () => {
    slack = await startSlackBench({
      handler: async () => {
        heard += 1;
      },
    });
  });

  afterAll(() => slack.stop());

  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const person = { id: slackUser('rita').userId, team_id: 'T0ACME' };
  const view = { id: 'V1', hash: 'h', callback_id: 'behalf:form', private_metadata: '{}', state: { values: {} } };
  const PAYLOADS = [
    { type: 'block_actions', user: person, trigger_id: '1', actions: [{ type: 'button', value: 'x', action_ts: '1' }] },
    { type: 'view_submission', user: person, team: { id: 'T0ACME' }, view },
    { type: 'block_suggestion', user: person, block_id: 'field:c', value: 'ac', view },
    {
      type: 'message_action',
      user: person,
      team: { id: 'T0ACME' },
      callback_id: 'message:x',
      trigger_id: '1',
      message: {},
    },
  ];

  test('answers whatever is signed, of any shape, and never with a failure of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(...PAYLOADS.map(damaged), fc.jsonValue()), async (payload) => {
        const body = new URLSearchParams({ payload: JSON.stringify(payload) ?? '' }).toString();
        const { status } = await slack.slack.sendRaw(body, { ...FORM, ...slack.slack.sign(body) });
        expect([200, 400, 401, 404]).toContain(status);
      }),
      { numRuns: RUNS },
    );
    expect(slack.logLines.filter((line) => line.includes('request failed'))).toEqual([]);
  });

  test('hears nothing in what was signed and then changed', async () => {
    const event = { type: 'message', channel_type: 'im', channel: 'D0RITA', user: person.id, ts: '1.1', text: 'help' };
    const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', team_id: 'T0ACME', event });
    const signed = slack.slack.sign(body);
    heard = 0;
    await fc.assert(
      fc.asyncProperty(spoilt(body), async (changed) => {
        fc.pre(changed !== body);
        const { status } = await slack.slack.sendRaw(changed, { 'content-type': 'application/json', ...signed });
        expect(status).toBe(401);
      }),
      { numRuns: RUNS },
    );
    expect(heard).toBe(0);
  });
});

describe('the address that Teams sends to', () => {
  let bench: TeamsBench;
  let heard = 0;

  beforeAll(async () => {
    bench = await startTeamsBench({
      handler: async () => {
        heard += 1;
      },
    });
  });

  beforeEach(() => {
    heard = 0;
  });

  afterAll(() => bench.stop());

  test('hears nothing with a token that was changed anywhere', async () => {
    const activity = bench.teams.activity('rita', 'help');
    const token = bench.teams.makeToken();
    expect((await bench.teams.sendRaw({ activity, token })).status).toBe(200);
    heard = 0;
    await fc.assert(
      fc.asyncProperty(spoilt(token), async (changed) => {
        fc.pre(!isSameToken(changed, token) && /^[\x21-\x7e]*$/u.test(changed));
        expect((await bench.teams.sendRaw({ activity, token: changed })).status).toBe(401);
      }),
      { numRuns: RUNS },
    );
    expect(heard).toBe(0);
  });

  test('hears nothing with a genuine token for anybody or anything else', async () => {
    const overrides = fc.record(
      {
        issuer: fc.oneof(
          fc.webUrl(),
          fc.constantFrom('', 'https://api.botframework.com/', 'https://API.botframework.com'),
        ),
        audience: fc.oneof(fc.uuid(), fc.constantFrom('', 'null')),
        serviceUrl: fc.oneof(fc.webUrl(), fc.constant(null)),
        algorithm: fc.constantFrom('none' as const, 'HS256' as const),
        keyId: fc.oneof(fc.string(), fc.constantFrom('../keys', '__proto__', '0')),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(overrides, async (change) => {
        fc.pre(Object.keys(change).length > 0);
        const activity = bench.teams.activity('rita', 'help');
        expect((await bench.teams.sendRaw({ activity, token: bench.teams.makeToken(change) })).status).toBe(401);
      }),
      { numRuns: RUNS },
    );
    expect(heard).toBe(0);
  });

  test('answers an activity of any shape, and never with a failure of its own', async () => {
    const whole = {
      ...bench.teams.activity('rita', 'help'),
      value: { behalfToken: 'x', 'field.a': 'y' },
      attachments: [{ contentType: 'text/html', content: '<p>x</p>' }],
    };
    const types = fc.constantFrom('message', 'invoke', 'conversationUpdate', 'installationUpdate', 'x');
    const names = fc.constantFrom('task/fetch', 'task/submit', 'application/search', 'signin/verifyState', 'x');
    const activity = fc
      .tuple(types, names, fc.nat())
      .chain(([type, name, id]) => damaged({ ...whole, type, name, id: `${id}` }));
    await fc.assert(
      fc.asyncProperty(activity, async (body) => {
        const { status } = await bench.teams.sendRaw({ activity: body ?? null, token: bench.teams.makeToken() });
        expect(status).toBeLessThan(500);
      }),
      { numRuns: RUNS },
    );
    expect(bench.logLines.filter((line) => line.includes('request failed'))).toEqual([]);
  });
});

/** The last character of base64url may have bits that mean nothing. */
function isSameToken(left: string, right: string): boolean {
  const bytes = (token: string) =>
    token
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('hex'))
      .join('.');
  return bytes(left) === bytes(right);
}

import { createSlackAdapter } from '../../../adapters/slack/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import type { HttpRequest } from '../../../src/kernel/http.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { BOT_TOKEN, SIGNING_SECRET, slackUser } from './slack-driver.js';
import { BUTTONS, failureOf, movableClock, Scene } from './slack-scene.js';

const scene = new Scene();
const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};
const httpClient = createHttpClient({ allowPrivateHosts: 'all', clock: systemClock, logger: silent });

afterAll(() => httpClient.close());

afterEach(() => scene.end());

describe('Slack: the start', () => {
  test.each(['invalid_auth', 'account_inactive', 'token_revoked', 'not_allowed_token_type'])(
    'a token that Slack refuses (%s) stops it with what to do',
    async (error) => {
      const failure = await failureOf(
        scene.start({ prepare: (slack) => slack.troubleApi({ kind: 'error', error }, { method: 'auth.test' }) }),
      );
      if (!isBehalfError(failure, 'config.invalid')) throw new Error('it did not fail as it should');
      expect(failure.message).toContain(error);
      expect(failure.message).toContain('Bot User OAuth Token');
      expect(failure.message).not.toContain(BOT_TOKEN);
    },
  );

  test('Slack being away does not stop it, and people are heard as soon as Slack is back', async () => {
    const slack = await scene.start({
      clock: movableClock().clock,
      prepare: (emulator) => emulator.troubleApi({ kind: 'server_error' }, { times: 4, method: 'auth.test' }),
    });
    await scene.heard(slack);
    expect(scene.events).toMatchObject([{ user: slackUser('rita') }]);
    expect(slack.logLines.join()).toContain('cannot be reached yet');
  });

  test('scopes that the app was not given are named', async () => {
    const slack = await scene.start({ scopes: ['app_mentions:read', 'chat:write', 'im:history', 'users:read'] });
    const warnings = slack.logLines.filter((line) => line.includes('lacks scopes'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      '"missingScopes":["commands","files:read","files:write","im:write","usergroups:read","users:read.email"]',
    );
  });

  test.each([
    ['signing secret', '', BOT_TOKEN, 'SLACK_SIGNING_SECRET'],
    ['bot token', SIGNING_SECRET, '', 'SLACK_BOT_TOKEN'],
  ])('an empty %s is refused at once', (_what, signingSecret, botToken, name) => {
    const create = () =>
      createSlackAdapter(
        { signingSecret: new Secret(signingSecret), botToken: new Secret(botToken) },
        { clock: systemClock, metrics: noMetrics, logger: silent, httpClient },
      );
    expect(create).toThrow(name);
  });

  test('before the start, requests are answered with 503 and checked all the same', async () => {
    const adapter = createSlackAdapter(
      { signingSecret: new Secret(SIGNING_SECRET), botToken: new Secret(BOT_TOKEN) },
      { clock: systemClock, metrics: noMetrics, logger: silent, httpClient },
    );
    const request: HttpRequest = {
      method: 'POST',
      path: '/slack/events',
      params: {},
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from('{}'),
      id: 'r1',
    };
    expect(await adapter.routes[0]?.handle(request)).toEqual({ status: 401 });
    const failure = await failureOf(
      adapter.post({ platform: 'slack', kind: 'direct', address: { channel: 'D1' } }, BUTTONS),
    );
    expect(isBehalfError(failure, 'internal')).toBe(true);
  });
});

import { createServer, type Server } from 'node:http';
import { examineSlack } from '../../adapters/slack/examine.js';
import { examineTeams } from '../../adapters/teams/examine.js';
import { createHttpClient } from '../../adapters/undici/index.js';
import { closeServer, listen } from '../../playground/http.js';
import { examineClock } from '../../src/doctor/examine-clock.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { RecordingLogger } from '../support/recording-logger.js';

const ISSUER = 'https://api.botframework.com';

describe('what the doctor says where', () => {
  const logger = new RecordingLogger();
  const http = createHttpClient({ allowPrivateHosts: 'all', clock: systemClock, logger });
  const parts = { httpClient: http, clock: systemClock, logger, examineClock };
  let server: Server;
  let url: string;
  let answers: Readonly<Record<string, { readonly status?: number; readonly body: unknown }>>;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { body, status = 200 } = answers[request.url ?? ''] ?? { status: 404, body: {} };
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  });

  afterAll(async () => {
    await closeServer(server);
    await http.close();
  });

  async function slack(error: string, status = 200): Promise<unknown> {
    answers = {
      '/api/auth.test': { status, body: { ok: false, error } },
      '/api/apps.connections.open': { status, body: { ok: false, error } },
    };
    const tokens = { botToken: new Secret('xoxb-canary'), appToken: new Secret('xapp-canary') };
    const found = await examineSlack({ ...tokens, apiUrl: `${url}/api/` }, parts);
    return found.filter(({ subject }) => subject === 'slack');
  }

  it('Slack refuses a token: it is wrong, with where to find another one', async () => {
    for (const error of ['invalid_auth', 'token_revoked'])
      expect(await slack(error)).toEqual([
        expect.objectContaining({ state: 'wrong', fix: expect.stringContaining('install the app again') }),
        expect.objectContaining({ state: 'wrong', fix: expect.stringContaining('app-level token') }),
      ]);
  });

  it('Slack is busy or unwell: nothing is said against the token', async () => {
    for (const [error, status] of [
      ['ratelimited', 429],
      ['internal_error', 200],
      ['service_unavailable', 503],
    ] as const) {
      const unknown = { subject: 'slack', state: 'unknown', fix: expect.stringContaining('once more') };
      expect(await slack(error, status)).toEqual([
        { ...unknown, says: `Slack does not say now whether SLACK_BOT_TOKEN is right: ${error}` },
        { ...unknown, says: `Slack does not say now whether SLACK_APP_TOKEN is right: ${error}` },
      ]);
    }
  });

  async function teams(status: number, body: unknown): Promise<unknown> {
    answers = {
      '/token': { status, body },
      '/metadata': { body: { issuer: ISSUER, jwks_uri: `${url}/keys` } },
    };
    const [credential] = await examineTeams(
      {
        appId: '11111111-0000-4000-8000-000000000000',
        credential: { kind: 'secret', password: new Secret('canary') },
        cloud: 'public',
        tenantId: '22222222-0000-4000-8000-000000000000',
        publicUrl: 'https://behalf.example.com',
        tokenUrl: `${url}/token`,
        openIdMetadataUrl: `${url}/metadata`,
      },
      parts,
    );
    return credential;
  }

  it('Microsoft refuses the bot, or only cannot be asked', async () => {
    expect(await teams(401, { error: 'invalid_client' })).toMatchObject({
      state: 'wrong',
      fix: expect.stringContaining('the secret may have expired'),
    });
    expect(await teams(503, {})).toMatchObject({ state: 'unknown', fix: expect.not.stringContaining('secret') });
  });
});

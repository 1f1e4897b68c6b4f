import { randomBytes } from 'node:crypto';
import { createOAuthClient } from '../../adapters/oauth/index.js';
import { createRedisStores } from '../../adapters/redis/index.js';
import { createHttpClient } from '../../adapters/undici/index.js';
import { createConnections } from '../../src/connections/connections.js';
import { createRevocationPlan } from '../../src/connections/revocation-plan.js';
import { randomToken } from '../../src/kernel/ids.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault } from '../../src/kernel/vault.js';
import { startProcess } from '../contract/stores/processes.js';
import { ANN, ANNS_ACCOUNT } from '../support/connection-kit.js';
import { type DemoAppsProcess, logInByForms, startDemoAppsProcess } from '../support/demo-apps.js';
import { oauthApp, oauthParent } from '../support/oauth-app.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import type { RefreshOrder, RefreshReport } from './support/refresh-process.js';

const REDIRECT_URI = 'http://localhost:3000/oauth/callback/crm';
const PROCESSES = 4;
/** Long enough for several lives of a token. */
const STORM_MS = 7_000;
const TOKEN_SECONDS = 3;

let apps: DemoAppsProcess;
let redis: RedisServer;

beforeAll(async () => {
  const client = { id: 'behalf', secret: randomToken(), redirectUris: [REDIRECT_URI] };
  [apps, redis] = await Promise.all([
    startDemoAppsProcess({
      clients: { crm: client, files: client },
      accessTokenSeconds: TOKEN_SECONDS,
      controlToken: 'control',
    }),
    startRedis(),
  ]);
});

afterAll(() => Promise.all([apps.stop(), redis.stop()]));

it('many processes keep one rotating token alive: one refresh per life, never a used refresh token', async () => {
  const { crm } = apps;
  const app = oauthApp(crm.url, {
    authorizationUrl: crm.authorizationEndpoint,
    tokenUrl: crm.tokenEndpoint,
    revocationUrl: crm.revocationEndpoint,
    clientId: crm.clientId,
    clientSecret: new Secret(crm.clientSecret),
    redirectUri: REDIRECT_URI,
    scopes: crm.scope.split(' '),
    authorizationParameters: { prompt: 'consent' },
  });
  const parent = oauthParent(app);
  const base = { clock: systemClock, logger: new RecordingLogger(), metrics: noMetrics };
  const stores = await createRedisStores({ ...base, url: redis.url, commandTimeoutMs: 10_000 });
  const key = randomBytes(32);
  const vault = createVault([{ id: 'k1', key: new Secret(key) }]);
  const httpClient = createHttpClient({ ...base, allowPrivateHosts: ['localhost'] });
  const oauth = createOAuthClient({ httpClient, clock: systemClock });
  const revocations = createRevocationPlan({ ...base, queue: stores.revocations, vault, parents: () => parent });
  const { connections: store, leases } = stores;
  const connections = createConnections({ ...base, store, leases, vault, oauth, revocations });

  const codeVerifier = new Secret(randomToken());
  const url = oauth.authorizationUrl(app, { state: 's', codeVerifier, scopes: app.scopes });
  const back = await logInByForms(url, { username: 'rita', allow: true });
  const code = new Secret(back.searchParams.get('code') ?? '');
  const tokens = await oauth.exchangeCode(app, { code, codeVerifier, scopes: app.scopes });
  await connections.activate(ANN, 'crm', tokens, ANNS_ACCOUNT);

  const order: RefreshOrder = {
    redisUrl: redis.url,
    key: key.toString('base64'),
    app: {
      tokenUrl: app.tokenUrl,
      revocationUrl: crm.revocationEndpoint,
      clientId: crm.clientId,
      clientSecret: crm.clientSecret,
    },
    forMs: STORM_MS,
  };
  const processes = Array.from({ length: PROCESSES }, () =>
    startProcess('../../integration/support/refresh-process.ts', JSON.stringify(order)),
  );
  const lines = (await Promise.all(processes.map((process) => process.end()))).flat();
  const reports: readonly RefreshReport[] = lines.map((line) => JSON.parse(line));

  expect(reports).toHaveLength(PROCESSES);
  expect(reports.flatMap(({ troubles }) => troubles)).toEqual([]);
  const use = async () => {
    const last = await connections.credentialFor(ANN, parent);
    if (last.kind !== 'ready' || last.credential.kind !== 'bearer') throw new Error(last.kind);
    const { generation, token } = last.credential;
    const { status } = await fetch(crm.userinfoEndpoint, { headers: { authorization: `Bearer ${token.reveal()}` } });
    return { generation, status };
  };
  let used = await use();
  // A busy machine may take longer between the two calls than the rest of so short a life.
  for (let again = 0; used.status === 401 && again < 5; again += 1) used = await use();
  expect(used.status).toBe(200);
  const { generation } = used;
  expect(generation).toBeGreaterThan(2);
  const { tokenCalls } = await crm.control.counts();
  // Each generation after the login is one refresh; a reused refresh token would have ended the grant.
  expect(tokenCalls['refresh_token']).toBe(generation - 1);
  await Promise.all([stores.health.close(), httpClient.close()]);
});

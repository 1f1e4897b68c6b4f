import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createRedisStores } from '../../../adapters/redis/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { createConnections } from '../../../src/connections/connections.js';
import { createRevocationPlan } from '../../../src/connections/revocation-plan.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault } from '../../../src/kernel/vault.js';
import { ANN } from '../../support/connection-kit.js';
import { oauthApp, oauthParent } from '../../support/oauth-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';

/** What the test tells each process. */
export interface RefreshOrder {
  readonly redisUrl: string;
  readonly key: string;
  readonly app: {
    readonly tokenUrl: string;
    readonly revocationUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
  /** How long it asks, from its own start. */
  readonly forMs: number;
}

/** What a process says in the end. */
export interface RefreshReport {
  readonly asked: number;
  readonly troubles: readonly string[];
  readonly generation: number;
}

/** Asks for Ann's credential over and over, several at a time, and reports in one line. */
async function main(order: RefreshOrder): Promise<void> {
  const logger = new RecordingLogger();
  const base = { clock: systemClock, logger, metrics: noMetrics };
  const stores = await createRedisStores({ ...base, url: order.redisUrl, commandTimeoutMs: 10_000 });
  const { clientSecret, ...rest } = order.app;
  const parent = oauthParent(oauthApp('http://localhost', { ...rest, clientSecret: new Secret(clientSecret) }));
  const vault = createVault([{ id: 'k1', key: new Secret(Buffer.from(order.key, 'base64')) }]);
  const httpClient = createHttpClient({ allowPrivateHosts: ['localhost'], logger, clock: systemClock });
  const parents = () => parent;
  const connections = createConnections({
    ...base,
    store: stores.connections,
    leases: stores.leases,
    vault,
    oauth: createOAuthClient({ httpClient, clock: systemClock }),
    revocations: createRevocationPlan({ queue: stores.revocations, vault, clock: systemClock, parents }),
  });
  const troubles: string[] = [];
  let asked = 0;
  let generation = 0;
  const ask = async (): Promise<void> => {
    asked += 1;
    try {
      const answer = await connections.credentialFor(ANN, parent);
      if (answer.kind === 'ready' && answer.credential.kind === 'bearer') generation = answer.credential.generation;
      else troubles.push(answer.kind);
    } catch (error) {
      troubles.push(isBehalfError(error) ? error.code : 'foreign error');
    }
  };
  const end = systemClock.now() + order.forMs;
  while (systemClock.now() < end) {
    await Promise.all([ask(), ask(), ask(), ask(), ask()]);
    await systemClock.sleep(10);
  }
  const report: RefreshReport = { asked, troubles, generation };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  await Promise.all([stores.health.close(), httpClient.close()]);
}

void main(JSON.parse(process.argv[2] ?? ''));

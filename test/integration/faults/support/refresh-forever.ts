import { createOAuthClient } from '../../../../adapters/oauth/index.js';
import { createRedisStores } from '../../../../adapters/redis/index.js';
import { createHttpClient } from '../../../../adapters/undici/index.js';
import { createConnections } from '../../../../src/connections/connections.js';
import { createRevocationPlan } from '../../../../src/connections/revocation-plan.js';
import { isBehalfError } from '../../../../src/kernel/errors.js';
import { noMetrics } from '../../../../src/kernel/metrics.port.js';
import { Secret } from '../../../../src/kernel/secret.js';
import { systemClock } from '../../../../src/kernel/system-clock.js';
import { createVault } from '../../../../src/kernel/vault.js';
import { ANN } from '../../../support/connection-kit.js';
import { oauthApp, oauthParent } from '../../../support/oauth-app.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

/** What the test tells each process. */
export interface RefreshForever {
  readonly redisUrl: string;
  readonly key: string;
  readonly providerUrl: string;
}

/** Asks for Ann's credential until it is killed; a line for each answer: `ready`, or what it was instead. */
async function main({ key, providerUrl, redisUrl }: RefreshForever): Promise<void> {
  const base = { clock: systemClock, logger: new RecordingLogger(), metrics: noMetrics };
  const stores = await createRedisStores({ ...base, url: redisUrl });
  const parent = oauthParent(oauthApp(providerUrl));
  const vault = createVault([{ id: 'k1', key: new Secret(Buffer.from(key, 'base64')) }]);
  const httpClient = createHttpClient({ ...base, allowPrivateHosts: ['127.0.0.1'] });
  const connections = createConnections({
    ...base,
    store: stores.connections,
    leases: stores.leases,
    vault,
    oauth: createOAuthClient({ httpClient, clock: systemClock }),
    revocations: createRevocationPlan({ ...base, queue: stores.revocations, vault, parents: () => parent }),
  });
  for (;;) {
    const answer = await connections.credentialFor(ANN, parent).then(
      ({ kind }) => kind,
      (error: unknown) => (isBehalfError(error) ? error.code : 'foreign error'),
    );
    process.stdout.write(`${answer}\n`);
    await systemClock.sleep(20);
  }
}

void main(JSON.parse(process.argv[2] ?? ''));

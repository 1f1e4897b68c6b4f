import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createRedisStores } from '../../../adapters/redis/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { createConnections } from '../../../src/connections/connections.js';
import { KeepAlive } from '../../../src/connections/keep-alive.js';
import { KeepAliveSweep } from '../../../src/connections/keep-alive-sweep.js';
import type { KeepAlivePolicy } from '../../../src/connections/parent-connection.js';
import { createRevocationPlan } from '../../../src/connections/revocation-plan.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault } from '../../../src/kernel/vault.js';
import { oauthApp, oauthParent } from '../../support/oauth-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';

/** What the test tells each process. */
export interface KeepAliveOrder {
  readonly redisUrl: string;
  readonly key: string;
  readonly providerUrl: string;
  readonly policy: KeepAlivePolicy;
  readonly leaseMs: number;
  /** How much faster its time goes from its start on, in everything but Redis' own and that of calls. */
  readonly speed: number;
}

function fastClock(speed: number): Clock {
  const start = systemClock.now();
  return {
    now: () => start + (systemClock.now() - start) * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}

/** Keeps logins alive until it is killed; a line when it begins to, and one for each login. */
async function main({ key, leaseMs, policy, providerUrl, redisUrl, speed }: KeepAliveOrder): Promise<void> {
  const clock = fastClock(speed);
  const metrics = {
    ...noMetrics,
    count(name: string, labels?: Readonly<Record<string, string>>): void {
      if (name === 'kept_alive') process.stdout.write(`${labels?.['outcome']}\n`);
    },
  };
  const base = { clock, logger: new RecordingLogger(), metrics };
  const stores = await createRedisStores({ ...base, clock: systemClock, url: redisUrl });
  const parent = oauthParent(oauthApp(providerUrl, { keepAlive: policy }));
  const parents = () => parent;
  const vault = createVault([{ id: 'k1', key: new Secret(Buffer.from(key, 'base64')) }]);
  const httpClient = createHttpClient({ ...base, clock: systemClock, allowPrivateHosts: ['127.0.0.1'] });
  const { idle } = createConnections({
    ...base,
    store: stores.connections,
    leases: stores.leases,
    vault,
    parents,
    oauth: createOAuthClient({ httpClient, clock }),
    revocations: createRevocationPlan({ ...base, queue: stores.revocations, vault, parents }),
  });
  const sweep = new KeepAliveSweep({
    store: stores.connections,
    list: stores.keepAlive,
    marks: stores.expiring,
    plan: (owner, name, of) => idle.plan(owner, name, of),
    parents: () => [parent],
  });
  const { keepAlive: list, leases } = stores;
  new KeepAlive({ ...base, list, leases, idle, sweep, parents: () => [parent], random: Math.random, leaseMs }).start();
  process.stdout.write('started\n');
}

void main(JSON.parse(process.argv[2] ?? ''));

import { createOAuthClient } from '../../../../adapters/oauth/index.js';
import { createRedisStores } from '../../../../adapters/redis/index.js';
import { createHttpClient } from '../../../../adapters/undici/index.js';
import type { PersonOwner } from '../../../../src/connections/connection.js';
import { type Connections, createConnections } from '../../../../src/connections/connections.js';
import type { LeaseStore } from '../../../../src/connections/lease-store.port.js';
import { createRevocationPlan } from '../../../../src/connections/revocation-plan.js';
import { Revoker } from '../../../../src/connections/revoker.js';
import type { Clock } from '../../../../src/kernel/clock.port.js';
import { noMetrics } from '../../../../src/kernel/metrics.port.js';
import { Secret } from '../../../../src/kernel/secret.js';
import { systemClock } from '../../../../src/kernel/system-clock.js';
import { createVault } from '../../../../src/kernel/vault.js';
import { startProcess, type TestProcess } from '../../../contract/stores/processes.js';
import { ANNS_ACCOUNT } from '../../../support/connection-kit.js';
import { oauthApp, oauthParent } from '../../../support/oauth-app.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import type { RotatingFamilies } from './rotating-families.js';

/** What the test tells each process. */
export interface RefreshOrder {
  readonly redisUrl: string;
  /** In base64. */
  readonly key: string;
  readonly providerUrl: string;
  readonly people: readonly string[];
}

/** Leases and tokens live that much shorter than they do in earnest, so that providers can take longer than a lease. */
export const HASTE = 5;

/** The same time in all processes, only faster. */
export const hastyClock: Clock = {
  now: () => systemClock.now() * HASTE,
  sleep: (ms, signal) => systemClock.sleep(ms / HASTE, signal),
};

export function personOf(name: string): PersonOwner {
  return { platform: 'slack', tenantId: 'T1', userId: name };
}

/** Logs everybody in, with the first pair of each family. */
export async function logInAll(connections: Connections, families: RotatingFamilies, names: readonly string[]) {
  for (const name of names) {
    const { access_token, refresh_token } = families.pair(name, 0);
    const now = hastyClock.now();
    const tokens = {
      accessToken: new Secret(access_token),
      refreshToken: new Secret(refresh_token),
      scopes: ['api'],
      issuedAt: now,
      expiresAt: now + families.tokenSeconds * 1_000,
    };
    await connections.activate(personOf(name), 'crm', tokens, ANNS_ACCOUNT);
  }
}

/** A process that asks for everybody's credential until it is killed. */
export function startRefreshing(order: RefreshOrder): TestProcess {
  return startProcess('../../integration/faults/support/refreshing-process.ts', JSON.stringify(order));
}

/** Resolves when the process has got everybody's credential from now on; rejects when somebody's login is lost. */
export async function readyAgain(process: TestProcess, names: readonly string[]): Promise<void> {
  const before = (await process.lines(1)).length;
  for (let count = before; ; count += 1) {
    const lines = await process.lines(count + 1);
    const lost = names.filter((name) => lines.includes(`${name} login_required`));
    if (lost.length > 0) throw new Error(`The logins of ${lost.join(', ')} are lost`);
    const since = lines.slice(before);
    if (names.every((name) => since.includes(`${name} ready`))) return;
  }
}

/** Connections on a real Redis, as each process of the service has them. */
export async function openRefreshParts(order: RefreshOrder, commandTimeoutMs?: number) {
  const base = { clock: systemClock, logger: new RecordingLogger(), metrics: noMetrics };
  const stores = await createRedisStores({
    ...base,
    url: order.redisUrl,
    ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }),
  });
  const parent = oauthParent(oauthApp(order.providerUrl));
  const parents = () => parent;
  const vault = createVault([{ id: 'k1', key: new Secret(Buffer.from(order.key, 'base64')) }]);
  const httpClient = createHttpClient({ ...base, allowPrivateHosts: ['127.0.0.1'] });
  const oauth = createOAuthClient({ httpClient, clock: hastyClock });
  const hasty = { ...base, clock: hastyClock };
  const revocations = createRevocationPlan({ ...hasty, queue: stores.revocations, vault, parents });
  const leases = inHaste(stores.leases);
  const connections = createConnections({ ...hasty, store: stores.connections, leases, vault, oauth, revocations });
  const revoker = new Revoker({ ...hasty, stores, vault, oauth, parents });
  return {
    connections,
    parent,
    revoker,
    close: () => Promise.all([stores.health.close(), httpClient.close()]),
  };
}

function inHaste(leases: LeaseStore): LeaseStore {
  return {
    acquire: (key, holder, ttlMs, options) => leases.acquire(key, holder, ttlMs / HASTE, options),
    renew: (key, holder, ttlMs) => leases.renew(key, holder, ttlMs / HASTE),
    release: leases.release,
  };
}

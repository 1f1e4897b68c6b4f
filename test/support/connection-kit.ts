import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEmbeddedStores, type EmbeddedStores } from '../../adapters/embedded/index.js';
import { createOAuthClient } from '../../adapters/oauth/index.js';
import { createHttpClient } from '../../adapters/undici/index.js';
import type { Account, PersonOwner, TokenSet } from '../../src/connections/connection.js';
import { type Connections, type ConnectionsDeps, createConnections } from '../../src/connections/connections.js';
import type { OAuthApp, ParentConnection } from '../../src/connections/parent-connection.js';
import { createRevocationPlan } from '../../src/connections/revocation-plan.js';
import { Revoker } from '../../src/connections/revoker.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault, type VaultKey } from '../../src/kernel/vault.js';
import { createManualClock, type ManualClock } from './clocks.js';
import type { Disk } from './disks.js';
import { oauthApp, oauthParent } from './oauth-app.js';
import { RecordingLogger } from './recording-logger.js';
import { startTokenServer, type TokenServer } from './token-server.js';

export const ANN: PersonOwner = { platform: 'slack', tenantId: 'T1', userId: 'U-ann' };
export const BOB: PersonOwner = { platform: 'slack', tenantId: 'T1', userId: 'U-bob' };
export const ANNS_ACCOUNT: Account = { id: 'a-1', label: 'ann@acme.example', confirmedEmail: 'ann@acme.example' };

export function vaultKey(id: string): VaultKey {
  return { id, key: new Secret(randomBytes(32)) };
}

export interface ConnectionKit {
  readonly clock: ManualClock;
  readonly logger: RecordingLogger;
  readonly provider: TokenServer;
  readonly stores: EmbeddedStores;
  readonly httpClient: HttpClient;
  readonly parent: ParentConnection;
  /** What connections and logins are made of. */
  readonly deps: ConnectionsDeps & { readonly parents: (name: string) => ParentConnection | undefined };
  readonly connections: Connections;
  readonly revoker: Revoker;
  /** Tokens that count from now; expire after an hour unless told otherwise. */
  tokens(access: string, refresh?: string, expiresInMs?: number): TokenSet;
  /** Lets the time run, about twenty times as fast as the real one, until `work` is done. */
  during<T>(work: Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Connections on a real store, by default an embedded one of its own, and a real HTTP server that plays the provider; only time stands still. */
export async function startConnectionKit(change: Partial<OAuthApp> = {}, disk?: Disk): Promise<ConnectionKit> {
  const directory = mkdtempSync(path.join(tmpdir(), 'behalf-connections-'));
  const clock = disk ? createManualClock(Date.now()) : createManualClock();
  const logger = new RecordingLogger();
  const provider = await startTokenServer();
  const stores = disk
    ? await disk.open(clock, logger)
    : await createEmbeddedStores({ directory, clock, logger, metrics: noMetrics });
  const parent = oauthParent(oauthApp(provider.url, change));
  const parents = (name: string) => (name === parent.name ? parent : undefined);
  const vault = createVault([vaultKey('k1')]);
  const httpClient = createHttpClient({ allowPrivateHosts: ['127.0.0.1'], logger, clock: systemClock });
  const oauth = createOAuthClient({ httpClient, clock, timeoutMs: 6_000 });
  const revocations = createRevocationPlan({ queue: stores.revocations, vault, clock, parents });
  const deps = {
    store: stores.connections,
    leases: stores.leases,
    vault,
    oauth,
    revocations,
    parents,
    clock,
    logger,
    metrics: noMetrics,
    random: () => 0.5,
  };
  return {
    clock,
    logger,
    provider,
    stores,
    httpClient,
    parent,
    deps,
    connections: createConnections(deps),
    revoker: new Revoker({ ...deps, stores }),
    tokens: (access, refresh, expiresInMs = 3_600_000) => ({
      accessToken: new Secret(access),
      ...(refresh === undefined ? {} : { refreshToken: new Secret(refresh) }),
      expiresAt: clock.now() + expiresInMs,
      issuedAt: clock.now(),
      scopes: ['api'],
    }),
    async during(work) {
      let isDone = false;
      const done = work.finally(() => {
        isDone = true;
      });
      done.catch(() => undefined);
      while (!isDone) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await clock.advance(20);
      }
      return done;
    },
    async stop() {
      await Promise.all([stores.health.close(), provider.stop(), httpClient.close()]);
      await disk?.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

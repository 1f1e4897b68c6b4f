import { randomBytes } from 'node:crypto';
import { createEmbeddedStores } from '../../adapters/embedded/index.js';
import { createRedisStores } from '../../adapters/redis/index.js';
import type { AuditStore } from '../../src/audit/audit-store.port.js';
import type { PersonOwner } from '../../src/connections/connection.js';
import { sealRow } from '../../src/connections/connection-records.js';
import type { ConnectionStore } from '../../src/connections/connection-store.port.js';
import { INSTALLATION } from '../../src/connections/installations.js';
import { parseKeyring } from '../../src/kernel/key-entries.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault, type Vault } from '../../src/kernel/vault.js';
import { TEAM } from './platform.js';

const BATCH = 1_000;
const DAY_MS = 86_400_000;

/** `jwt`: tokens as Microsoft and Salesforce give them, 1.9 KB sealed. `opaque`: as GitHub and Box give them. */
export type TokenKind = 'jwt' | 'opaque';

/** Bytes of chance in an access and in a refresh token; text takes a third more. */
const TOKEN_BYTES: Readonly<Record<TokenKind, readonly [number, number]>> = { jwt: [1_050, 180], opaque: [24, 24] };

/** What a connection is written with into the store, as a login would leave it. */
export interface Seed {
  readonly owner: PersonOwner;
  /** Name of the connection. */
  readonly name: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** In ms since the epoch. */
  readonly expiresAt?: number;
  readonly accountId: string;
}

/** A person's connection to the bench's app. */
export function personSeed(user: string, kind: TokenKind, name = 'bench-app'): Seed {
  const [access, refresh] = TOKEN_BYTES[kind];
  return {
    owner: { platform: 'slack', tenantId: TEAM, userId: user },
    name,
    accessToken: randomBytes(access).toString('base64url'),
    refreshToken: randomBytes(refresh).toString('base64url'),
    expiresAt: Date.now() + 30 * DAY_MS,
    accountId: 'account',
  };
}

/** The app as it is installed in a workspace of Slack. */
export function workspaceSeed(team: string): Seed {
  return {
    owner: { platform: 'slack', tenantId: team, userId: '' },
    name: INSTALLATION,
    accessToken: `xoxb-${randomBytes(40).toString('base64url')}`,
    accountId: 'U0BOT',
  };
}

/** Opens a store as the service does. `prefix`: of the keys in Redis. */
export async function openStore(
  place: { readonly redisUrl: string; readonly prefix?: string } | { readonly directory: string },
): Promise<{ readonly connections: ConnectionStore; readonly audit: AuditStore; close(): Promise<void> }> {
  const base = { clock: systemClock, logger: silent, metrics: noMetrics };
  const stores =
    'redisUrl' in place
      ? await createRedisStores({ ...base, ...place, url: place.redisUrl, commandTimeoutMs: 60_000 })
      : await createEmbeddedStores({ ...base, directory: place.directory });
  return { connections: stores.connections, audit: stores.audit, close: () => stores.health.close() };
}

export function vaultOf(encryptionKeys: string): Vault {
  return createVault(parseKeyring(encryptionKeys));
}

/** Writes connections through the store's port, a thousand at a time. */
export async function writeSeeds(
  store: ConnectionStore,
  vault: Vault,
  seeds: Iterable<Seed>,
  onProgress: (written: number) => void = () => {},
): Promise<number> {
  let written = 0;
  let batch: Seed[] = [];
  const flush = async (): Promise<void> => {
    const done = await Promise.all(batch.map((seed) => store.write(rowOf(vault, seed))));
    if (done.includes(false)) throw new Error('A connection of the bench was there before');
    written += batch.length;
    batch = [];
    onProgress(written);
  };
  for (const seed of seeds) {
    batch.push(seed);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return written;
}

/** Size of one row's ciphertext, in bytes. */
export function sealedBytes(vault: Vault, seed: Seed): number {
  return rowOf(vault, seed).sealed.byteLength;
}

function rowOf(vault: Vault, seed: Seed) {
  const now = Date.now();
  return sealRow(vault, {
    owner: seed.owner,
    name: seed.name,
    generation: 1,
    status: 'connected',
    account: { id: seed.accountId, label: 'person@bench.example', confirmedEmail: 'person@bench.example' },
    tokens: {
      accessToken: new Secret(seed.accessToken),
      ...(seed.refreshToken === undefined ? {} : { refreshToken: new Secret(seed.refreshToken) }),
      ...(seed.expiresAt === undefined ? {} : { expiresAt: seed.expiresAt }),
      issuedAt: now - DAY_MS,
      scopes: [],
    },
    connectedAt: now,
    changedAt: now,
  });
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Connection } from '../../../src/connections/connection.js';
import { openRow, sealRow } from '../../../src/connections/connection-records.js';
import { openJob, sealJob } from '../../../src/jobs/job-record.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { openEmbeddedStores } from './embedded-harness.js';
import { startProcess } from './processes.js';
import { openRedisStores } from './redis-harness.js';
import { ANN, jobId, jobRow, type Stores } from './stores.js';

const CONNECTIONS = 1_200;
const JOBS = 200;
const PREFIX = 'rotate:';
const Report = z.object({
  checked: z.number(),
  resealed: z.number(),
  uses: z.object({ unreadable: z.number(), keys: z.array(z.object({ id: z.string(), lasting: z.number() })) }),
});

const [old, next] = ['old', 'new'].map((id) => ({ id, bytes: randomBytes(32) }));
if (!old || !next) throw new Error('there are two keys');
const keyring = [next, old].map(({ bytes, id }) => `${id}:${bytes.toString('base64')}`).join(',');
const vaultOf = ({ bytes, id }: NonNullable<typeof old>) => createVault([{ id, key: new Secret(bytes) }]);
const [before, after] = [vaultOf(old), vaultOf(next)];

const owners = Array.from({ length: CONNECTIONS }, (_, n) => ({ platform: 'slack', tenantId: 'T1', userId: `U${n}` }));
const jobIds = Array.from({ length: JOBS }, (_, n) => jobId(n));
const STATE = { recipeVersion: 'v1', parameters: {}, done: {}, loginsAsked: {} };

function connection(owner: (typeof owners)[number]): Connection {
  const tokens = { accessToken: new Secret(owner.userId), issuedAt: 1, scopes: [] };
  return { owner, name: 'crm', generation: 1, status: 'connected', tokens, connectedAt: 1, changedAt: 1 };
}

async function fill(stores: Stores): Promise<void> {
  await Promise.all(owners.map((owner) => stores.connections.write(sealRow(before, connection(owner)))));
  for (const id of jobIds) {
    const { sealed: _, ...job } = jobRow({ id, user: ANN });
    await stores.jobs.accept(sealJob(before, { ...job, state: STATE }), id, 3_600_000);
  }
  await stores.health.close();
}

/** Everything opens with the new key alone. */
async function expectAllNew(stores: Stores): Promise<void> {
  for (const owner of owners) {
    const row = await stores.connections.get(owner, 'crm');
    expect(row && openRow(after, row).tokens?.accessToken.reveal()).toBe(owner.userId);
  }
  for (const id of jobIds) {
    const row = await stores.jobs.load(id);
    expect(row && openJob(after, row).state).toEqual(STATE);
  }
}

function reportOf(lines: readonly string[]) {
  return Report.parse(JSON.parse(lines.at(-1) ?? ''));
}

const WHOLE = {
  unreadable: 0,
  keys: [
    { id: 'new', lasting: CONNECTIONS + JOBS },
    { id: 'old', lasting: 0 },
  ],
};

/** What only processes of their own can show. */
function describeProcesses(place: () => string, open: () => Promise<Stores>): void {
  it('goes on where it was killed, until all is under the new key', async () => {
    await fill(await open());
    const killed = startProcess('rotate-process.ts', place(), PREFIX, keyring, '3');
    await killed.lines(3);
    const lines = await killed.kill();
    expect(lines.every((line) => /^\d+$/.test(line))).toBe(true);
    const done = Number(lines.at(-1));
    expect(done).toBeGreaterThan(0);
    const { checked, resealed, uses } = reportOf(
      await startProcess('rotate-process.ts', place(), PREFIX, keyring).end(),
    );
    expect(checked).toBe(CONNECTIONS + JOBS);
    // What was sealed after the last line that was heard is not done again.
    expect(resealed).toBeLessThanOrEqual(checked - done);
    expect(resealed).toBeGreaterThan(0);
    expect(uses).toEqual(WHOLE);
    const stores = await open();
    await expectAllNew(stores);
    await stores.health.close();
  }, 120_000);
}

describe('a rotation of the keys on Redis', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(() => server?.stop());
  const open = () => openRedisStores({ url: server.url, prefix: PREFIX });

  describeProcesses(() => server.url, open);

  it('goes on by itself beside another one, and both do every row once', async () => {
    await fill(await open());
    const both = ['a', 'b'].map(() => startProcess('rotate-process.ts', server.url, PREFIX, keyring));
    const reports = (await Promise.all(both.map((one) => one.end()))).map(reportOf);
    expect(reports.reduce((sum, { resealed }) => sum + resealed, 0)).toBe(CONNECTIONS + JOBS);
    for (const { uses } of reports) expect(uses).toEqual(WHOLE);
  }, 120_000);
});

describe('a rotation of the keys in the embedded store', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'behalf-rotate-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  describeProcesses(
    () => directory,
    () => openEmbeddedStores({ directory }),
  );
});

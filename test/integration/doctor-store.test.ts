import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { examineFolder } from '../../adapters/embedded/examine.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import { examineStore } from '../../src/compose/examine-store.js';
import { lookAtStore } from '../../src/compose/look-at-store.js';
import { parseStoreConfig } from '../../src/config.js';
import type { Finding } from '../../src/doctor/examination.port.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault } from '../../src/kernel/vault.js';
import { generateKey } from '../../src/keyring.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';
import { openRedisStores } from '../contract/stores/redis-harness.js';
import type { Stores } from '../contract/stores/stores.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { startRedis } from '../support/redis-server.js';

const NOBODY = 65_534;

/** Root may write everywhere. */
async function asNobody<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  chownSync(folder, NOBODY, NOBODY);
  for (const name of readdirSync(folder)) chownSync(join(folder, name), NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('what behalf doctor finds of the embedded store', () => {
  const key = generateKey('k1');
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-doctor-store-'));
    file = join(folder, 'behalf.db');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function doctor(settings: Readonly<Record<string, string>> = {}): Promise<Finding | undefined> {
    const config = parseStoreConfig({ DATA_DIR: folder, ENCRYPTION_KEYS: key, ...settings });
    const basics = { clock: systemClock, logger: new RecordingLogger(), metrics: noMetrics };
    const [finding, ...others] = await examineStore(config, await lookAtStore(config), basics);
    expect(others).toEqual([]);
    return finding;
  }

  /** The first event seals the key of the audit log. */
  async function noteSomething(stores: Stores): Promise<void> {
    const vault = createVault([{ id: 'k1', key: new Secret(Buffer.from(key.slice('k1:'.length), 'base64')) }]);
    const log = new AuditLog({ store: stores.audit, vault });
    await log.append(await log.seal([{ at: 1, event: { kind: 'keys', outcome: 'rotated' } }]));
    await stores.health.close();
  }

  const make = async () => (await openEmbeddedStores({ directory: folder })).health.close();

  it('is nothing wrong where there is none yet, and none is made', async () => {
    expect(await doctor()).toMatchObject({ state: 'unknown', fix: 'It is made when the service first starts.' });
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(file, '');
    expect(await doctor()).toMatchObject({ state: 'unknown', fix: 'It is made when the service first starts.' });
  });

  it('is that it can be read, or is open in a service', async () => {
    await make();
    expect(await doctor()).toMatchObject({ state: 'ok', says: 'the embedded store can be read' });
    expect(await doctor({ ENCRYPTION_KEYS: '' })).toMatchObject({
      state: 'unknown',
      says: 'ENCRYPTION_KEYS is not set',
    });
    const stores = await openEmbeddedStores({ directory: folder });
    expect(await doctor()).toMatchObject({ state: 'ok', says: 'the embedded store is open in a running service' });
    await stores.health.close();
  });

  it('is wrong where its key is not among those that are given, or is another one of the same id', async () => {
    const stores = await openEmbeddedStores({ directory: folder });
    await noteSomething(stores);
    const lost = {
      state: 'wrong',
      says: expect.stringContaining('with a key k1 that'),
      fix: expect.stringContaining('all keys'),
    };
    expect(await doctor({ ENCRYPTION_KEYS: generateKey('k2') })).toMatchObject(lost);
    expect(await doctor({ ENCRYPTION_KEYS: generateKey('k1') })).toMatchObject(lost);
    expect(await doctor({ ENCRYPTION_KEYS: `${generateKey('k2')},${key}` })).toMatchObject({ state: 'ok' });
  });

  it('is wrong in Redis, too, where its key is not among those that are given', async () => {
    const redis = await startRedis();
    await noteSomething(await openRedisStores({ url: redis.url, prefix: 'behalf:' }));
    const find = async (keys: string) => {
      const config = parseStoreConfig({ REDIS_URL: redis.url, ENCRYPTION_KEYS: keys });
      const basics = { clock: systemClock, logger: new RecordingLogger(), metrics: noMetrics };
      return examineStore(config, await lookAtStore(config), basics);
    };
    const lost = expect.objectContaining({ state: 'wrong', says: expect.stringContaining('with a key k1 that') });
    expect(await find(generateKey('k2'))).toContainEqual(lost);
    expect(await find(key)).not.toContainEqual(lost);
    await redis.stop();
  });

  it('is wrong, with what to do, where this user may not write the folder, or the file in it', async () => {
    await make();
    const may = (work: () => Promise<Finding | undefined>) => asNobody(folder, work);
    const cannotWrite = {
      state: 'wrong',
      says: `${folder} (DATA_DIR) cannot be written by this user (EACCES)`,
      fix: expect.stringContaining('to the user that runs the service'),
    };
    chmodSync(folder, 0o555);
    expect(await may(doctor)).toMatchObject(cannotWrite);
    expect(await may(() => doctor({ DATA_DIR: join(folder, 'not', 'there') }))).toMatchObject(cannotWrite);
    chmodSync(folder, 0o777);
    chmodSync(file, 0o444);
    expect(await may(doctor)).toMatchObject(cannotWrite);
    expect(readdirSync(folder)).toEqual(['behalf.db']);
  });

  it('is that room is short, where it is', () => {
    expect(examineFolder(folder, { isOpen: true, wantedMegabytes: Number.MAX_SAFE_INTEGER })).toEqual([
      {
        subject: 'store',
        state: 'warning',
        says: expect.stringMatching(/ has \d+ MB left$/),
        fix: expect.stringContaining('Make room'),
      },
    ]);
    expect(examineFolder(folder, { isOpen: true, wantedMegabytes: 0 })).toEqual([]);
  });

  it('is that the next start brings one of an older version up to date', async () => {
    await make();
    const raw = new Libsql(file);
    raw.exec('PRAGMA user_version = 1');
    raw.close();
    expect(await doctor()).toMatchObject({
      state: 'ok',
      says: expect.stringContaining('an older version of Behalf: it is'),
    });
  });

  it('is wrong where it is of a newer version, which must be used then', async () => {
    await make();
    const raw = new Libsql(file);
    raw.exec('PRAGMA user_version = 9999');
    raw.close();
    expect(await doctor()).toEqual({
      subject: 'store',
      state: 'wrong',
      says: expect.stringContaining('Use that version'),
    });
  });

  it('is wrong, with what to do, where the file is damaged', async () => {
    await make();
    truncateSync(file, 8_192);
    const damaged = {
      state: 'wrong',
      says: expect.stringContaining('is damaged'),
      fix: expect.stringContaining('restore'),
    };
    expect(await doctor()).toMatchObject(damaged);
    writeFileSync(file, 'no database at all, but long enough to look like something');
    expect(await doctor()).toMatchObject(damaged);
  });

  it('is wrong, with what to do, where the folder is a file, or the file cannot be opened or is of somebody else', async () => {
    const fix = expect.stringContaining('Set DATA_DIR');
    writeFileSync(join(folder, 'data'), 'a file');
    const isFile = { state: 'wrong', says: `DATA_DIR: ${join(folder, 'data')} is not a folder`, fix };
    expect(await doctor({ DATA_DIR: join(folder, 'data') })).toMatchObject(isFile);
    mkdirSync(file);
    expect(await doctor()).toMatchObject({ state: 'wrong', says: expect.stringContaining('cannot be opened'), fix });
    rmSync(file, { recursive: true });
    const raw = new Libsql(file);
    raw.exec('CREATE TABLE other (id)');
    raw.close();
    expect(await doctor()).toMatchObject({ state: 'wrong', says: expect.stringContaining('another program'), fix });
  });
});

import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { backUpFile, restoreFile } from '../../../adapters/embedded/index.js';
import { APPLICATION_ID, MIGRATIONS } from '../../../adapters/embedded/schema.js';
import { jobOwnerKey } from '../../../src/chat/job-owner.js';
import { joinKey, sha256 } from '../../../src/kernel/ids.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createManualClock } from '../../support/clocks.js';
import { openEmbeddedStores } from './embedded-harness.js';
import { startProcess, startProcessAfter } from './processes.js';
import { ANN, jobId, jobRow, TURN, until } from './stores.js';

const HOUR_MS = 3_600_000;

describe('file of the embedded store', () => {
  let parent: string;
  let directory: string;
  let file: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'behalf-embedded-'));
    directory = join(parent, 'data');
    file = join(directory, 'behalf.db');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  /** Runs SQL on the file as another program would. */
  function runSql(sql: string): void {
    mkdirSync(directory, { recursive: true });
    const database = new Libsql(file);
    database.exec(sql);
    database.close();
  }

  /** Makes the file as the version that knew so many steps left it. */
  function writeFileOf(steps: number, rows: string): void {
    const made = MIGRATIONS.slice(0, steps).join(';');
    runSql(`${made}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps}; ${rows}`);
  }

  it('is readable by its owner only, and one file after closing', async () => {
    const stores = await openEmbeddedStores({ directory });
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expect(await stores.health.warnings()).toEqual([]);
    await stores.health.close();
    expect(readdirSync(directory)).toEqual(['behalf.db']);
  });

  it('comes with a warning when others can read its folder', async () => {
    mkdirSync(directory);
    chmodSync(directory, 0o755);
    const stores = await openEmbeddedStores({ directory });
    expect(await stores.health.warnings()).toEqual([
      `Other users of this machine can read ${directory} (DATA_DIR); chmod 700 keeps them out.`,
    ]);
    await stores.health.close();
  });

  it('loses nothing that was acknowledged when the process is killed while it writes', async () => {
    const writer = startProcess('embedded-process.ts', 'write', directory);
    await writer.lines(400);
    const acknowledged = await writer.kill();
    const last = Number(acknowledged.at(-1));
    const stores = await openEmbeddedStores({ directory });
    for (let n = 1; n <= last; n += 1) {
      expect((await stores.jobs.load(jobId(n)))?.sealed).toEqual(Buffer.alloc(1_900, n));
      expect(await stores.expiring.get({ kind: 'login', id: String(n) })).toBe('value');
    }
    expect(await stores.jobs.accept(jobRow({ id: 'again' }), `event ${last}`, 1_000)).toMatchObject({
      kind: 'duplicate',
    });
    expect((await stores.connections.get(ANN, 'crm'))?.generation).toBeGreaterThanOrEqual(last);
    await stores.health.close();
  });

  it('is backed up whole while a process writes into it, with all that it has acknowledged', async () => {
    const writer = startProcess('embedded-process.ts', 'steadily', directory);
    let written = 400;
    for (const number of [1, 2, 3]) {
      const acknowledged = await writer.lines(written);
      const copy = join(parent, `backup-${number}.db`);
      await backUpFile(directory, copy);
      const restored = join(parent, `restored-${number}`);
      expect(await restoreFile(restored, copy, systemClock)).toBeUndefined();
      const stores = await openEmbeddedStores({ directory: restored });
      // The writer does not wait for us: of what it has got done meanwhile, some are looked at, the last among them.
      const step = Math.ceil(acknowledged.length / 500);
      for (const line of acknowledged.filter((_, index) => (acknowledged.length - 1 - index) % step === 0)) {
        expect((await stores.jobs.load(jobId(Number(line))))?.sealed).toEqual(Buffer.alloc(1_900, Number(line)));
      }
      expect((await stores.connections.get(ANN, 'crm'))?.generation).toBeGreaterThanOrEqual(acknowledged.length);
      await stores.health.close();
      // The log is folded back and begun anew on the way.
      written = acknowledged.length + 1_200;
    }
    await writer.kill();
  }, 120_000);

  it.each([
    [
      'damaged',
      () => {
        for (const path of [file, `${file}-wal`]) writeFileSync(path, 'damaged'.repeat(1_000));
      },
    ],
    ['of a newer version', () => runSql('PRAGMA user_version = 999')],
  ])('gives way to a backup where it is %s', async (_, spoil) => {
    await (await openEmbeddedStores({ directory })).health.close();
    const copy = join(parent, 'backup.db');
    await backUpFile(directory, copy);
    spoil();
    const spoilt = readFileSync(file);
    const aside = await restoreFile(directory, copy, systemClock);
    expect(readFileSync(aside ?? '')).toEqual(spoilt);
    await (await openEmbeddedStores({ directory })).health.close();
    expect(readdirSync(directory)).not.toContain('behalf.db-wal');
  });

  it('says what is wrong with a backup that is none', async () => {
    await expect(restoreFile(directory, parent, systemClock)).rejects.toThrow(`${parent} is not a file`);
    await expect(restoreFile(directory, file, systemClock)).rejects.toThrow(`There is no ${file}`);
  });

  it('delivers again what a killed process had in hand, and not what it had done', async () => {
    const taker = startProcess('embedded-process.ts', 'take', directory);
    expect(await taker.lines(2)).toEqual(['one', 'two']);
    await taker.kill();
    const stores = await openEmbeddedStores({ directory });
    const delivered: string[] = [];
    await stores.queue.start(async (id) => void delivered.push(id), { concurrency: 2 });
    await stores.queue.push('three', TURN);
    await until(() => delivered.length >= 2);
    await stores.queue.stop();
    await stores.health.close();
    expect([...delivered].sort()).toEqual(['three', 'two']);
  });

  it('belongs to one process at a time', async () => {
    const inUse = { code: 'config.invalid', message: expect.stringContaining('in use by another process') };
    const first = await openEmbeddedStores({ directory });
    await expect(openEmbeddedStores({ directory })).rejects.toMatchObject(inUse);
    await first.leases.acquire('key', 'holder', 60_000);
    await first.health.close();
    const other = startProcess('embedded-process.ts', 'write', directory);
    await other.lines(1);
    await expect(openEmbeddedStores({ directory })).rejects.toMatchObject(inUse);
    await other.kill();
    const next = await openEmbeddedStores({ directory });
    expect(await next.leases.acquire('key', 'other', 60_000)).toBe(false);
    await next.health.close();
  });

  it.each([
    ['the database of another program', 'CREATE TABLE theirs (id TEXT); PRAGMA user_version = 1', 'another program'],
    ['marked by another program', 'PRAGMA application_id = 77', 'another program'],
    ['of a newer version', 'PRAGMA application_id = 1112034374; PRAGMA user_version = 999', 'newer version'],
  ])('is refused and left alone when it is %s', async (_, sql, said) => {
    runSql(sql);
    const before = readFileSync(file);
    await expect(openEmbeddedStores({ directory })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(said),
    });
    expect(readFileSync(file)).toEqual(before);
  });

  it('of the first version is taken over with its connections, which can be kept alive from then on', async () => {
    writeFileOf(1, `INSERT INTO connections VALUES ('"shared"', 'crm', 4, 77, x'0102')`);
    const { connections, health, keepAlive } = await openEmbeddedStores({ directory });
    const crm = { owner: 'shared', name: 'crm', generation: 4 } as const;
    expect(await connections.get('shared', 'crm')).toEqual({ ...crm, sealed: Buffer.from([1, 2]) });
    expect(await connections.lastUses('shared')).toEqual({ crm: 77 });
    expect(await keepAlive.due(Number.MAX_SAFE_INTEGER, 10, 0)).toEqual([]);
    expect(await keepAlive.schedule(crm, 5)).toBe(true);
    expect(await keepAlive.due(5, 10, 0)).toEqual([{ owner: 'shared', name: 'crm' }]);
    await health.close();
  });

  it('is refused and left alone when it is no database', async () => {
    mkdirSync(directory);
    writeFileSync(file, 'These are my notes.\n'.repeat(500));
    await expect(openEmbeddedStores({ directory })).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringContaining('Nothing was changed'),
    });
    expect(readFileSync(file, 'utf8')).toBe('These are my notes.\n'.repeat(500));
  });

  it('says store.corrupt where it is damaged', async () => {
    const stores = await openEmbeddedStores({ directory });
    for (let n = 0; n < 200; n += 1) {
      await stores.jobs.accept(jobRow({ id: jobId(n), sealed: Buffer.alloc(3_000) }), `event ${n}`, 60_000);
    }
    await stores.health.close();
    const size = statSync(file).size;
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(size - 100_000, 0xff), 0, undefined, 50_000);
    closeSync(handle);
    const damaged = await openEmbeddedStores({ directory });
    await expect(damaged.jobs.list({}, { limit: 500 })).rejects.toMatchObject({ code: 'store.corrupt' });
    await damaged.health.close();
    expect(statSync(file).size).toBeGreaterThanOrEqual(size);
  });

  it('is refused with the reason when the folder cannot be made', async () => {
    writeFileSync(directory, 'a file');
    await expect(openEmbeddedStores({ directory })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('DATA_DIR'),
    });
  });

  it('says store.unavailable when the disk is full, keeps what it has and can still be read', async () => {
    const lines = await startProcessAfter('ulimit -f 2048', 'embedded-process.ts', 'fill', directory).end();
    expect(lines).toEqual([
      'store.unavailable',
      expect.stringMatching(/^(done|store\.unavailable)$/),
      '50000',
      'undefined',
    ]);
    const stores = await openEmbeddedStores({ directory });
    expect((await stores.jobs.load(jobId(0)))?.sealed.byteLength).toBe(50_000);
    await stores.health.close();
  });

  it('needs a build of the library for the machine, and says what to do without', async () => {
    const [line] = await startProcess('embedded-process.ts', 'strange', directory).end();
    expect(line).toMatch(
      /^config\.invalid: The embedded store has no build for this machine \(\w+-s390x\)\. Set REDIS_URL/,
    );
  });

  it('knows events that a former version has taken in, and writes down of none whose it was', async () => {
    const claim = (event: string, value: string) =>
      `('accepted', '${sha256(joinKey(jobOwnerKey(jobRow().user), event))}', ${value}, ${Date.now() + 60_000})`;
    const refusal = Buffer.from(JSON.stringify({ kind: 'refused', limit: 'pace', retryAfterMs: 7 })).toString('hex');
    writeFileOf(
      8,
      `INSERT INTO records (kind, id, value, expires_at)
      VALUES ${claim('old event', "x''")}, ${claim('refused event', `x'${refusal}'`)}`,
    );
    const { health, jobs } = await openEmbeddedStores({ directory });
    expect(await jobs.accept(jobRow(), 'new event', 60_000)).toMatchObject({ kind: 'accepted' });
    expect(await jobs.accept(jobRow({ id: jobId(7) }), 'old event', 60_000)).toEqual({ kind: 'duplicate' });
    expect(await jobs.accept(jobRow({ id: jobId(8) }), 'new event', 60_000)).toEqual({ kind: 'duplicate' });
    expect(await jobs.accept(jobRow({ id: jobId(6) }), 'refused event', 60_000)).toEqual({
      kind: 'refused',
      limit: 'pace',
      retryAfterMs: 7,
    });
    expect(await jobs.accept(jobRow({ id: jobId(9) }), 'next event', 60_000)).toMatchObject({ kind: 'accepted' });
    await health.close();
    expect(readFileSync(file).includes(joinKey(jobOwnerKey(jobRow().user), 'new event'))).toBe(false);
  });

  it('of a version with other indexes is taken over: what is open goes on, what has ended is forgotten in its time', async () => {
    const row = (number: number, status: string, attentionAt: number | null, keepUntil: number | null) =>
      `('${jobId(number)}', '["slack","T1","U1"]', 'create-opportunity', '${status}', 1, 1, 1, '[]', ${attentionAt}, ${keepUntil}, x'01')`;
    writeFileOf(
      9,
      `INSERT INTO jobs (id, person, recipe, status, version, created_at, updated_at, waiting_for, attention_at, keep_until, sealed)
      VALUES ${row(1, 'running', 30, null)}, ${row(2, 'pending', 20, null)}, ${row(3, 'suspended', 10, null)},
        ${row(4, 'succeeded', null, 50)}, ${row(5, 'failed', null, 60)}, ${row(6, 'suspended', null, null)};
      INSERT INTO claims VALUES ('${sha256(joinKey(jobOwnerKey(ANN), 'event')).slice(0, 22)}', ${Date.now() + 60_000}, NULL)`,
    );
    const { health, jobs } = await openEmbeddedStores({ directory });
    expect(await jobs.needingAttention(40, 10)).toEqual([jobId(3), jobId(2), jobId(1)]);
    expect([await jobs.countOpen(), await jobs.countOpen(ANN)]).toEqual([2, 2]);
    expect((await jobs.list({ status: 'running' }, { limit: 10 })).map(({ id }) => id)).toEqual([jobId(1)]);
    expect(await jobs.accept(jobRow({ id: jobId(7) }), 'event', 60_000)).toEqual({ kind: 'duplicate' });
    expect(await jobs.forget(50)).toBe(1);
    const left = await jobs.list({}, { limit: 10 });
    expect(left.map(({ id }) => id)).toEqual([6, 5, 3, 2, 1].map(jobId));
    expect(left.at(-1)).toEqual(
      jobRow({
        ...{ id: jobId(1), status: 'running', createdAt: 1, updatedAt: 1, attentionAt: 30, sealed: Buffer.from([1]) },
      }),
    );
    await health.close();
  });

  it('does not keep what has expired', async () => {
    const clock = createManualClock();
    const stores = await openEmbeddedStores({ directory, clock });
    for (let n = 0; n < 2_500; n += 1) await stores.expiring.put({ kind: 'event', id: `${n}` }, 'value', 1_000);
    for (let n = 0; n < 200; n += 1)
      await stores.jobs.accept(jobRow({ id: jobId(n) }), `${n}`, n === 0 ? 24 * HOUR_MS : 1_000);
    await stores.leases.acquire('short', 'holder', 1_000);
    await stores.leases.acquire('long', 'holder', 24 * HOUR_MS);
    await clock.advance(0);
    // The claims of an hour and a little ago are gone, whatever their hashes begin with.
    await clock.advance(HOUR_MS + 5 * 60_000);
    await clock.advance(0);
    await stores.health.close();
    const database = new Libsql(file);
    expect(database.prepare("SELECT count(*) AS left FROM records WHERE kind = 'event'").get([])).toMatchObject({
      left: 0,
    });
    expect(database.prepare('SELECT count(*) AS left FROM claims').get([])).toMatchObject({ left: 1 });
    expect(database.prepare('SELECT key FROM leases').all([])).toEqual([{ key: 'long' }]);
    database.close();
  });
});

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog } from '../../src/audit/audit-log.js';
import { AuditTrail } from '../../src/audit/audit-trail.js';
import { createAuditTrail } from '../../src/compose/audit.js';
import { type Metrics, noMetrics } from '../../src/kernel/metrics.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { createVault } from '../../src/kernel/vault.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';
import { type Stores, until } from '../contract/stores/stores.js';
import { createManualClock, type ManualClock } from '../support/clocks.js';
import { type FaultyStores, faultyStores } from '../support/faulty-stores.js';
import { RecordingLogger } from '../support/recording-logger.js';

const DAY = 86_400_000;
const key = (id: string) => ({ id, key: new Secret(randomBytes(32)) });

describe('what is noted for the audit log', () => {
  const former = key('former');
  const vault = createVault([former]);
  let folder: string;
  let kept: Stores;
  let faulty: FaultyStores;
  let clock: ManualClock;
  let logger: RecordingLogger;
  let log: AuditLog;
  let trail: AuditTrail;
  let counted: string[];
  let waiting: () => number | Promise<number>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-trail-'));
    kept = await openEmbeddedStores({ directory: folder });
    faulty = faultyStores(kept);
    clock = createManualClock();
    logger = new RecordingLogger();
    counted = [];
    log = new AuditLog({ store: faulty.stores.audit, vault });
    const level: Metrics['level'] = (name, read) => {
      if (name === 'audit_waiting') waiting = read;
    };
    const count = (name: string) => void counted.push(name);
    const metrics = { count, time: () => {}, gauge: () => {}, level };
    trail = new AuditTrail({ log, keepMs: 30 * DAY, clock, logger, metrics });
  });

  afterEach(async () => {
    await trail.stop();
    await kept.health.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function note(job: string): void {
    trail.note({ kind: 'job', outcome: 'started', job });
  }

  /** Time and the store's own turns go by. */
  async function pass(ms: number): Promise<void> {
    for (let part = 0; part < 4; part += 1) await clock.advance(ms / 4);
  }

  async function jobs(): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    const reader = new AuditLog({ store: kept.audit, vault });
    for await (const { event } of reader.read()) found.push(event?.job ?? `${event?.outcome} ${event?.count}`);
    expect(await reader.verify()).toMatchObject({ kind: 'whole' });
    return found;
  }

  it('costs nothing on the way, and is written together within a second', async () => {
    for (const job of ['a', 'b', 'c']) note(job);
    expect(faulty.calls).toEqual([]);
    await pass(1_000);
    expect(await jobs()).toEqual(['a', 'b', 'c']);
    expect(faulty.calls.filter((call) => call === 'audit.append')).toHaveLength(1);
    expect(await kept.audit.read(0, 10)).toEqual([expect.objectContaining({ number: 3, count: 3 })]);
    expect(counted).toEqual(['audit_entries', 'audit_entries', 'audit_entries']);
  });

  it('is written when the process stops', async () => {
    note('a');
    await trail.stop();
    expect(await jobs()).toEqual(['a']);
  });

  it('waits while the store is away, and is then there in its order; one line of the log tells', async () => {
    const fault = { at: 'audit.append', kind: 'lost', times: 3 } as const;
    faulty.faults.push({ ...fault });
    note('a');
    await pass(2_000);
    note('b');
    await pass(4_000);
    expect(await jobs()).toEqual(['a', 'b']);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('is there once where the answer of the store was lost', async () => {
    faulty.faults.push({ at: 'audit.append', kind: 'unheard', times: 2 });
    note('a');
    await pass(1_000);
    note('b');
    await pass(5_000);
    expect(await jobs()).toEqual(['a', 'b']);
  });

  it('is bounded: what finds no room is counted, and the log itself says how much is missing', async () => {
    for (let number = 0; number < 10_003; number += 1) note('x');
    expect(counted).toEqual(['audit_lost', 'audit_lost', 'audit_lost']);
    await trail.stop();
    const found = await jobs();
    expect(found.filter((job) => job === 'x')).toHaveLength(10_000);
    expect(found.filter((job) => job !== 'x')).toEqual(['lost 3']);
  });

  it('is nothing where nothing is to be kept, and what was noted before goes', async () => {
    note('a');
    await pass(1_000);
    expect(await jobs()).toEqual(['a']);
    const off = createAuditTrail({ auditMs: 0 }, { stores: kept, vault, clock, logger, metrics: noMetrics });
    off.start();
    await until(() => logger.lines.length > 0);
    off.note({ kind: 'job', outcome: 'started', job: 'b' });
    await off.stop();
    expect(await jobs()).toEqual([]);
    expect(logger.lines).toEqual([expect.objectContaining({ fields: expect.objectContaining({ forgotten: 1 }) })]);
  });

  it('can be counted while it is not written', async () => {
    for (const job of ['1', '2']) note(job);
    expect(await waiting()).toBe(2);
    faulty.faults.push({ at: 'audit.append', kind: 'lost', times: 1 });
    await pass(1_200);
    expect(await waiting()).toBe(2);
    await pass(1_200);
    expect(await waiting()).toBe(0);
  });

  it('is forgotten when its time is over, and the log of the process tells where the audit log ends', async () => {
    note('old');
    await trail.stop();
    await clock.jump(31 * DAY);
    const next = new AuditTrail({
      log,
      keepMs: 30 * DAY,
      clock,
      logger,
      metrics: noMetrics,
    });
    next.note({ kind: 'job', outcome: 'started', job: 'new' });
    next.start();
    await pass(3_700_000);
    await next.stop();
    expect(await jobs()).toEqual(['new']);
    const ends = logger.lines.filter(({ message }) => message === 'the audit log ends here');
    expect(ends.at(-1)?.fields).toMatchObject({ number: 2, hash: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it('is missed at once where the store is sealed with another key, and the log of the process says what that means', async () => {
    await log.append(await log.seal([{ at: clock.now(), event: { kind: 'job', outcome: 'started', job: 'a' } }]));
    const others = new AuditLog({ store: faulty.stores.audit, vault: createVault([key('former')]) });
    const blind = new AuditTrail({ log: others, keepMs: 30 * DAY, clock, logger, metrics: noMetrics });
    blind.start();
    await until(() => logger.lines.length > 0);
    await blind.stop();
    expect(logger.lines).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(/^the store is sealed with a key that is not among the encryption keys/),
      }),
    ]);
  });

  it('stays readable when the keys are rotated: only the key of the log is sealed anew', async () => {
    note('a');
    await trail.stop();
    const next = key('next');
    const both = new AuditLog({ store: kept.audit, vault: createVault([next, former]) });
    expect(await both.rotateKey()).toBe(true);
    expect(await both.rotateKey()).toBe(false);
    const alone = new AuditLog({ store: kept.audit, vault: createVault([next]) });
    expect(await alone.verify()).toMatchObject({ kind: 'whole', head: { number: 1 } });
    const lost = new AuditLog({ store: kept.audit, vault: createVault([former]) });
    await expect(lost.verify()).rejects.toMatchObject({ code: 'store.corrupt' });
  });
});

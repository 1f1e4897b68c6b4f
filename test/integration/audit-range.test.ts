import { randomBytes } from 'node:crypto';
import type { EmbeddedStores } from '../../adapters/embedded/index.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import type { AuditStore } from '../../src/audit/audit-store.port.js';
import type { AuditEntry } from '../../src/audit/page-content.js';
import type { AuditLine } from '../../src/audit/sealed-page.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault } from '../../src/kernel/vault.js';
import { quietLogger } from '../contract/stores/stores.js';
import { type Disk, STORES, useDisks } from '../support/disks.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const DAYS = 1_000;
const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);

describe.each(STORES)('a part of a long audit log on the %s store', (kind) => {
  const openDisk = useDisks(kind);
  let disk: Disk;
  let stores: EmbeddedStores;
  let log: AuditLog;
  let pagesRead = 0;

  beforeAll(async () => {
    disk = openDisk();
    stores = await disk.open(systemClock, quietLogger);
    log = new AuditLog({ store: counted(stores.audit), vault });
    const entryOf = (day: number, hour: number): AuditEntry => ({
      at: START + day * DAY_MS + hour * HOUR_MS,
      event: { kind: 'job', outcome: 'started', job: `${day}:${hour}` },
    });
    for (let day = 0; day < DAYS; day += 1) {
      // The clocks of two processes: the second is half a day behind.
      await log.append(await log.seal([entryOf(day, 1), entryOf(day, 12)]));
      await log.append(await log.seal([entryOf(day, 0), entryOf(day, 11)]));
    }
  });
  afterAll(async () => {
    await stores.health.close();
    await disk.remove();
  });

  function counted(store: AuditStore): AuditStore {
    return {
      ...store,
      async read(after, limit) {
        const pages = await store.read(after, limit);
        pagesRead += pages.length;
        return pages;
      },
    };
  }

  async function jobsIn(range: Parameters<AuditLog['read']>[0]): Promise<readonly string[]> {
    pagesRead = 0;
    const jobs: string[] = [];
    for await (const { event } of log.read(range)) jobs.push(event?.kind === 'job' ? (event.job ?? '') : '');
    return jobs;
  }

  it.each([
    ['at the beginning', 0, 2],
    ['in the middle', 120, 3],
    ['at the end', DAYS - 1, 1],
    ['behind the end', DAYS + 5, 5],
  ])('is all that there is %s, without the rest being read', async (_, day, days) => {
    const from = START + day * DAY_MS;
    const inside = Array.from({ length: days }, (_unused, index) => day + index).filter((each) => each < DAYS);
    const wanted = inside.flatMap((each) => [`${each}:1`, `${each}:12`, `${each}:0`, `${each}:11`]);
    expect(await jobsIn({ from, to: from + days * DAY_MS })).toEqual(wanted);
    expect(pagesRead).toBeLessThan(DAYS);
  });

  it.each([
    ['ahead', 3_000 * DAY_MS],
    ['behind', -3_000 * DAY_MS],
  ])('is all that there is though a clock was far %s for a while', async (_, off) => {
    const own = openDisk();
    const kept = await own.open(systemClock, quietLogger);
    const other = new AuditLog({ store: kept.audit, vault });
    const append = async (at: number, job: string) =>
      other.append(await other.seal([{ at, event: { kind: 'job', outcome: 'started', job } }]));
    for (let hour = 0; hour < 600; hour += 1) {
      if (hour >= 240 && hour < 320) await append(START + hour * HOUR_MS + off, 'off');
      await append(START + hour * HOUR_MS, `${hour}`);
    }
    // Ten days, with those at their end and beginning that were written around the wrong times.
    for (const first of [0, 10, 15]) {
      const found: unknown[] = [];
      const range = { from: START + first * DAY_MS, to: START + (first + 10) * DAY_MS };
      for await (const { event } of other.read(range)) found.push(event?.job);
      expect(found).toEqual(Array.from({ length: 240 }, (_unused, index) => `${first * 24 + index}`));
    }
    await kept.health.close();
    await own.remove();
  });

  it('is the whole log when nothing is said', async () => {
    expect(await jobsIn({})).toHaveLength(DAYS * 4);
  });

  it('has the hash of the page before its first entry, and ends where the log was cut', async () => {
    const [first] = await linesFrom(START + 150 * DAY_MS);
    const pages = await stores.audit.read(0, 10_000);
    const before = pages.findLast(({ number }) => number < (first?.number ?? 0));
    expect(first?.previous).toBe(before?.hash);
    await log.forget(START + 100 * DAY_MS);
    expect((await jobsIn({ to: START + 101 * DAY_MS })).at(0)).toBe('100:1');
    expect(await jobsIn({ from: START + 150 * DAY_MS, to: START + 151 * DAY_MS })).toHaveLength(4);
  });

  async function linesFrom(from: number): Promise<readonly AuditLine[]> {
    const lines: AuditLine[] = [];
    for await (const line of log.read({ from })) lines.push(line);
    return lines;
  }
});

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRow } from '../../../src/jobs/job.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { createManualClock } from '../../support/clocks.js';
import { openEmbeddedStores } from './embedded-harness.js';
import { jobId, jobRow, type Stores } from './stores.js';

/** Of each page that was changed, the log has a head and the page. */
const LOG_PAGE_BYTES = 24 + 4_096;
const refused = { code: 'store.unavailable' };

describe('commits of the embedded store', () => {
  let directory: string;
  let stores: Stores;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'behalf-embedded-'));
    stores = await openEmbeddedStores({ directory });
  });
  afterEach(async () => {
    await stores.health.close();
    rmSync(directory, { recursive: true });
  });

  async function accept(number: number, changes: Partial<JobRow> = {}): Promise<JobRow> {
    const row = jobRow({ id: jobId(number), status: 'running', attentionAt: number, ...changes });
    expect(await stores.jobs.accept(row, `event ${number}`, 60_000)).toMatchObject({ kind: 'accepted' });
    return row;
  }

  function ended({ attentionAt: _, ...row }: JobRow, changes: Partial<JobRow> = {}): JobRow {
    return { ...row, version: row.version + 1, status: 'succeeded', keepUntil: 1_000, ...changes };
  }

  /** A time that SQLite has no value for, in a column that must have one. */
  const broken = { updatedAt: Number.NaN };

  it('hold all that is right of what comes at the same time, and nothing of what fails', async () => {
    const [first, second] = [await accept(1), await accept(2)];
    const bad = jobRow({ id: jobId(4), ...broken });
    const together = await Promise.allSettled([
      stores.jobs.accept(jobRow({ id: jobId(3) }), 'event 3', 60_000),
      stores.jobs.accept(bad, 'event 4', 60_000),
      stores.jobs.write(ended(first)),
      stores.jobs.write(ended(second, broken)),
    ]);
    expect(together).toMatchObject([
      { value: { kind: 'accepted', open: 3 } },
      { reason: refused },
      { value: true },
      { reason: refused },
    ]);
    const left = await stores.jobs.list({}, { limit: 10 });
    expect(left.map(({ id, version }) => [id, version])).toEqual([
      [jobId(3), 1],
      [jobId(2), 1],
      [jobId(1), 2],
    ]);
    expect(await stores.jobs.countOpen()).toBe(2);
    expect(await stores.jobs.accept({ ...bad, updatedAt: 1 }, 'event 4', 60_000)).toMatchObject({ kind: 'accepted' });
  });

  it('change nothing where the only write fails', async () => {
    const row = await accept(1);
    await expect(stores.jobs.accept(jobRow({ id: jobId(2), ...broken }), 'event 2', 60_000)).rejects.toMatchObject(
      refused,
    );
    await expect(stores.jobs.write(ended(row, broken))).rejects.toMatchObject(refused);
    expect(await stores.jobs.list({}, { limit: 10 })).toEqual([row]);
    await accept(2);
    expect(await stores.jobs.write(ended(row))).toBe(true);
  });

  it('touch five pages for a job that is taken in, and two for its end', async () => {
    const log = join(directory, 'behalf.db-wal');
    const pages = async (work: () => Promise<unknown>): Promise<number> => {
      const before = statSync(log).size;
      await work();
      return (statSync(log).size - before) / LOG_PAGE_BYTES;
    };
    for (const number of [1, 2, 3]) await stores.jobs.write(ended(await accept(number)));
    let row = jobRow();
    expect(
      await pages(async () => {
        row = await accept(4);
      }),
    ).toBe(5);
    expect(await pages(() => stores.jobs.write(ended(row)))).toBe(2);
  });

  it('are sent to the disk a second later, whatever they write, and reads are not', async () => {
    let due = 0;
    const clock = createManualClock();
    const sleep: Clock['sleep'] = (ms, signal) => {
      if (ms === 1_000) due += 1;
      return clock.sleep(ms, signal);
    };
    const folder = mkdtempSync(join(tmpdir(), 'behalf-embedded-'));
    const others = await openEmbeddedStores({ directory: folder, clock: { now: clock.now, sleep } });
    due = 0;
    await others.connections.get('shared', 'crm');
    await others.expiring.get({ kind: 'dialog', id: 'x' });
    expect(due).toBe(0);
    await others.connections.write({ owner: 'shared', name: 'crm', generation: 1, sealed: Buffer.from('x') });
    expect(due).toBe(1);
    await clock.advance(1_000);
    await others.expiring.put({ kind: 'dialog', id: 'x' }, 'y', 60_000);
    expect(due).toBe(2);
    await others.health.close();
    rmSync(folder, { recursive: true });
  });
});

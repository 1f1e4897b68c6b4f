import type { JobRow } from '../../../src/jobs/job.js';
import { WithdrawnJobs } from '../../../src/jobs/withdrawn-jobs.js';
import { createVault } from '../../../src/kernel/vault.js';
import { jobRow } from '../../contract/stores/stores.js';
import { createManualClock } from '../../support/clocks.js';
import { vaultKey } from '../../support/connection-kit.js';

describe('jobs that could not be taken in', () => {
  const unused = () => Promise.reject(new Error('not used'));
  let rows: Map<string, JobRow>;
  let isAway: boolean;

  function withdrawn(most?: number): WithdrawnJobs {
    rows = new Map();
    isAway = false;
    const store = {
      accept: unused,
      countOpen: unused,
      write: unused,
      list: unused,
      waitingFor: unused,
      needingAttention: unused,
      forget: unused,
      async load(id: string) {
        if (isAway) throw new Error('away');
        return rows.get(id);
      },
    };
    return new WithdrawnJobs(
      { store, vault: createVault([vaultKey('k1')]), clock: createManualClock(), historyMs: 1_000 },
      most,
    );
  }

  test('are remembered up to a bound, and no more are tried until they are looked after', async () => {
    const jobs = withdrawn(2);
    jobs.add('1');
    jobs.checkRoom();
    jobs.add('2');
    expect(() => jobs.checkRoom()).toThrow(expect.objectContaining({ code: 'store.unavailable' }));
    isAway = true;
    await expect(jobs.end()).rejects.toThrow('away');
    expect(() => jobs.checkRoom()).toThrow();
    isAway = false;
    await jobs.end();
    jobs.checkRoom();
    expect([jobs.has('1'), jobs.has('2')]).toEqual([false, false]);
  });

  test('are left alone where somebody has gone on with them, or they cannot be read', async () => {
    const jobs = withdrawn();
    for (const row of [jobRow({ id: '1', version: 2 }), jobRow({ id: '2', version: 1, sealed: Buffer.from('x') })]) {
      rows.set(row.id, row);
      jobs.add(row.id);
    }
    await jobs.end();
    expect([jobs.has('1'), jobs.has('2')]).toEqual([false, false]);
  });
});

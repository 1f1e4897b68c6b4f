import { HeldJob } from '../../../src/jobs/held-job.js';
import type { Job } from '../../../src/jobs/job-record.js';
import { createVault } from '../../../src/kernel/vault.js';
import { createManualClock } from '../../support/clocks.js';
import { vaultKey } from '../../support/connection-kit.js';

const NOW = 1_000_000;
const LEASE_MS = 30_000;

const JOB: Job = {
  id: 'job1',
  user: { platform: 'slack', tenantId: 'T1', userId: 'U1' },
  recipe: 'sales/create',
  status: 'running',
  version: 3,
  createdAt: NOW,
  updatedAt: NOW,
  waitingFor: [],
  lease: { holder: 'a', until: NOW + LEASE_MS },
  attentionAt: NOW + LEASE_MS,
  state: { recipeVersion: 'v', parameters: {}, done: {}, loginsAsked: {} },
};

function scene() {
  const unused = () => Promise.reject(new Error('not used'));
  const clock = createManualClock(NOW);
  const stored = { isOurs: true };
  const store = {
    accept: unused,
    countOpen: unused,
    load: unused,
    list: unused,
    waitingFor: unused,
    needingAttention: unused,
    forget: unused,
    write: async () => stored.isOurs,
  };
  const held = new HeldJob(JOB, {
    store,
    clock,
    vault: createVault([vaultKey('k1')]),
    holder: 'a',
    leaseMs: LEASE_MS,
  });
  return { clock, held, stored };
}

describe('what is under way for a job', () => {
  test('need not listen where the lease lasts longer, as it was prolonged last', async () => {
    const { clock, held } = scene();
    expect(held.signalFor(LEASE_MS)).toBeUndefined();
    expect(held.signalFor(LEASE_MS + 1)?.aborted).toBe(false);
    await clock.advance(20_000);
    expect(held.signalFor(LEASE_MS)?.aborted).toBe(false);
    await held.checkpoint();
    expect(held.signalFor(LEASE_MS)).toBeUndefined();
  });

  test('is told when another process has written the job', async () => {
    const { clock, held, stored } = scene();
    const signal = held.signalFor(60_000);
    await clock.advance(31_000);
    stored.isOurs = false;
    held.throwIfLost();
    await expect(held.keep()).rejects.toMatchObject({ code: 'job.lost' });
    expect(signal?.reason).toMatchObject({ code: 'job.lost' });
    expect(() => held.throwIfLost()).toThrow(expect.objectContaining({ code: 'job.lost' }));
  });

  test('does not begin for a job that is lost, however short it is', async () => {
    const { held, stored } = scene();
    stored.isOurs = false;
    await expect(held.checkpoint()).rejects.toMatchObject({ code: 'job.lost' });
    expect(held.signalFor(1)?.reason).toMatchObject({ code: 'job.lost' });
    expect(held.signalFor(60_000)?.aborted).toBe(true);
  });

  test('pauses until the job is lost', async () => {
    const { clock, held, stored } = scene();
    const pausing = held.pause(60_000);
    await clock.advance(31_000);
    stored.isOurs = false;
    await expect(held.keep()).rejects.toMatchObject({ code: 'job.lost' });
    await pausing;
    expect(clock.now()).toBe(NOW + 31_000);
  });
});

import { systemClock } from '../../../src/kernel/system-clock.js';

describe('the clock of the machine', () => {
  test('goes forward and sleeps', async () => {
    const before = systemClock.now();
    await systemClock.sleep(1);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });

  test('is woken by a signal, before and while it sleeps', async () => {
    const reason = new Error('enough');
    const ends = new AbortController();
    const sleeping = systemClock.sleep(60_000, ends.signal);
    ends.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(systemClock.sleep(60_000, ends.signal)).rejects.toBe(reason);
  });
});

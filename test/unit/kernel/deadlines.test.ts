import type { Clock } from '../../../src/kernel/clock.port.js';
import { Deadlines } from '../../../src/kernel/deadlines.js';

/** A clock that is moved by hand. */
function handClock() {
  let now = 0;
  const sleepers: { readonly at: number; readonly wake: () => void; readonly cancel: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((wake, cancel) => {
        sleepers.push({ at: now + ms, wake, cancel: () => cancel(signal?.reason) });
        signal?.addEventListener('abort', () => cancel(signal.reason));
      }),
  };
  return {
    clock,
    sleepers,
    async moveTo(time: number): Promise<void> {
      now = time;
      for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function never(): Promise<string> {
  return new Promise(() => {});
}

describe('deadlines', () => {
  it('let work through that is done in time, well or badly', async () => {
    const deadlines = new Deadlines(handClock().clock, 100);
    await expect(deadlines.within(Promise.resolve('done'), 'late')).resolves.toBe('done');
    await expect(deadlines.within(Promise.reject(new Error('broken')), 'late')).rejects.toThrow('broken');
  });

  it('end each wait at its own time, with one timer at a time', async () => {
    const { clock, moveTo, sleepers } = handClock();
    const deadlines = new Deadlines(clock, 100);
    const ended: string[] = [];
    const wait = (name: string, work: Promise<string>): void =>
      void deadlines.within(work, 'late').then((result) => ended.push(`${name} ${result}`));
    wait('first', never());
    await moveTo(40);
    wait('second', never());
    wait('third', Promise.resolve('done'));
    await moveTo(99);
    expect(ended).toEqual(['third done']);
    await moveTo(100);
    expect(ended).toEqual(['third done', 'first late']);
    await moveTo(140);
    expect(ended).toEqual(['third done', 'first late', 'second late']);
    expect(sleepers.map(({ at }) => at)).toEqual([100, 140]);
  });

  it('begin again after a quiet time', async () => {
    const { clock, moveTo } = handClock();
    const deadlines = new Deadlines(clock, 100);
    await deadlines.within(Promise.resolve('done'), 'late');
    await moveTo(1_000);
    const wait = deadlines.within(never(), 'late');
    await moveTo(1_100);
    await expect(wait).resolves.toBe('late');
  });

  it('tell of work that is late, once, and of no other', async () => {
    const { clock, moveTo } = handClock();
    const deadlines = new Deadlines(clock, 100);
    const late: string[] = [];
    deadlines.whenLate(never(), () => late.push('slow'));
    deadlines.whenLate(Promise.resolve('done'), () => late.push('quick'));
    deadlines.whenLate(Promise.reject(new Error('broken')), () => late.push('broken'));
    await moveTo(99);
    expect(late).toEqual([]);
    await moveTo(100);
    await moveTo(1_000);
    expect(late).toEqual(['slow']);
  });

  it('keep no timer after the end', async () => {
    const { clock, sleepers } = handClock();
    const deadlines = new Deadlines(clock, 100);
    await deadlines.within(Promise.resolve('done'), 'late');
    deadlines.stop();
    await deadlines.within(Promise.resolve('done'), 'late');
    expect(sleepers).toHaveLength(1);
  });
});

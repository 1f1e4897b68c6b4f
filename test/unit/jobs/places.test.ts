import fc from 'fast-check';
import { Places } from '../../../src/jobs/places.js';

/** Lets promises that are resolved go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('places', () => {
  test('are as many as there are', () => {
    const places = new Places(2);
    expect([places.take('ann'), places.take('bob'), places.take('kim')]).toEqual([true, true, false]);
    places.leave('ann');
    expect([places.take('kim'), places.take('ann')]).toEqual([true, false]);
  });

  test('are left to others by somebody who has half of them', () => {
    const places = new Places(5);
    expect(['ann', 'ann', 'ann', 'ann'].map((owner) => places.take(owner))).toEqual([true, true, true, false]);
    expect(['bob', 'bob', 'bob'].map((owner) => places.take(owner))).toEqual([true, true, false]);
  });

  test('are one for everybody where there is one only', () => {
    const places = new Places(1);
    expect(places.take('ann')).toBe(true);
    places.leave('ann');
    expect(places.take('ann')).toBe(true);
  });

  test('go to the lowest rank, then to who has waited longest, before anybody who comes along', async () => {
    const places = new Places(1);
    await places.wait({ owner: 'ann', rank: 1 });
    const order: string[] = [];
    const wait = (owner: string, rank: number) => places.wait({ owner, rank }).then(() => order.push(owner));
    const all = [wait('bob', 3), wait('kim', 2), wait('lou', 2), wait('max', 1)];
    places.leave('ann');
    expect(places.take('sam')).toBe(false);
    for (const owner of ['max', 'kim', 'lou']) {
      await turn();
      places.leave(owner);
    }
    await Promise.all(all);
    expect(order).toEqual(['max', 'kim', 'lou', 'bob']);
  });

  test('are not waited for by somebody who has half of them', async () => {
    const places = new Places(4);
    for (const owner of ['ann', 'bob', 'kim', 'lou']) expect(places.take(owner)).toBe(true);
    const more = [places.wait({ owner: 'ann', rank: 1 }), places.wait({ owner: 'ann', rank: 2 })];
    places.leave('bob');
    expect(await Promise.all(more)).toEqual([true, false]);
    expect(await places.wait({ owner: 'ann', rank: 1 })).toBe(false);
    places.leave('kim');
    expect(places.take('max')).toBe(true);
  });

  test('are not given any more once they are closed', async () => {
    const places = new Places(1);
    expect(places.take('ann')).toBe(true);
    const waiting = places.wait({ owner: 'bob', rank: 1 });
    places.close();
    await expect(waiting).rejects.toMatchObject({ code: 'job.lost' });
    places.leave('ann');
    expect(places.take('ann')).toBe(false);
    await expect(places.wait({ owner: 'ann', rank: 1 })).rejects.toMatchObject({ code: 'job.lost' });
  });

  test('let nobody wait for more than one job of each other person, however many these have', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 3 }),
        async (count, jobs, crowd) => {
          const places = new Places(count);
          const running: string[] = [];
          const start = async (owner: string, rank: number) => {
            if (await places.wait({ owner, rank })) running.push(owner);
          };
          for (let job = 1; job <= jobs; job += 1)
            for (let person = 0; person < crowd; person += 1) void start(`crowd ${person}`, job);
          await turn();
          void start('modest', 1);
          await turn();
          for (let ended = 0; ended < crowd && !running.includes('modest'); ended += 1) {
            const first = running.shift();
            if (first !== undefined) places.leave(first);
            await turn();
          }
          expect(running).toContain('modest');
        },
      ),
    );
  });
});

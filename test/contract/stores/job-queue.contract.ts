import { jobId, type OpenStores, TURN, until, useStores } from './stores.js';

/** A handler whose calls end when the test says so. */
function heldHandler() {
  const started: string[] = [];
  const finished: string[] = [];
  const release: (() => void)[] = [];
  return {
    started,
    finished,
    releaseAll: () => {
      for (const go of release.splice(0)) go();
    },
    handle: async (id: string): Promise<void> => {
      started.push(id);
      await new Promise<void>((resolve) => release.push(resolve));
      finished.push(id);
    },
  };
}

export function describeJobQueue(open: OpenStores): void {
  describe('job queue', () => {
    const opened = useStores(open);
    const queue = () => opened().stores.queue;

    it('delivers what was pushed before and after the start', async () => {
      const delivered: string[] = [];
      await queue().push(jobId(1), TURN);
      await queue().start(async (id) => void delivered.push(id), { concurrency: 2 });
      await queue().push(jobId(2), TURN);
      await queue().push(jobId(3), TURN);
      await until(() => delivered.length >= 3);
      await queue().stop();
      expect([...delivered].sort()).toEqual([jobId(1), jobId(2), jobId(3)]);
    });

    it('works on no more than it may at a time', async () => {
      const held = heldHandler();
      await queue().start(held.handle, { concurrency: 2 });
      for (let n = 0; n < 5; n += 1) await queue().push(jobId(n), TURN);
      let most = 0;
      while (held.finished.length < 5) {
        await until(() => held.started.length > held.finished.length);
        await new Promise((resolve) => setTimeout(resolve, 20));
        most = Math.max(most, held.started.length - held.finished.length);
        held.releaseAll();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await queue().stop();
      expect(most).toBe(2);
    });

    it('delivers again what a handler rejects, while others go on', async () => {
      const tries: string[] = [];
      await queue().start(
        async (id) => {
          tries.push(id);
          if (id === 'troubled' && tries.filter((tried) => tried === id).length < 3) throw new Error('not now');
        },
        { concurrency: 1 },
      );
      await queue().push('troubled', TURN);
      await queue().push('easy', TURN);
      while (tries.length < 4) await opened().pass(50);
      await queue().stop();
      expect([...tries].sort()).toEqual(['easy', 'troubled', 'troubled', 'troubled']);
    });

    it('waits at the stop for the handlers under way, and delivers nothing after it', async () => {
      const held = heldHandler();
      await queue().start(held.handle, { concurrency: 1 });
      await queue().push('under way', TURN);
      await until(() => held.started.length === 1);
      let isStopped = false;
      const stopping = queue()
        .stop()
        .then(() => {
          isStopped = true;
        });
      await queue().push('later', TURN);
      await opened().pass(50);
      expect(isStopped).toBe(false);
      held.releaseAll();
      await stopping;
      expect(held.finished).toEqual(['under way']);
      expect(held.started).toEqual(['under way']);
    });

    it('keeps what was not delivered for the next process, and not what was', async () => {
      const first: string[] = [];
      await queue().start(async (id) => void first.push(id), { concurrency: 1 });
      await queue().push('done', TURN);
      await until(() => first.length === 1);
      await queue().stop();
      await queue().push('left', TURN);
      const next = await opened().reopen();
      const second: string[] = [];
      await next.queue.start(async (id) => void second.push(id), { concurrency: 5 });
      await next.queue.push('new', TURN);
      await until(() => second.length >= 2);
      await next.queue.stop();
      expect([...second].sort()).toEqual(['left', 'new']);
    });

    it('delivers each push of the same job', async () => {
      const delivered: string[] = [];
      await queue().push('same', TURN);
      await queue().push('same', TURN);
      await queue().start(async (id) => void delivered.push(id), { concurrency: 1 });
      await until(() => delivered.length >= 2);
      await queue().stop();
      expect(delivered).toEqual(['same', 'same']);
    });

    it('delivers what waits by its rank, then in the order of the pushes, and says whose it is', async () => {
      const delivered: string[] = [];
      const held = heldHandler();
      await queue().push('first', { owner: 'ann', rank: 1 });
      await queue().start(
        async (id, { owner, rank }) => {
          delivered.push(`${id} ${owner} ${rank}`);
          if (id === 'first') await held.handle(id);
        },
        { concurrency: 1 },
      );
      await until(() => held.started.length === 1);
      for (const rank of [3, 2, 2_100_000, 1]) await queue().push(`ann's ${rank}`, { owner: 'ann', rank });
      for (const rank of [1, 2]) await queue().push(`bob's ${rank}`, { owner: 'bob', rank });
      held.releaseAll();
      await until(() => delivered.length >= 7);
      await queue().stop();
      expect(delivered).toEqual([
        'first ann 1',
        "ann's 1 ann 1",
        "bob's 1 bob 1",
        "ann's 2 ann 2",
        "bob's 2 bob 2",
        "ann's 3 ann 3",
        "ann's 2100000 ann 2100000",
      ]);
    });

    it('stops at once when it was never started', async () => {
      await queue().stop();
      await queue().push('job', TURN);
      expect(await opened().stores.health.warnings()).toEqual(expect.any(Array));
    });
  });
}

import type { JobId } from '../../../src/jobs/job.js';
import type { QueueTurn } from '../../../src/jobs/job-queue.port.js';
import type { Job } from '../../../src/jobs/job-record.js';
import { Places } from '../../../src/jobs/places.js';
import { QueuedJobs } from '../../../src/jobs/queued-jobs.js';
import { SetAside } from '../../../src/jobs/set-aside.js';
import { settled } from '../../support/at-rest.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const ANN = { owner: 'ann', rank: 1 };
const BOB = { owner: 'bob', rank: 1 };

describe('jobs that were set aside', () => {
  test('are taken by owner, the one that has waited longest first', () => {
    const aside = new SetAside();
    for (const [id, turn] of [['a1', ANN] as const, ['b1', BOB] as const, ['a2', ANN] as const]) aside.put(id, turn);
    expect(aside.takeFirst('ann')).toEqual({ id: 'a1', turn: ANN });
    expect(aside.size).toBe(2);
    expect(aside.takeAll('ann')).toEqual([{ id: 'a2', turn: ANN }]);
    expect(aside.takeFirst('ann')).toBeUndefined();
    expect(aside.takeAll()).toEqual([{ id: 'b1', turn: BOB }]);
    expect(aside.size).toBe(0);
  });

  test('are bounded, and whoever waits for room is told', async () => {
    const aside = new SetAside(2);
    expect([aside.put('1', ANN), aside.put('2', ANN), aside.put('3', ANN)]).toEqual([true, true, false]);
    const told: number[] = [];
    for (const number of [1, 2, 3]) void aside.room().then(() => told.push(number));
    aside.takeFirst('ann');
    await settled();
    expect(told).toEqual([1]);
    aside.takeAll();
    await settled();
    expect(told).toEqual([1, 2, 3]);
  });
});

describe('a queue that delivers more of one owner than may be set aside', () => {
  const running = new Map<JobId, () => void>();
  let places: Places;
  let queued: QueuedJobs;
  let deliver: (id: JobId, turn: QueueTurn) => Promise<void>;

  beforeEach(async () => {
    running.clear();
    places = new Places(4);
    queued = new QueuedJobs({
      places,
      aside: new SetAside(1),
      store: { countOpen: async () => 1 },
      logger: new RecordingLogger(),
      maxRunning: 4,
      queue: {
        push: async () => {},
        async start(handler) {
          deliver = handler;
        },
        stop: async () => {},
      },
      take: async (id) => ({ id }) as Job,
      run: ({ id }) => new Promise((resolve) => running.set(id, resolve)),
    });
    await queued.start();
  });

  /** A job ends, and its place goes on to the next of its owner. */
  async function end(id: JobId, owner: string): Promise<void> {
    running.get(id)?.();
    running.delete(id);
    places.leave(owner);
    void queued.takeUp(owner);
    await settled();
  }

  test('waits with the rest, and all get their turn', async () => {
    const done: string[] = [];
    for (const id of ['1', '2', '3', '4', '5']) void deliver(id, ANN).then(() => done.push(id));
    await settled();
    expect([...running.keys()]).toEqual(['1', '2']);
    expect(done).toEqual(['3']);
    expect(queued.waiting).toBe(1);
    await end('1', 'ann');
    expect([...running.keys()]).toEqual(['2', '3']);
    expect(done).toEqual(['3', '1', '4']);
    await end('2', 'ann');
    await end('3', 'ann');
    expect([...running.keys()].sort()).toEqual(['4', '5']);
    expect(queued.waiting).toBe(0);
  });

  test('still runs what others want', async () => {
    for (const id of ['1', '2', '3', '4']) void deliver(id, ANN);
    void deliver('b', BOB);
    await settled();
    expect([...running.keys()]).toEqual(['1', '2', 'b']);
  });

  test('lets go of the rest when the process stops', async () => {
    const outcomes = ['1', '2', '3', '4', '5'].map((id) => deliver(id, ANN));
    await settled();
    places.close();
    await queued.stop();
    await expect(outcomes[3]).rejects.toMatchObject({ code: 'job.lost' });
    await expect(outcomes[4]).rejects.toMatchObject({ code: 'job.lost' });
    for (const stop of running.values()) stop();
  });
});

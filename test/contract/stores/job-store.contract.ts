import { apiCaller, isPerson, type JobOwner } from '../../../src/chat/job-owner.js';
import type { JobRow, JobStatus } from '../../../src/jobs/job.js';
import type { JobFilter } from '../../../src/jobs/job-store.port.js';
import {
  ALL_BYTES,
  ANN,
  BOB,
  HARD_IDS,
  jobId,
  jobRow,
  type OpenStores,
  type Stores,
  useStores,
  winnersOf,
} from './stores.js';

const LONG = 60_000;
const LATER = 1_900_000_000_000;
const STATUSES: readonly JobStatus[] = ['pending', 'running', 'suspended', 'succeeded', 'failed', 'cancelled'];

/** Everything that the indexes of a store say about one person, one recipe and two connections. */
async function indexed(store: Stores['jobs'], row: JobRow): Promise<object> {
  const ids = async (filter: JobFilter): Promise<readonly string[]> =>
    (await store.list(filter, { limit: 10 })).map(({ id }) => id);
  const byStatus = await Promise.all(STATUSES.map(async (status) => [status, await ids({ status })] as const));
  return {
    statuses: byStatus.filter(([, found]) => found.length > 0),
    person: await ids({ user: row.user }),
    recipe: await ids({ recipe: row.recipe }),
    waiting: {
      crm: await waitingFor(store, row.user, 'crm'),
      files: await waitingFor(store, row.user, 'files'),
    },
    attention: await store.needingAttention(Number.MAX_SAFE_INTEGER, 10),
  };
}

/** A program waits for no login. */
async function waitingFor(store: Stores['jobs'], owner: JobOwner, connection: string): Promise<readonly string[]> {
  return isPerson(owner) ? store.waitingFor(owner, connection) : [];
}

export function describeJobStore(open: OpenStores): void {
  describe('job store', () => {
    const opened = useStores(open);
    const store = () => opened().stores.jobs;

    async function accept(changes: Partial<JobRow> = {}): Promise<JobRow> {
      const row = jobRow(changes);
      expect(await store().accept(row, `event of ${row.id}`, LONG)).toMatchObject({ kind: 'accepted' });
      return row;
    }

    describe('accepting and writing', () => {
      it('gives back a row with all its parts', async () => {
        const row = await accept({
          waitingFor: ['crm', 'files 🦊'],
          status: 'suspended',
          lease: { holder: 'process:1', until: 1_800_000_000_000 },
          attentionAt: 1_800_000_000_001,
          keepUntil: 1_900_000_000_000,
          sealed: ALL_BYTES,
        });
        expect(await store().load(row.id)).toEqual(row);
      });

      it('counts the jobs of everybody that run or wait for their turn', async () => {
        expect(await store().countOpen()).toBe(0);
        const first = await accept({ id: jobId(1), status: 'pending' });
        await accept({ id: jobId(2), user: BOB, status: 'pending' });
        await accept({ id: jobId(3), status: 'running' });
        await accept({ id: jobId(4), user: BOB, status: 'suspended', waitingFor: ['crm'] });
        await accept({ id: jobId(5), user: apiCaller('shop'), status: 'pending' });
        expect(await store().countOpen()).toBe(4);
        await store().write({ ...first, version: 2, status: 'succeeded', attentionAt: undefined, keepUntil: LATER });
        expect(await store().countOpen()).toBe(3);
      });

      it('gives back a row without the parts that may be absent', async () => {
        const row = await accept({ sealed: Buffer.alloc(0) });
        expect(await store().load(row.id)).toStrictEqual(row);
      });

      it('has no job that was never accepted', async () => {
        expect(await store().load('unknown')).toBeUndefined();
        expect(await store().write(jobRow({ version: 1 }))).toBe(false);
        expect(await store().write(jobRow({ version: 2 }))).toBe(false);
        expect(await store().load(jobId(0))).toBeUndefined();
      });

      it('accepts one job per event, and writes nothing for the others', async () => {
        const first = jobRow({ id: jobId(1) });
        const second = jobRow({ id: jobId(2), attentionAt: 1 });
        expect(await store().accept(first, 'event', LONG)).toMatchObject({ kind: 'accepted' });
        expect(await store().accept(second, 'event', LONG)).toMatchObject({ kind: 'duplicate' });
        expect(await store().load(second.id)).toBeUndefined();
        expect(await store().list({}, { limit: 10 })).toEqual([first]);
        expect(await store().needingAttention(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      });

      it('accepts no second job with the id of another, whatever the event', async () => {
        const row = await accept({ sealed: Buffer.from('the first') });
        const second = { ...row, recipe: 'other', sealed: Buffer.from('the second') };
        expect(await store().accept(second, 'another event', LONG)).toEqual({ kind: 'duplicate' });
        expect(await store().list({}, { limit: 10 })).toEqual([row]);
      });

      it('accepts exactly one of 50 parallel deliveries of an event', async () => {
        expect(
          await winnersOf(
            50,
            async (n) => (await store().accept(jobRow({ id: jobId(n) }), 'event', LONG)).kind === 'accepted',
          ),
        ).toBe(1);
        expect(await store().list({}, { limit: 100 })).toHaveLength(1);
      });

      it('keeps events apart whatever characters their ids have', async () => {
        for (const [n, eventId] of HARD_IDS.entries()) {
          expect(await store().accept(jobRow({ id: jobId(n) }), eventId, LONG)).toMatchObject({ kind: 'accepted' });
        }
        for (const [n, eventId] of HARD_IDS.entries()) {
          expect(await store().accept(jobRow({ id: jobId(1_000 + n) }), eventId, LONG)).toMatchObject({
            kind: 'duplicate',
          });
        }
      });

      it('accepts an event again after the time of its claim', async () => {
        expect(await store().accept(jobRow({ id: jobId(1) }), 'event', 40)).toMatchObject({ kind: 'accepted' });
        await opened().pass(80);
        expect(await store().accept(jobRow({ id: jobId(2) }), 'event', LONG)).toMatchObject({ kind: 'accepted' });
      });

      it('writes only the version after the stored one', async () => {
        const row = await accept();
        expect(await store().write({ ...row, version: 1 })).toBe(false);
        expect(await store().write({ ...row, version: 3 })).toBe(false);
        expect(await store().write({ ...row, version: 2, status: 'running' })).toBe(true);
        expect(await store().load(row.id)).toEqual({ ...row, version: 2, status: 'running' });
      });

      it('lets exactly one of 50 parallel writes of a version win', async () => {
        const row = await accept();
        const attempt = (n: number): JobRow => ({ ...row, version: 2, sealed: Buffer.from(`by ${n}`) });
        expect(await winnersOf(50, (n) => store().write(attempt(n)))).toBe(1);
        expect((await store().load(row.id))?.version).toBe(2);
      });

      it('keeps persons apart whatever characters their ids have', async () => {
        const rows: JobRow[] = [];
        for (const [n, userId] of HARD_IDS.entries()) {
          const user = { platform: 'teams' as const, tenantId: userId, userId };
          rows.push(await accept({ id: jobId(n), user, recipe: userId, status: 'suspended', waitingFor: [userId] }));
        }
        for (const row of rows) {
          expect(await store().list({ user: row.user }, { limit: 10 })).toEqual([row]);
          expect(await store().list({ recipe: row.recipe }, { limit: 10 })).toEqual([row]);
          expect(await waitingFor(store(), row.user, row.recipe)).toEqual([row.id]);
        }
      });
    });

    describe('a job of a program', () => {
      it('gives back its owner, and is listed under it alone', async () => {
        for (const [n, key] of HARD_IDS.entries()) {
          const row = await accept({ id: jobId(n), user: apiCaller(key) });
          expect(await store().load(row.id)).toEqual(row);
          expect(await store().list({ user: apiCaller(key) }, { limit: 10 })).toEqual([row]);
        }
      });

      it('is not that of a person with the same ids, in lists, claims and writes', async () => {
        const { tenantId, userId } = apiCaller('U1');
        const person = { platform: 'slack' as const, tenantId, userId };
        const row = jobRow({ id: jobId(1), user: apiCaller('U1') });
        const other = jobRow({ id: jobId(2), user: person });
        expect(await store().accept(row, 'event', LONG)).toMatchObject({ kind: 'accepted' });
        expect(await store().accept(other, 'event', LONG)).toMatchObject({ kind: 'accepted' });
        expect(await store().list({ user: person }, { limit: 10 })).toEqual([other]);
        expect(await store().list({ user: row.user }, { limit: 10 })).toEqual([row]);
        const done = { ...row, version: 2, status: 'succeeded' as const };
        expect(await store().write(done)).toBe(true);
        expect(await store().list({ user: row.user, status: 'succeeded' }, { limit: 10 })).toEqual([done]);
      });
    });

    describe('indexes', () => {
      it('stay true over every change of state, and are gone when the job is forgotten', async () => {
        let row = jobRow({ attentionAt: 50 });
        const write = async (changes: Partial<JobRow>): Promise<void> => {
          const { attentionAt: _, lease: __, ...rest } = row;
          row = { ...rest, waitingFor: [], ...changes, version: row.version + 1 };
          expect(await store().write(row)).toBe(true);
        };
        const expectIndexed = async (status: JobStatus, crm: boolean, files: boolean, attention: boolean) => {
          expect(await indexed(store(), row)).toEqual({
            statuses: [[status, [row.id]]],
            person: [row.id],
            recipe: [row.id],
            waiting: { crm: crm ? [row.id] : [], files: files ? [row.id] : [] },
            attention: attention ? [row.id] : [],
          });
        };
        await store().accept(row, 'event', LONG);
        await expectIndexed('pending', false, false, true);
        await write({ status: 'running', lease: { holder: 'one', until: 100 }, attentionAt: 100 });
        await expectIndexed('running', false, false, true);
        await write({ status: 'suspended', waitingFor: ['crm', 'files'], attentionAt: 200 });
        await expectIndexed('suspended', true, true, true);
        await write({ status: 'suspended', waitingFor: ['files'], attentionAt: 200 });
        await expectIndexed('suspended', false, true, true);
        await write({ status: 'running', attentionAt: 300 });
        await expectIndexed('running', false, false, true);
        await write({ status: 'suspended', waitingFor: ['crm'] });
        await expectIndexed('suspended', true, false, false);
        await write({ status: 'succeeded', keepUntil: 1_000 });
        await expectIndexed('succeeded', false, false, false);
        expect(await store().forget(1_000)).toBe(1);
        expect(await indexed(store(), row)).toEqual({
          statuses: [],
          person: [],
          recipe: [],
          waiting: { crm: [], files: [] },
          attention: [],
        });
        expect(await store().load(row.id)).toBeUndefined();
      });

      it('are not touched by a write that is refused', async () => {
        const row = await accept({ attentionAt: 50 });
        const before = await indexed(store(), row);
        await store().write({ ...row, version: 7, status: 'suspended', waitingFor: ['crm'], attentionAt: 60 });
        expect(await indexed(store(), row)).toEqual(before);
      });
    });

    describe('lists', () => {
      const users = [ANN, BOB, { ...ANN, userId: 'U3' }];

      async function fill(): Promise<readonly JobRow[]> {
        const rows: JobRow[] = [];
        for (let n = 0; n < 60; n += 1) {
          const user = users[n % 3] ?? ANN;
          const status = STATUSES[n % 4] ?? 'pending';
          rows.push(await accept({ id: jobId(n), user, recipe: n % 2 === 0 ? 'even' : 'odd', status }));
        }
        return rows.reverse();
      }

      it('are newest first, in pages without gap or repetition', async () => {
        const rows = await fill();
        const pages: JobRow[][] = [];
        for (let before: string | undefined; ; ) {
          const page = await store().list({}, { limit: 7, ...(before === undefined ? {} : { before }) });
          if (page.length === 0) break;
          pages.push([...page]);
          before = page.at(-1)?.id;
        }
        expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 4]);
        expect(pages.flat()).toEqual(rows);
      });

      it('hold what the filter says, alone and together', async () => {
        const rows = await fill();
        const filters: readonly JobFilter[] = [
          { user: BOB },
          { recipe: 'odd' },
          { status: 'suspended' },
          { user: ANN, recipe: 'even' },
          { user: ANN, status: 'pending' },
          { recipe: 'odd', status: 'running' },
          { user: BOB, recipe: 'odd', status: 'running' },
          { recipe: 'unknown' },
          { user: BOB, recipe: 'unknown', status: 'failed' },
        ];
        for (const filter of filters) {
          const expected = rows.filter(
            (row) =>
              (filter.user === undefined || row.user.userId === filter.user.userId) &&
              (filter.recipe === undefined || row.recipe === filter.recipe) &&
              (filter.status === undefined || row.status === filter.status),
          );
          expect(await store().list(filter, { limit: 4 })).toEqual(expected.slice(0, 4));
          const before = expected[1]?.id ?? jobId(0);
          expect(await store().list(filter, { limit: 50, before })).toEqual(expected.slice(2));
          const oldestFirst = expected.toReversed();
          expect(await store().list(filter, { limit: 4, after: '' })).toEqual(oldestFirst.slice(0, 4));
          const after = oldestFirst[1]?.id ?? jobId(0);
          const rest = oldestFirst.length > 1 ? oldestFirst.slice(2) : oldestFirst;
          expect(await store().list(filter, { limit: 50, after })).toEqual(rest);
        }
      });

      it('are the oldest first where that is asked for, in pages without gap or repetition', async () => {
        const rows = await fill();
        const pages: JobRow[][] = [];
        for (let after: string | undefined = ''; after !== undefined; ) {
          const page: readonly JobRow[] = await store().list({}, { limit: 7, after });
          pages.push([...page]);
          after = page.at(-1)?.id;
        }
        expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 4, 0]);
        expect(pages.flat()).toEqual(rows.toReversed());
      });

      it('tell the waiting jobs of one person and one connection, oldest first', async () => {
        const waiting = { status: 'suspended', waitingFor: ['crm', 'files'] } as const;
        for (const n of [5, 3, 4]) await accept({ id: jobId(n), ...waiting });
        await accept({ id: jobId(1), user: BOB, ...waiting });
        await accept({ id: jobId(2), status: 'suspended', waitingFor: ['files'] });
        expect(await store().waitingFor(ANN, 'crm')).toEqual([jobId(3), jobId(4), jobId(5)]);
        expect(await store().waitingFor(BOB, 'files')).toEqual(await store().waitingFor(BOB, 'crm'));
        expect(await store().waitingFor(ANN, 'other')).toEqual([]);
      });

      it('tell the jobs that need attention, the longest overdue first, up to the limit', async () => {
        const ids = new Map<number, string>();
        for (const [n, attentionAt] of [300, 100, 500, 200, 400].entries()) {
          const row = await accept({ id: jobId(n), user: users[n % 3] ?? ANN, attentionAt });
          ids.set(attentionAt, row.id);
        }
        await accept({ id: jobId(9) });
        const at = (...times: readonly number[]): readonly (string | undefined)[] => times.map((time) => ids.get(time));
        expect(await store().needingAttention(99, 10)).toEqual([]);
        expect(await store().needingAttention(400, 10)).toEqual(at(100, 200, 300, 400));
        expect(await store().needingAttention(400, 2)).toEqual(at(100, 200));
      });
    });

    describe('forgetting', () => {
      it('removes what may go, and nothing else', async () => {
        const finished = { status: 'succeeded', version: 2 } as const;
        for (const n of [0, 1, 2]) {
          const row = await accept({ id: jobId(n), user: n === 1 ? BOB : ANN });
          await store().write({ ...row, ...finished, keepUntil: 1_000 + n });
        }
        const unfinished = await accept({ id: jobId(3) });
        expect(await store().forget(999)).toBe(0);
        expect(await store().forget(1_001)).toBe(2);
        expect(await store().forget(1_001)).toBe(0);
        const left = await store().list({}, { limit: 10 });
        expect(left.map(({ id, status }) => [id, status])).toEqual([
          [unfinished.id, 'pending'],
          [jobId(2), 'succeeded'],
        ]);
      });

      it('removes more than one portion at once', async () => {
        const rows = Array.from({ length: 700 }, (_, n) => jobRow({ id: jobId(n), keepUntil: 10, status: 'failed' }));
        await Promise.all(rows.map((row) => store().accept(row, row.id, LONG)));
        await Promise.all(rows.map((row) => store().write({ ...row, version: 2 })));
        expect(await store().forget(10)).toBe(700);
        expect(await store().list({}, { limit: 10 })).toEqual([]);
      });
    });
  });
}

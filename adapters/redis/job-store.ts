import type { JobId, JobRow } from '../../src/jobs/job.js';
import type { JobFilter, JobPage, JobStore } from '../../src/jobs/job-store.port.js';
import type { RedisLink } from './client.js';
import { wholeMs } from './expiring-store.js';
import { decodeJob, encodeJob, STATUS_LETTERS, statusLetter } from './job-row.js';
import type { JobKeys, Keys } from './keys.js';

/** Index entries that one run of the list script looks at: bounds how long Redis is held up. */
const ENTRIES_PER_LOOK = 1_000;
const FORGOTTEN_AT_ONCE = 500;
const OPEN = ['pending', 'running'] as const;
/** What the script takes for no limit. */
const NO_PACE = { burst: 0, intervalMs: 0 };

/**
 * A job lies in its owner's shard with all its indexes and the claim on its event, so accepting and writing are one script.
 * The id alone does not tell the shard: `load` asks for the row in each, by one MGET, or side by side in a Cluster.
 */
export function createJobStore(link: RedisLink, keys: Keys): JobStore {
  return {
    async accept(row, eventId, eventTtlMs, { mayAskAgain = false, mostOpen = 0, pace = NO_PACE } = {}) {
      const shard = keys.jobs(row.user);
      const values = [shard.base, row.id, encodeJob(row), row.attentionAt ?? '', wholeMs(eventTtlMs)];
      const limits = [row.createdAt, pace.burst, pace.intervalMs, mostOpen, mayAskAgain ? 0 : 1];
      const [done, fact = 0] = await link.call('accept job', (redis) =>
        redis.behalfAcceptJob(shard.row(row.id), shard.claim(eventId), ...values, ...limits),
      );
      if (done === 1) return { kind: 'accepted', open: Number(fact) };
      if (done === 0) return { kind: 'duplicate' };
      if (done === -2) return { kind: 'refused', limit: 'open' };
      return { kind: 'refused', limit: 'pace', retryAfterMs: Number(fact) };
    },
    countOpen: (owner) =>
      link.call('count open jobs', async (redis) => {
        if (owner) return redis.scard(keys.jobs(owner).open(owner));
        const indexes = keys.jobShards.flatMap((shard) => OPEN.map((status) => shard.status(statusLetter(status))));
        const counts = await Promise.all(indexes.map((index) => redis.zcard(index)));
        return counts.reduce((sum, count) => sum + count, 0);
      }),
    async load(id) {
      const rowKeys = keys.jobShards.map((shard) => shard.row(id));
      const found = link.isCluster ? await findInCluster(link, rowKeys) : await findOnServer(link, rowKeys);
      return found ? decodeJob(id, found) : undefined;
    },
    async write(row) {
      const shard = keys.jobs(row.user);
      const times = [row.attentionAt ?? '', row.keepUntil ?? ''];
      const done = await link.call('write job', (redis) =>
        redis.behalfWriteJob(shard.row(row.id), shard.base, row.id, encodeJob(row), row.version - 1, ...times),
      );
      return done === 1;
    },
    list: (filter, page) => list(link, keys, filter, page),
    async waitingFor(user, connection) {
      const index = keys.jobs(user).waiting(user, connection);
      return link.call('waiting jobs', (redis) => redis.zrange(index, 0, '-1'));
    },
    async needingAttention(now, limit) {
      const answers = await link.call('jobs needing attention', (redis) =>
        Promise.all(
          keys.jobShards.map(({ attention }) =>
            redis.zrangebyscore(attention, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit),
          ),
        ),
      );
      const entries = answers.flatMap((flat) => scored(flat));
      return entries
        .sort((left, right) => left.score - right.score)
        .slice(0, limit)
        .map(({ id }) => id);
    },
    async forget(now) {
      const counts = await Promise.all(keys.jobShards.map((shard) => forgetInShard(link, shard, now)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

function findOnServer(link: RedisLink, rowKeys: readonly string[]): Promise<Buffer | undefined> {
  return link.call('load job', async (redis) => firstRow(await redis.mgetBuffer([...rowKeys])));
}

/** A row that is found counts even while another part of the Cluster is away. */
async function findInCluster(link: RedisLink, rowKeys: readonly string[]): Promise<Buffer | undefined> {
  return link.call('load job', async (redis) => {
    const answers = await Promise.allSettled(rowKeys.map((key) => redis.getBuffer(key)));
    const row = firstRow(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : null)));
    const failure = answers.find((answer) => answer.status === 'rejected');
    if (!row && failure) throw failure.reason;
    return row;
  });
}

function firstRow(rows: readonly (Buffer | null)[]): Buffer | undefined {
  return rows.find((row) => row !== null) ?? undefined;
}

async function list(link: RedisLink, keys: Keys, filter: JobFilter, page: JobPage): Promise<readonly JobRow[]> {
  const shards = filter.user ? [keys.jobs(filter.user)] : keys.jobShards;
  const looks = shards.flatMap((shard) => indexesFor(shard, filter)).map((indexes) => idsOf(link, indexes, page));
  const ids = (await Promise.all(looks)).flatMap(({ base, ids }) => ids.map((id) => ({ base, id })));
  const first = page.after === undefined ? -1 : 1;
  const shown = ids.sort((left, right) => (left.id > right.id ? first : -first)).slice(0, page.limit);
  if (shown.length === 0) return [];
  const rowKeys = shown.map(({ base, id }) => `${base}r${id}`);
  const rows = await link.call('list jobs', (redis) =>
    link.isCluster ? Promise.all(rowKeys.map((key) => redis.getBuffer(key))) : redis.mgetBuffer(rowKeys),
  );
  return shown.flatMap(({ id }, position) => {
    const row = rows[position];
    return row ? [decodeJob(id, row)] : [];
  });
}

interface Indexes {
  readonly base: string;
  readonly names: readonly string[];
}

/** The indexes that a job must stand in; without a filter, one look at each status. */
function indexesFor(shard: JobKeys, { user, recipe, status }: JobFilter): readonly Indexes[] {
  const names = [
    ...(user ? [shard.user(user)] : []),
    ...(recipe === undefined ? [] : [shard.recipe(recipe)]),
    ...(status === undefined ? [] : [shard.status(statusLetter(status))]),
  ];
  if (names.length > 0) return [{ base: shard.base, names }];
  return STATUS_LETTERS.map((letter) => ({ base: shard.base, names: [shard.status(letter)] }));
}

async function idsOf(
  link: RedisLink,
  { base, names }: Indexes,
  { after, before, limit }: JobPage,
): Promise<{ readonly base: string; readonly ids: readonly JobId[] }> {
  const ids: JobId[] = [];
  const way = after === undefined ? ['ZREVRANGEBYLEX', '-'] : ['ZRANGEBYLEX', '+'];
  let bound = startOf(after === undefined ? before : after, after === undefined ? '+' : '-');
  for (;;) {
    const [next, ...found] = await link.call('list job ids', (redis) =>
      redis.behalfListJobs(names.length, ...names, bound, limit - ids.length, ENTRIES_PER_LOOK, ...way),
    );
    ids.push(...found);
    if (next === undefined || next === '' || ids.length >= limit) return { base, ids };
    bound = `(${next}`;
  }
}

/** A bound that leaves out the id; the end of the range where there is none. */
function startOf(id: JobId | undefined, end: string): string {
  return id === undefined || id === '' ? end : `(${id}`;
}

async function forgetInShard(link: RedisLink, shard: JobKeys, now: number): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const count = await link.call('forget jobs', (redis) =>
      redis.behalfForgetJobs(shard.keep, shard.base, now, FORGOTTEN_AT_ONCE),
    );
    forgotten += count;
    if (count < FORGOTTEN_AT_ONCE) return forgotten;
  }
}

function scored(flat: readonly string[]): readonly { readonly id: JobId; readonly score: number }[] {
  const entries: { readonly id: JobId; readonly score: number }[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    entries.push({ id: flat[index] ?? '', score: Number(flat[index + 1]) });
  }
  return entries;
}

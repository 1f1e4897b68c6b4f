import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'undici';
import type { Stand } from '../stand.js';
import { commandRequest, deliver, nextWord, openPool } from '../world/load.js';
import { userIds } from '../world/people.js';
import type { PlatformRequest } from '../world/platform.js';
import type { Running } from '../world/programs.js';
import { openStore, personSeed, type Seed, vaultOf, writeSeeds } from '../world/seed.js';

const PROCESSES = 4;
/** A token endpoint is no faster. */
const REFRESH_MS = 200;
const TRY_AGAIN_MS = 250;
const MAX_TRIES = 240;
/** Longer than the lease and the look for jobs whose lease is over. */
const ANSWER_MS = 60_000;
/** So that the jobs of a killed process go on soon: the least that is allowed. */
const SETTINGS = { JOB_LEASE_SECONDS: '5' };

/** Many commands of one person in several processes, while the token has ended: how often is it refreshed? */
export async function measureRefreshStorm(stand: Stand): Promise<void> {
  const commands = stand.options.isQuick ? 20 : 200;
  const { url: redisUrl } = await stand.redis();
  const [calm = '', hurt = '', ...fifty] = userIds(52);
  const store = await openStore({ redisUrl });
  const expired = [calm, hurt, ...fifty].map((user) => expiredSeed(stand, user));
  await writeSeeds(store.connections, vaultOf(stand.encryptionKeys), expired);
  await store.close();
  const replicas: Running[] = [];
  for (let number = 0; number < PROCESSES; number += 1) {
    replicas.push(await stand.behalf({ redisUrl, only: 'slack', settings: SETTINGS }));
  }
  stand.platform.tokens.refreshMs = REFRESH_MS;
  await storm(stand, replicas, { scene: 'one person', users: [calm], commands, kills: false });
  await storm(stand, replicas, {
    scene: '50 people',
    users: fifty,
    commands: Math.max(commands, fifty.length),
    kills: false,
  });
  await storm(stand, replicas, { scene: 'a process killed', users: [hurt], commands, kills: true });
}

interface Scene {
  readonly scene: string;
  readonly users: readonly string[];
  /** For each process. */
  readonly commands: number;
  /** The process that refreshes is killed meanwhile. */
  readonly kills: boolean;
}

async function storm(stand: Stand, replicas: readonly Running[], scene: Scene): Promise<void> {
  const { tokens } = stand.platform;
  const before = tokens.counts;
  const pools = replicas.map(({ port }) => openPool(port));
  const startedAt = performance.now();
  const [first, ...others] = pools;
  const commands = (pool: Pool | undefined) =>
    sendAll(stand, { pools, pool, scene }, () => {
      answers += 1;
    });
  const waiting: Promise<void>[] = [];
  const plainBefore = stand.platform.plainMessages;
  let answers = 0;
  if (scene.kills) {
    const refreshing = new Promise<void>((resolve) => {
      tokens.onRefresh = resolve;
    });
    waiting.push(commands(first));
    await refreshing;
    await replicas[0]?.stop('SIGKILL');
    tokens.onRefresh = () => {};
  } else waiting.push(commands(first));
  waiting.push(...others.map(commands));
  const all = scene.commands * PROCESSES;
  const isOver = (): boolean => answers + stand.platform.plainMessages - plainBefore >= all;
  while (!isOver() && performance.now() - startedAt < ANSWER_MS) await wait(10);
  const elapsed = performance.now() - startedAt;
  await Promise.all(pools.map((pool) => pool.destroy()));
  const { calls, reused } = tokens.counts;
  const at = { scene: scene.scene, commands: scene.commands * PROCESSES, processes: PROCESSES };
  stand.note('refreshCalls', calls - before.calls, { at });
  stand.note('reusedTokens', reused - before.reused, { at });
  const later = all - answers;
  stand.note('toldToTryLater', later, { at });
  stand.note('timeToServeAll', elapsed, { unit: 'ms', at });
  stand.say(
    `${scene.scene}: ${calls - before.calls} refreshes, ${reused - before.reused} tokens used again, all served in ${elapsed.toFixed(0)} ms, ${later} told to try again later`,
  );
}

/** Resolves when all commands have the answer that they asked for. As the platforms do, what was not acknowledged is delivered again. */
async function sendAll(
  stand: Stand,
  { pool, pools, scene }: { readonly pools: readonly Pool[]; readonly pool: Pool | undefined; readonly scene: Scene },
  onAnswer: () => void,
): Promise<void> {
  const sent = Array.from({ length: scene.commands }, async (_, index) => {
    const word = nextWord();
    const user = scene.users[index % scene.users.length] ?? '';
    const answered = stand.platform.replyWith(word);
    await deliverUntilTaken(commandRequest(stand.platform, 'slack', user, `lookup name: ${word}`), pool, pools);
    await answered;
    onAnswer();
  });
  await Promise.all(sent);
}

async function deliverUntilTaken(
  request: PlatformRequest,
  first: Pool | undefined,
  pools: readonly Pool[],
): Promise<void> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const pool = attempt === 0 ? first : pools[attempt % pools.length];
    const isTaken =
      pool !== undefined &&
      (await deliver(pool, request).then(
        () => true,
        () => false,
      ));
    if (isTaken) return;
    await wait(TRY_AGAIN_MS);
  }
}

function expiredSeed(stand: Stand, user: string): Seed {
  const refreshToken = stand.platform.tokens.begin(`g${user}`);
  return { ...personSeed(user, 'jwt'), refreshToken, expiresAt: Date.now() - 1_000 };
}

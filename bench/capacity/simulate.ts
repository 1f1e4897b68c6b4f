import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'undici';
import type { Results } from '../measurements.js';
import type { Stand } from '../stand.js';
import { DAY_FIGURES } from '../subjects.js';
import { answered, commandRequest, deliver, nextWord, openPool } from '../world/load.js';
import { logIn, userIds } from '../world/people.js';
import { cpuMs } from '../world/process-figures.js';
import type { Running } from '../world/programs.js';
import { commandOf, writeConfig } from '../world/recipe-files.js';
import { type RedisServer, redisFigures } from '../world/redis.js';
import { openStore, personSeed, vaultOf, writeSeeds } from '../world/seed.js';
import { costsOf } from './costs.js';
import { type DayCost, predictCpu, predictDay } from './predict.js';
import { countDay, type DayPlan, planDay, seededRandom, type TrafficEvent } from './traffic.js';
import { SLOT_SECONDS, USAGE } from './usage.js';

const REPLICAS = 2;
const RECIPES = 20;
const DAY_SECONDS = 86_400;
const SLOTS = DAY_SECONDS / SLOT_SECONDS;
/** Slots that are shown as one. */
const SHOWN = 12;
const SETTLE_MS = 3_000;
const LOGIN_TIMEOUT_MS = 30_000;

/**
 * Replays a day, compressed in time, against replicas of the service on a real Redis, and holds what it cost against what the model
 * expects. What lasts longer than the replay (a login that nobody makes, retention) does not end in it.
 */
export async function measureDay(stand: Stand, known: Results): Promise<void> {
  const costs = costsOf(known);
  const { dayMinutes, dayUsers } = stand.options;
  const plan = planDay({ users: dayUsers, recipes: RECIPES, usage: USAGE }, seededRandom(1));
  const slots = countDay(plan);
  const replay = { replicas: REPLICAS, slotSeconds: (dayMinutes * 60) / SLOTS };
  const redis = await stand.redis();
  const replicas = await startReplicas(stand, redis, plan);
  await warmUp(stand, replicas, plan);
  const { slotSeconds } = replay;
  const { measured, cpuBySlot, failures } = await replayDay(stand, { plan, redis, replicas, slotSeconds });
  const predicted = predictDay(slots, replay, costs);
  const at = { users: plan.users, minutes: dayMinutes, replicas: REPLICAS };
  stand.note('events', plan.events.length, { at });
  stand.note('failures', failures, { at });
  for (const figure of DAY_FIGURES) {
    stand.note('measured', measured[figure], { at: { ...at, figure } });
    stand.note('predicted', predicted[figure], { at: { ...at, figure } });
    stand.say(`${figure}: predicted ${predicted[figure].toFixed(0)}, measured ${measured[figure].toFixed(0)}`);
  }
  const expected = predictCpu(slots, replay, costs);
  for (let start = 0; start < SLOTS; start += SHOWN) {
    const hour = (start * SLOT_SECONDS) / 3_600;
    const total = (values: readonly number[]): number =>
      values.slice(start, start + SHOWN).reduce((sum, value) => sum + value, 0);
    stand.note('cpuMeasured', total(cpuBySlot), { unit: 'ms', at: { ...at, hour } });
    stand.note('cpuPredicted', total(expected), { unit: 'ms', at: { ...at, hour } });
  }
}

async function startReplicas(stand: Stand, redis: RedisServer, plan: DayPlan): Promise<readonly Running[]> {
  const configDir = await writeConfig(plan.recipes);
  const store = await openStore({ redisUrl: redis.url });
  const seeds = userIds(plan.connected).map((user) => personSeed(user, 'jwt'));
  await writeSeeds(store.connections, vaultOf(stand.encryptionKeys), seeds);
  await store.close();
  const options = { redisUrl: redis.url, configDir, only: 'slack' } as const;
  return Promise.all(Array.from({ length: REPLICAS }, () => stand.behalf(options)));
}

/** Code is compiled, and people are met for the first time, before the day begins. */
async function warmUp(stand: Stand, replicas: readonly Running[], plan: DayPlan): Promise<void> {
  for (const { port } of replicas) {
    const pool = openPool(port);
    for (const user of userIds(plan.connected)) await ask(stand, pool, { user, recipe: 0, isRepeated: false });
    await pool.close();
  }
  await wait(SETTLE_MS);
}

interface ReplayOf {
  readonly plan: DayPlan;
  readonly redis: RedisServer;
  readonly replicas: readonly Running[];
  readonly slotSeconds: number;
}

async function replayDay(stand: Stand, { plan, redis, replicas, slotSeconds }: ReplayOf) {
  const pools = replicas.map(({ port }) => openPool(port));
  const serviceCpu = (): number => replicas.reduce((total, { pid }) => total + cpuMs(pid), 0);
  const before = await redisFigures(redis.client);
  const cpuBefore = serviceCpu();
  const cpuBySlot: number[] = [];
  const links = new Map<number, string>();
  const pending = new Set<Promise<void>>();
  let failures = 0;
  let cpuSeen = cpuBefore;
  const startedAt = performance.now();
  const closeSlot = (): void => {
    const cpu = serviceCpu();
    cpuBySlot.push(cpu - cpuSeen);
    cpuSeen = cpu;
  };
  for (const [index, event] of plan.events.entries()) {
    while (event.at >= (cpuBySlot.length + 1) * SLOT_SECONDS) {
      await until(startedAt + (cpuBySlot.length + 1) * slotSeconds * 1_000);
      closeSlot();
    }
    await until(startedAt + (event.at / SLOT_SECONDS) * slotSeconds * 1_000);
    const pool = pools[index % pools.length];
    if (!pool) continue;
    const one: Promise<void> = play(stand, pool, { event, plan, links })
      .catch(() => {
        failures += 1;
      })
      .finally(() => pending.delete(one));
    pending.add(one);
  }
  await Promise.all(pending);
  await until(startedAt + SLOTS * slotSeconds * 1_000);
  await wait(SETTLE_MS);
  while (cpuBySlot.length < SLOTS) closeSlot();
  const after = await redisFigures(redis.client);
  await Promise.all(pools.map((pool) => pool.close()));
  const measured: DayCost = {
    serviceCpuMs: cpuSeen - cpuBefore,
    redisCpuMs: after.cpuMs - before.cpuMs,
    redisOperations: after.operations - before.operations,
    redisBytes: after.memoryBytes - before.memoryBytes,
  };
  return { measured, cpuBySlot, failures };
}

interface Play {
  readonly event: TrafficEvent;
  readonly plan: DayPlan;
  /** Of people who wait for a login: the newest link. */
  readonly links: Map<number, string>;
}

async function play(stand: Stand, pool: Pool, { event, links, plan }: Play): Promise<void> {
  const user = userIds(1, event.user)[0] ?? '';
  if (event.kind === 'login') return logInLater(stand, pool, { number: event.user, user, links });
  const isStranger = event.user >= plan.connected && !links.has(event.user);
  if (isStranger) void stand.platform.promptFor(user).then((link) => links.set(event.user, link));
  const mustWait = event.user >= plan.connected;
  await ask(stand, pool, { user, recipe: event.recipe, isRepeated: event.isRepeated, mustWait });
}

async function logInLater(
  stand: Stand,
  pool: Pool,
  { links, number, user }: { readonly number: number; readonly user: string; readonly links: Map<number, string> },
): Promise<void> {
  // The day is short: the prompt may still be on its way.
  const startedAt = performance.now();
  while (!links.has(number)) {
    if (performance.now() - startedAt > LOGIN_TIMEOUT_MS) throw new Error('no prompt');
    await wait(20);
  }
  await logIn(stand.platform, pool, { chat: 'slack', user, link: links.get(number) ?? '' });
}

interface Asked {
  readonly user: string;
  readonly recipe: number;
  readonly isRepeated: boolean;
  /** The answer may come only after a login, or not at all. */
  readonly mustWait?: boolean;
}

async function ask(stand: Stand, pool: Pool, { isRepeated, mustWait, recipe, user }: Asked): Promise<void> {
  const word = nextWord();
  const request = commandRequest(stand.platform, 'slack', user, `${commandOf(recipe)} name: ${word}`);
  const reply = mustWait ? Promise.resolve() : stand.platform.replyWith(word);
  await answered(pool, request, reply);
  if (isRepeated) await deliver(pool, request);
}

async function until(time: number): Promise<void> {
  const early = time - performance.now();
  if (early > 1) await wait(early);
}

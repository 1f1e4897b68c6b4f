import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProcess } from '../../contract/stores/processes.js';
import { startWatchedRedis, type WatchedRedis } from '../../support/redis-with-sentinels.js';
import { startTokenServer, type TokenServer } from '../../support/token-server.js';
import {
  HASTE,
  logInAll,
  openRefreshParts,
  personOf,
  type RefreshOrder,
  readyAgain,
  startRefreshing,
} from './support/refresh-parts.js';
import { RotatingFamilies } from './support/rotating-families.js';

const PROCESSES = 3;
const PEOPLE = ['ann', 'bob', 'eve'];
const KILLS = 5;
const OUTAGES = 2;
const TOKEN_SECONDS = 1;
/** A lease lasts for 20 seconds, here for 4. */
const LONGER_THAN_THE_LEASE_MS = 5_000;
/** One answer of so many is slow. */
const SLOW_EVERY = 12;

/** Sentinels on a busy machine may need more than one vote; every wait ends by itself, with words, long before. */
jest.setTimeout(600_000);

let redis: WatchedRedis;
let provider: TokenServer;

beforeAll(async () => {
  [redis, provider] = await Promise.all([startWatchedRedis(), startTokenServer()]);
  await redis.untilWhole();
});

afterAll(() => Promise.all([redis?.stop(), provider?.stop()]));

test('processes that are killed while they refresh, over a Redis that dies and fails over and providers slower than a lease, never lose a login that rotates', async () => {
  const seed = randomInt(2 ** 32);
  const families = new RotatingFamilies(PEOPLE, { tokenSeconds: TOKEN_SECONDS * HASTE });
  const chaos = new Chaos(families, seed);
  try {
    await chaos.begin();
    await chaos.run();
    await chaos.judge();
  } catch (error) {
    throw new Error(`With the seed ${seed}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  } finally {
    await chaos.end();
  }
});

/** What happens to the processes and to Redis, in an order of its own for each seed. */
class Chaos {
  readonly #families: RotatingFamilies;
  readonly #random: () => number;
  readonly #order: RefreshOrder;
  readonly #startedAt = Date.now();
  readonly #said: string[] = [];
  readonly #running: TestProcess[] = [];
  #parts: Awaited<ReturnType<typeof openRefreshParts>> | undefined;
  #longest = 0;

  constructor(families: RotatingFamilies, seed: number) {
    this.#families = families;
    this.#random = randomNumbers(seed);
    // Of its own: how many calls come is not in our hand.
    const delays = randomNumbers(seed + 1);
    const key = randomBytes(32).toString('base64');
    this.#order = { redisUrl: redis.url, key, providerUrl: provider.url, people: PEOPLE };
    provider.script((call) => {
      const isSlow = call.path !== '/revoke' && families.refreshes % SLOW_EVERY === PEOPLE.length;
      if (isSlow) this.#longest = LONGER_THAN_THE_LEASE_MS;
      return { ...families.answer(call), delayMs: isSlow ? LONGER_THAN_THE_LEASE_MS : delays() * 150 };
    });
  }

  async begin(): Promise<void> {
    this.#parts = await openRefreshParts(this.#order, 10_000);
    await logInAll(this.#parts.connections, this.#families, PEOPLE);
    for (let count = 0; count < PROCESSES; count += 1) this.#start();
    await Promise.all(this.#running.map((process) => process.lines(1)));
  }

  async run(): Promise<void> {
    const kill = () => this.#kill();
    const acts = [...Array.from({ length: KILLS - 1 }, () => kill), () => this.#restartRedis(), () => this.#failOver()];
    for (const act of shuffled(acts, this.#random)) {
      // Anywhere in the life of a token, so also in the midst of a refresh.
      await sleep(this.#random() * TOKEN_SECONDS * 1_000);
      await act();
    }
    await Promise.all(this.#running.map((process) => readyAgain(process, PEOPLE)));
  }

  async judge(): Promise<void> {
    const { connections, parent, revoker } = this.#parts ?? (await openRefreshParts(this.#order));
    for (const process of this.#running.splice(0)) this.#said.push(...(await process.kill()));
    const families = this.#families;
    expect(this.#said.filter((line) => !PASSING.has(line.split(' ')[1] ?? ''))).toEqual([]);
    for (const name of PEOPLE) {
      expect(families.generationOf(name)).toBeGreaterThan(2);
      const owner = personOf(name);
      await expect(connections.credentialFor(owner, parent)).resolves.toMatchObject({ kind: 'ready' });
      await expect(connections.get(owner, 'crm')).resolves.toMatchObject({ status: 'connected' });
    }
    // Each process keeps one list of what is to be ended at the provider: nothing of this may be on it.
    await revoker.work();
    expect(families.revoked).toEqual([]);
    expect(this.#longest).toBe(LONGER_THAN_THE_LEASE_MS);
    // Only who died with the answer in hand, or Redis with its last write, has the used refresh token used again.
    expect(families.repeats).toBeLessThanOrEqual((KILLS + OUTAGES) * PEOPLE.length);
    const lives = Math.ceil((Date.now() - this.#startedAt) / (TOKEN_SECONDS * 500));
    expect(families.refreshes).toBeLessThanOrEqual((lives + KILLS + OUTAGES) * PEOPLE.length);
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map((process) => process.kill()));
    await this.#parts?.close();
  }

  #start(): void {
    this.#running.push(startRefreshing(this.#order));
  }

  async #kill(): Promise<void> {
    const [victim] = this.#running.splice(Math.floor(this.#random() * PROCESSES), 1);
    this.#start();
    await victim?.lines(1);
    this.#said.push(...((await victim?.kill()) ?? []));
  }

  /** The master is back before the Sentinels choose another one, or as a replica where the machine is slow. */
  async #restartRedis(): Promise<void> {
    redis.restart(await redis.killMaster());
    await redis.untilReplicated();
  }

  async #failOver(): Promise<void> {
    const former = await redis.killMaster();
    await this.#kill();
    await redis.untilFailedOver(former);
    redis.restart(former);
    await redis.untilReplicated();
  }
}

const PASSING = new Set(['ready', 'store.unavailable', 'oauth.transient']);

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ value }) => value);
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import { SLOT_SECONDS, type Usage } from './usage.js';

/** Number between 0 and 1. */
export type Random = () => number;

/** One thing that happens on the simulated day; `at` in seconds since midnight. */
export type TrafficEvent =
  | {
      readonly kind: 'command';
      readonly at: number;
      /** Numbers of the person and of the recipe. */
      readonly user: number;
      readonly recipe: number;
      /** The platform delivers it once more. */
      readonly isRepeated: boolean;
    }
  /** Logs in for all that waits. */
  | { readonly kind: 'login'; readonly at: number; readonly user: number };

export interface DayPlan {
  readonly users: number;
  readonly recipes: number;
  /** People who are connected when the day begins; the others have the highest numbers. */
  readonly connected: number;
  /** By time. */
  readonly events: readonly TrafficEvent[];
}

/** Few people ask much, many ask seldom; likewise recipes. */
const USER_SKEW = 0.7;
const RECIPE_SKEW = 1;
/** Mean time from the prompt to the login, in seconds. */
const LOGIN_AFTER = 60;
const DAY_SECONDS = 86_400;

/** A day of so many people: its curve, its bursts, Zipf's law for people and recipes, logins, repeated deliveries. */
export function planDay(
  { recipes, usage, users }: { readonly users: number; readonly recipes: number; readonly usage: Usage },
  random: Random,
): DayPlan {
  const pickUser = zipf(users, USER_SKEW, random);
  const pickRecipe = zipf(recipes, RECIPE_SKEW, random);
  const pickTime = timeOf(usage.day, random);
  // Numbers are ranks: those who are not connected must not be the ones who never ask.
  const order = shuffled(users, random);
  const commands = Array.from({ length: Math.round(users * usage.commandsPerUserPerDay) }, () => ({
    kind: 'command' as const,
    at: pickTime(),
    user: order[pickUser()] ?? 0,
    recipe: pickRecipe(),
    isRepeated: random() < usage.repeatedShare,
  })).sort((left, right) => left.at - right.at);
  const strangers = strangersFor(commands, users, usage);
  const connected = users - strangers;
  const logins = loginsOf(commands, connected, usage, random);
  return { users, recipes, connected, events: [...commands, ...logins].sort((left, right) => left.at - right.at) };
}

/** What becomes of the events of a plan, by slot of the day. */
export interface SlotCounts {
  finished: number;
  suspended: number;
  login: number;
  repeated: number;
}

export function countDay({ connected, events, users }: DayPlan): readonly SlotCounts[] {
  const slots = Array.from({ length: DAY_SECONDS / SLOT_SECONDS }, () => ({
    finished: 0,
    suspended: 0,
    login: 0,
    repeated: 0,
  }));
  const isConnected = Array.from({ length: users }, (_, user) => user < connected);
  for (const event of events) {
    const slot = slots[Math.floor(event.at / SLOT_SECONDS)];
    if (!slot) continue;
    if (event.kind === 'login') {
      slot.login += 1;
      isConnected[event.user] = true;
      continue;
    }
    if (isConnected[event.user]) slot.finished += 1;
    else slot.suspended += 1;
    if (event.isRepeated) slot.repeated += 1;
  }
  return slots;
}

/**
 * How many people must be strangers for the wanted share of commands to wait: each who logs in makes one command wait, others all
 * of theirs.
 */
function strangersFor(commands: readonly { readonly user: number }[], users: number, usage: Usage): number {
  const asked = new Array<number>(users).fill(0);
  for (const { user } of commands) asked[user] = (asked[user] ?? 0) + 1;
  const wanted = commands.length * usage.waitingShare;
  let waiting = 0;
  let strangers = 0;
  while (strangers < users && waiting < wanted) {
    strangers += 1;
    const own = asked[users - strangers] ?? 0;
    waiting += Math.min(own, 1) * usage.loginShare + own * (1 - usage.loginShare);
  }
  return strangers;
}

function loginsOf(
  commands: readonly { readonly at: number; readonly user: number }[],
  connected: number,
  usage: Usage,
  random: Random,
): readonly TrafficEvent[] {
  const met = new Set<number>();
  const logins: TrafficEvent[] = [];
  for (const { at, user } of commands) {
    if (user < connected || met.has(user)) continue;
    met.add(user);
    const after = at - Math.log(1 - random()) * LOGIN_AFTER;
    if (random() < usage.loginShare && after < DAY_SECONDS) logins.push({ kind: 'login', at: after, user });
  }
  return logins;
}

/** Ranks from 0, the first the most frequent: chance in proportion to 1 / rank^skew. */
function zipf(count: number, skew: number, random: Random): () => number {
  const sums: number[] = [];
  let total = 0;
  for (let rank = 1; rank <= count; rank += 1) {
    total += rank ** -skew;
    sums.push(total);
  }
  return () => lowest(sums, random() * total);
}

function timeOf(day: readonly number[], random: Random): () => number {
  const sums: number[] = [];
  let total = 0;
  for (const weight of day) {
    total += weight;
    sums.push(total);
  }
  const length = DAY_SECONDS / day.length;
  return () => (lowest(sums, random() * total) + random()) * length;
}

/** Index of the first sum that is above the value. */
function lowest(sums: readonly number[], value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function shuffled(count: number, random: Random): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
  }
  return order;
}

/** Chance that is the same in every run (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

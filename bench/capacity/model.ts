import type { ActCost, ActName, Costs, LoadPoint } from './costs.js';
import { peakShare, SLOT_SECONDS, type Usage } from './usage.js';

const GB = 1_000_000_000;

/** How far parts are loaded at the peak. */
export const LIMITS = {
  /** Share of its core that a process of the service uses. */
  serviceCore: 0.6,
  /** Share of its one core that a Redis server uses. */
  redisCore: 0.5,
  /** Bytes of data in one Redis server. */
  redisBytes: 24 * GB,
  /** Over what is kept: fragmentation, buffers, copies while a snapshot is written. */
  redisHeadroom: 1.5,
} as const;

/** How long things are kept, in days: `HISTORY_DAYS`, `AUDIT_DAYS`. */
export interface Retention {
  readonly historyDays: number;
  readonly auditDays: number;
}

/** The settings as they come. */
export const DEFAULT_RETENTION: Retention = { historyDays: 30, auditDays: 365 };

/** Event claims are kept for a day, and a job waits for its login at most half an hour. */
const CLAIM_DAYS = 1;
const WAITING_SLOTS = 1_800 / SLOT_SECONDS;

/**
 * `one`: a single Redis, with Sentinel where it has to survive a machine. `cluster`: so many masters. `impossible`: the audit log
 * is one list on one server, and does not fit.
 */
export type RedisLayout =
  | { readonly kind: 'one' }
  | { readonly kind: 'cluster'; readonly masters: number }
  | { readonly kind: 'impossible'; readonly auditBytes: number };

export interface Memory {
  readonly connections: number;
  readonly history: number;
  readonly claims: number;
  readonly audit: number;
  readonly waiting: number;
  /** With headroom. */
  readonly total: number;
}

/** What so many people need. */
export interface Need {
  readonly users: number;
  readonly commandsPerDay: number;
  /** Commands a second in the busiest five minutes. */
  readonly peakPerSecond: number;
  /** Processes of the service, one core each, with one to spare. */
  readonly replicas: number;
  /** Cores of Redis at the peak, all servers together. */
  readonly redisCores: number;
  readonly redisOperationsPerSecond: number;
  readonly redisRoundTripsPerSecond: number;
  /** Bits a second at the peak. */
  readonly redisNetwork: number;
  readonly outsideNetwork: number;
  /** Bytes. */
  readonly memory: Memory;
  readonly layout: RedisLayout;
}

export function needOf(users: number, usage: Usage, retention: Retention, costs: Costs): Need {
  const commandsPerDay = users * usage.commandsPerUserPerDay;
  const peakPerSecond = (commandsPerDay * peakShare(usage)) / SLOT_SECONDS;
  const waitingPerSecond = peakPerSecond * usage.waitingShare;
  const perSecond = {
    finished: peakPerSecond - waitingPerSecond,
    suspended: waitingPerSecond,
    login: waitingPerSecond * usage.loginShare,
    repeated: peakPerSecond * usage.repeatedShare,
  };
  const operations = ACTS.reduce((total, act) => total + perSecond[act] * costs.acts[act].redisOperations, 0);
  const weighed = asCommands(perSecond, costs, ({ cpuMs }) => cpuMs);
  const replicas = Math.ceil(weighed / rateAt(costs.load, LIMITS.serviceCore * 1_000)) + 1;
  const memory = memoryOf({ users, usage, retention, replicas }, costs);
  const redisCores =
    cpuAt(
      costs.redisLoad,
      asCommands(perSecond, costs, ({ redisCpuMs }) => redisCpuMs),
    ) / 1_000;
  return {
    users,
    commandsPerDay,
    peakPerSecond,
    replicas,
    redisCores,
    redisOperationsPerSecond: operations,
    redisRoundTripsPerSecond: peakPerSecond * costs.redisRoundTrips,
    redisNetwork: peakPerSecond * costs.redisNetworkBytes * 8,
    outsideNetwork: peakPerSecond * costs.outsideNetworkBytes * 8,
    memory,
    layout: layoutOf(memory, redisCores),
  };
}

export const ACTS: readonly ActName[] = ['finished', 'suspended', 'login', 'repeated'];

/** What is no plain command counts as so many of them as it costs. */
export function asCommands(
  acts: Readonly<Record<ActName, number>>,
  costs: Costs,
  cost: (act: ActCost) => number,
): number {
  return ACTS.reduce((total, act) => total + (acts[act] * cost(costs.acts[act])) / cost(costs.acts.finished), 0);
}

/**
 * Bytes of a command in the audit log, at so many commands a second in one process. A page is written a second after the first of
 * its entries was noted, so it holds that command and those of the second.
 */
export function auditBytesAt(perSecond: number, { auditBytes: { alone, full } }: Pick<Costs, 'auditBytes'>): number {
  return full + (alone - full) / (1 + perSecond);
}

interface Plan {
  readonly users: number;
  readonly usage: Usage;
  readonly retention: Retention;
  readonly replicas: number;
}

/** Bytes that a day leaves in the audit log. */
function auditOfDay({ replicas, usage, users }: Plan, costs: Costs): number {
  const perDay = users * usage.commandsPerUserPerDay;
  const whole = usage.day.reduce((total, weight) => total + weight, 0);
  return usage.day.reduce((bytes, weight) => {
    const commands = (perDay * weight) / whole;
    return bytes + commands * auditBytesAt(commands / SLOT_SECONDS / replicas, costs);
  }, 0);
}

function memoryOf(plan: Plan, costs: Costs): Memory {
  const { usage, users } = plan;
  const { auditDays, historyDays } = plan.retention;
  const perDay = users * usage.commandsPerUserPerDay;
  const connections = users * usage.connectedShare * usage.connectionsPerUser * costs.connectionBytes;
  const history = perDay * historyDays * costs.jobBytes;
  const claims = perDay * CLAIM_DAYS * costs.claimBytes;
  const audit = auditDays * auditOfDay(plan, costs);
  const waiting = perDay * peakShare(usage) * WAITING_SLOTS * usage.waitingShare * costs.suspendedBytes;
  const total = (connections + history + claims + audit + waiting) * LIMITS.redisHeadroom;
  return { connections, history, claims, audit, waiting, total };
}

function layoutOf(memory: Memory, redisCores: number): RedisLayout {
  const masters = Math.max(Math.ceil(memory.total / LIMITS.redisBytes), Math.ceil(redisCores / LIMITS.redisCore));
  const auditBytes = memory.audit * LIMITS.redisHeadroom;
  if (auditBytes > LIMITS.redisBytes) return { kind: 'impossible', auditBytes };
  // A Cluster has three masters at least.
  return masters <= 1 ? { kind: 'one' } : { kind: 'cluster', masters: Math.max(3, masters) };
}

/** CPU of one process in a second at this rate, in ms; beyond what was measured in proportion to the highest rate. */
export function cpuAt(load: readonly LoadPoint[], perSecond: number): number {
  const last = load.at(-1);
  if (last && perSecond > last.perSecond) return (last.cpuMs * perSecond) / last.perSecond;
  const [left, right] = around(load, (point) => point.perSecond, perSecond);
  return along(perSecond, [left.perSecond, left.cpuMs], [right.perSecond, right.cpuMs]);
}

/** Commands a second at which one process uses so much CPU of a second, in ms. */
export function rateAt(load: readonly LoadPoint[], cpuMs: number): number {
  const last = load.at(-1);
  if (last && cpuMs > last.cpuMs) return (last.perSecond * cpuMs) / last.cpuMs;
  const [left, right] = around(load, (point) => point.cpuMs, cpuMs);
  return along(cpuMs, [left.cpuMs, left.perSecond], [right.cpuMs, right.perSecond]);
}

/** The points between which the value lies, or the outermost two. */
function around(
  load: readonly LoadPoint[],
  measure: (point: LoadPoint) => number,
  value: number,
): readonly [LoadPoint, LoadPoint] {
  const found = load.findIndex((point) => measure(point) >= value);
  const index = Math.max(1, found === -1 ? load.length - 1 : found);
  const [left, right] = load.slice(index - 1, index + 1);
  if (!left || !right) throw new Error('The CPU of the service was measured at fewer than two rates');
  return [left, right];
}

function along(x: number, [x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): number {
  return y1 + ((x - x1) * (y2 - y1)) / (x2 - x1);
}

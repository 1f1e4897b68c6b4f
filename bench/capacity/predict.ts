import type { ActCost, Costs, LoadPoint } from './costs.js';
import { ACTS, asCommands, auditBytesAt, cpuAt } from './model.js';
import type { SlotCounts } from './traffic.js';

/** What a day costs. CPU in ms, memory in bytes. */
export interface DayCost {
  readonly serviceCpuMs: number;
  readonly redisCpuMs: number;
  readonly redisOperations: number;
  readonly redisBytes: number;
}

export interface Replay {
  readonly replicas: number;
  /** Real seconds that a slot of the day takes. */
  readonly slotSeconds: number;
}

/** CPU that the model expects of the service in each slot, all replicas together, in ms. */
export function predictCpu(slots: readonly SlotCounts[], replay: Replay, costs: Costs): readonly number[] {
  return slots.map((slot) => cpuOf(slot, replay, { load: costs.load, costs, cost: ({ cpuMs }) => cpuMs }));
}

/** What the model expects of the whole day. */
export function predictDay(slots: readonly SlotCounts[], replay: Replay, costs: Costs): DayCost {
  const count = (act: (typeof ACTS)[number]): number => slots.reduce((total, slot) => total + slot[act], 0);
  const one = { ...replay, replicas: 1 };
  const redis = { load: costs.redisLoad, costs, cost: ({ redisCpuMs }: ActCost) => redisCpuMs };
  return {
    serviceCpuMs: predictCpu(slots, replay, costs).reduce((total, cpuMs) => total + cpuMs, 0),
    redisCpuMs: slots.reduce((total, slot) => total + cpuOf(slot, one, redis), 0),
    redisOperations: ACTS.reduce((total, act) => total + count(act) * costs.acts[act].redisOperations, 0),
    redisBytes:
      count('finished') * (costs.jobBytes + costs.claimBytes) +
      slots.reduce((total, { finished }) => total + finished * auditBytesAt(rateOf(finished, replay), costs), 0) +
      count('suspended') * costs.suspendedBytes +
      count('login') * costs.loginBytes,
  };
}

/** A second, in each process. */
function rateOf(commands: number, { replicas, slotSeconds }: Replay): number {
  return commands / replicas / slotSeconds;
}

interface Program {
  readonly load: readonly LoadPoint[];
  readonly costs: Costs;
  readonly cost: (act: ActCost) => number;
}

function cpuOf(slot: SlotCounts, replay: Replay, { cost, costs, load }: Program): number {
  const perSecond = rateOf(asCommands({ ...slot }, costs, cost), replay);
  return cpuAt(load, perSecond) * replay.replicas * replay.slotSeconds;
}

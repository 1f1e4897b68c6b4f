import type { Results } from '../measurements.js';

/** What the service and Redis pay, as measured. CPU in ms. */
export interface Costs {
  /** CPU of one process of the service in each second, by commands a second; rising. */
  readonly load: readonly LoadPoint[];
  /** The same of Redis. */
  readonly redisLoad: readonly LoadPoint[];
  readonly acts: Readonly<Record<ActName, ActCost>>;
  readonly redisRoundTrips: number;
  /** Bytes of a command between service and Redis, and between service, chat and app. */
  readonly redisNetworkBytes: number;
  readonly outsideNetworkBytes: number;
  /** Bytes in Redis. */
  readonly connectionBytes: number;
  readonly jobBytes: number;
  readonly claimBytes: number;
  /** The entries of a command in the audit log: where a page holds those of many, and where it holds those of one. */
  readonly auditBytes: { readonly full: number; readonly alone: number };
  readonly suspendedBytes: number;
  readonly loginBytes: number;
}

export interface LoadPoint {
  readonly perSecond: number;
  readonly cpuMs: number;
}

export type ActName = 'finished' | 'suspended' | 'login' | 'repeated';

export interface ActCost {
  readonly cpuMs: number;
  readonly redisOperations: number;
  readonly redisCpuMs: number;
}

/** Reads the costs out of the results. Throws with what has to be measured first. */
export function costsOf(results: Results): Costs {
  const need = (part: 'commands' | 'connections' | 'memory', name: string, at: Record<string, string> = {}): number => {
    const value = results.value(part, name, at);
    if (value === undefined) throw new Error(`Measure the part ${part} first: ${name} is not known`);
    return value;
  };
  const act = (name: ActName): ActCost => ({
    cpuMs: need('memory', 'cpu', { act: name }),
    redisOperations: need('memory', 'redisOperations', { act: name }),
    redisCpuMs: need('memory', 'redisCpu', { act: name }),
  });
  const kept = (kind: string): number => results.value('memory', 'keyBytes', { act: 'finished', kind }) ?? 0;
  return {
    load: loadOf(results, 'cpuOfSecond', 'cpu'),
    redisLoad: loadOf(results, 'redisCpuOfSecond', 'redisCpu'),
    acts: { finished: act('finished'), suspended: act('suspended'), login: act('login'), repeated: act('repeated') },
    redisRoundTrips: need('commands', 'redisRoundTrips'),
    redisNetworkBytes: need('commands', 'redisNetwork'),
    outsideNetworkBytes: need('commands', 'chatAndAppNetwork'),
    connectionBytes: need('connections', 'redisBytes', { tokens: 'jwt' }),
    jobBytes: kept('job') + kept('job index'),
    claimBytes: kept('event claim'),
    auditBytes: { full: kept('audit'), alone: need('memory', 'auditAlone') },
    suspendedBytes: need('memory', 'redisBytes', { act: 'suspended' }),
    loginBytes: need('memory', 'redisBytes', { act: 'login' }),
  };
}

/** Steady rates, then the most that fifty commands in flight reach, with the core of the service full. */
function loadOf(results: Results, steadyName: string, fullName: string): readonly LoadPoint[] {
  const steady = results
    .find('memory', steadyName)
    .map(({ at, value }) => ({ perSecond: Number(at['perSecond']), cpuMs: value }));
  const most = 1_000 / (results.value('memory', 'cpu', { act: 'finished' }) ?? Number.NaN);
  const each = results.value('memory', fullName, { act: 'finished' }) ?? Number.NaN;
  return [...steady, { perSecond: most, cpuMs: most * each }]
    .sort((left, right) => left.perSecond - right.perSecond)
    .filter(({ cpuMs }, index, all) => all.slice(0, index).every((before) => before.cpuMs < cpuMs));
}

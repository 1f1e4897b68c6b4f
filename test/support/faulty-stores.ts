import type { Stores } from '../../src/assemble.js';
import { BehalfError } from '../../src/kernel/errors.js';

/** What is to go wrong at one method of a store, named `jobs.accept`. */
export interface StoreFault {
  readonly at: string;
  /** `lost`: nothing was carried out; `unheard`: it was, but the answer did not arrive; `slow`: waits for `until` first. */
  readonly kind: 'lost' | 'unheard' | 'slow';
  readonly until?: Promise<void>;
  /** How often; for ever by default. */
  times?: number;
}

/** The stores with faults that a test switches on and off. */
export interface FaultyStores {
  readonly stores: Stores;
  readonly faults: StoreFault[];
  /** Methods in the order of their calls. */
  readonly calls: string[];
}

export function faultyStores(stores: Stores): FaultyStores {
  const faults: StoreFault[] = [];
  const calls: string[] = [];
  const record = { faults, calls };
  return {
    ...record,
    stores: {
      expiring: wrap(stores.expiring, 'expiring', record),
      connections: wrap(stores.connections, 'connections', record),
      keepAlive: wrap(stores.keepAlive, 'keepAlive', record),
      leases: wrap(stores.leases, 'leases', record),
      revocations: wrap(stores.revocations, 'revocations', record),
      departures: wrap(stores.departures, 'departures', record),
      audit: wrap(stores.audit, 'audit', record),
      jobs: wrap(stores.jobs, 'jobs', record),
      queue: wrap(stores.queue, 'queue', record),
      limiter: wrap(stores.limiter, 'limiter', record),
      health: stores.health,
      sealedRows: stores.sealedRows,
    },
  };
}

function wrap<T extends object>(store: T, name: string, record: Pick<FaultyStores, 'faults' | 'calls'>): T {
  return new Proxy(store, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      const at = `${name}.${String(key)}`;
      return async (...values: readonly unknown[]): Promise<unknown> => {
        record.calls.push(at);
        const fault = record.faults.find((candidate) => candidate.at === at && (candidate.times ?? 1) > 0);
        if (fault?.times !== undefined) fault.times -= 1;
        if (fault?.kind === 'lost') throw away(at);
        if (fault?.kind === 'slow') await fault.until;
        const result: unknown = await Reflect.apply(method, target, values);
        if (fault?.kind === 'unheard') throw away(at);
        return result;
      };
    },
  });
}

function away(at: string): BehalfError {
  return new BehalfError('store.unavailable', `The store is away (${at})`);
}

import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { ConnectionOwner } from './connection.js';
import type { ConnectionStore } from './connection-store.port.js';
import type { Connections } from './connections.js';
import type { Departed, DepartureQueue } from './departure-queue.port.js';
import { eachOwner } from './each-owner.js';

const POLL_MS = 10_000;
const BATCH = 20;
/** Longer than the end of one workspace's connections takes; also the pause before a failed one is tried again. */
const HIDE_MS = 5 * 60_000;

export interface DeparturesDeps {
  readonly queue: DepartureQueue;
  readonly store: ConnectionStore;
  readonly connections: Pick<Connections, 'list' | 'remove'>;
  /** Names of all connections that persons may have. */
  readonly names: () => readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Pause between two looks at the list, in ms. Default 10 000. */
  readonly pollMs?: number;
}

/** Ends the connections of people who have left, when their time has come: the tokens are revoked, the rows removed. */
export class Departures {
  readonly #deps: DeparturesDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: DeparturesDeps) {
    this.#deps = deps;
  }

  /** Resolves when it is durable. Safe to repeat. */
  leave(departed: Departed, graceMs: number): Promise<void> {
    return this.#deps.queue.add(departed, this.#deps.clock.now() + graceMs);
  }

  /** Somebody is back in time: nothing is ended. */
  async comeBack(departed: Departed): Promise<void> {
    if (await this.#deps.queue.remove(departed))
      this.#deps.logger.info(facts(departed), 'back before the connections were ended');
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the work under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Works off what is due now; tells how many entries it took. */
  async work(): Promise<number> {
    const { clock, queue } = this.#deps;
    const due = await queue.due(clock.now(), BATCH, HIDE_MS);
    for (const departed of due) {
      if (this.#stop.signal.aborted) break;
      await this.#end(departed);
    }
    return due.length;
  }

  async #run(): Promise<void> {
    const { clock, logger, pollMs = POLL_MS } = this.#deps;
    while (!this.#stop.signal.aborted) {
      const taken = await this.work().catch((error: unknown) => {
        logger.warn({ err: asBehalfError(error) }, 'the connections of people who left could not be ended yet');
        return 0;
      });
      if (taken < BATCH) await clock.sleep(pollMs, this.#stop.signal).catch(() => undefined);
    }
  }

  /** What fails stays on the list and shows itself again. */
  async #end(departed: Departed): Promise<void> {
    const { logger, metrics, queue } = this.#deps;
    const ended =
      departed.userId === undefined
        ? await this.#endTenant(departed)
        : await this.#endPerson({ ...departed, userId: departed.userId });
    await queue.remove(departed);
    logger.info({ ...facts(departed), ended }, 'the connections of who left were ended');
    const kind = departed.userId === undefined ? 'tenant' : 'person';
    metrics.count('departures', { platform: departed.platform, kind });
  }

  async #endPerson(owner: Exclude<ConnectionOwner, 'shared'>): Promise<number> {
    const { connections } = this.#deps;
    const found = await connections.list(owner);
    for (const { name } of found) await connections.remove(owner, name);
    return found.length;
  }

  async #endTenant({ platform, tenantId }: Departed): Promise<number> {
    const { connections, names, store } = this.#deps;
    let ended = 0;
    for (const name of names()) {
      ended += await eachOwner(store, name, async (owner) => {
        const isTheirs = owner !== 'shared' && owner.platform === platform && owner.tenantId === tenantId;
        return isTheirs && (await connections.remove(owner, name)) !== undefined;
      });
    }
    return ended;
  }
}

function facts({ platform, tenantId, userId }: Departed): Readonly<Record<string, string>> {
  return { platform, tenantId, ...(userId === undefined ? {} : { userId }) };
}

import type { Audit } from '../kernel/audit.port.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import { auditedOwner } from './audit-notes.js';
import type { ConnectionOwner } from './connection.js';
import type { ConnectionStore } from './connection-store.port.js';
import type { Connections } from './connections.js';
import type { Departed, DepartureQueue } from './departure-queue.port.js';
import { DueWork } from './due-work.js';
import { eachOwner } from './each-owner.js';

const POLL_MS = 10_000;
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
  /** Absent: nothing is noted. */
  readonly audit?: Audit;
  /** Pause between two looks at the list, in ms. Default 10 000. */
  readonly pollMs?: number;
}

/** Ends the connections of people who have left, when their time has come: the tokens are revoked, the rows removed. */
export class Departures {
  readonly #deps: DeparturesDeps;
  readonly #due: DueWork<Departed>;

  constructor(deps: DeparturesDeps) {
    this.#deps = deps;
    this.#due = new DueWork({
      clock: deps.clock,
      list: deps.queue,
      pollMs: deps.pollMs ?? POLL_MS,
      hideMs: HIDE_MS,
      failed: (err) => deps.logger.warn({ err }, 'the connections of people who left could not be ended yet'),
      handle: (entry) => this.#end(entry),
    });
  }

  /** Resolves when it is durable. Safe to repeat. */
  async leave(departed: Departed, graceMs: number): Promise<void> {
    await this.#deps.queue.add(departed, this.#deps.clock.now() + graceMs);
    this.#note(departed, 'left');
  }

  /** Somebody is back in time: nothing is ended. */
  async comeBack(departed: Departed): Promise<void> {
    if (!(await this.#deps.queue.remove(departed))) return;
    this.#deps.logger.info(facts(departed), 'back before the connections were ended');
    this.#note(departed, 'back');
  }

  start(): void {
    this.#due.start();
  }

  /** Resolves when the work under way has ended. */
  stop(): Promise<void> {
    return this.#due.stop();
  }

  /** Works off what is due now; tells how many entries it took. */
  work(): Promise<number> {
    return this.#due.once();
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
    this.#note(departed, 'ended', ended);
  }

  #note(departed: Departed, outcome: 'left' | 'back' | 'ended', count?: number): void {
    const event = { kind: 'departure', outcome, by: 'service', ...auditedOwner(departed) } as const;
    this.#deps.audit?.note(count === undefined ? event : { ...event, count });
  }

  async #endPerson(owner: Exclude<ConnectionOwner, 'shared'>): Promise<number> {
    const { connections } = this.#deps;
    const found = await connections.list(owner);
    for (const { name } of found) await connections.remove(owner, name, 'service');
    return found.length;
  }

  async #endTenant({ platform, tenantId }: Departed): Promise<number> {
    const { connections, names, store } = this.#deps;
    let ended = 0;
    for (const name of names()) {
      ended += await eachOwner(store, name, async (owner) => {
        const isTheirs = owner !== 'shared' && owner.platform === platform && owner.tenantId === tenantId;
        return isTheirs && (await connections.remove(owner, name, 'service')) !== undefined;
      });
    }
    return ended;
  }
}

function facts({ platform, tenantId, userId }: Departed): Readonly<Record<string, string>> {
  return { platform, tenantId, ...(userId === undefined ? {} : { userId }) };
}

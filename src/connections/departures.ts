import type { Audit } from '../kernel/audit.port.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import { auditedOwner } from './audit-notes.js';
import type { PersonOwner } from './connection.js';
import type { Departed, DepartureQueue } from './departure-queue.port.js';
import { DueWork } from './due-work.js';

const POLL_MS = 10_000;
/** Longer than erasing the people of one workspace takes; also the pause before a failed one is tried again. */
const HIDE_MS = 5 * 60_000;

export interface DeparturesDeps {
  readonly queue: DepartureQueue;
  /** Erases all that is kept about a person. `isWhole`: false where that has to be tried again. Safe to repeat. */
  readonly erase: (
    person: PersonOwner,
    options: { readonly isAsked: boolean },
  ) => Promise<{ readonly isWhole: boolean; readonly connections: readonly unknown[] }>;
  /** Everybody of a workspace of whom something is kept. */
  readonly peopleOf: (tenant: {
    readonly platform: string;
    readonly tenantId: string;
  }) => Promise<readonly PersonOwner[]>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Absent: nothing is noted. */
  readonly audit?: Audit;
  /** Pause between two looks at the list, in ms. Default 10 000. */
  readonly pollMs?: number;
}

/** Erases what is kept about people who have left, or who have asked for it, when their time has come. */
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
      failed: (err) => deps.logger.warn({ err }, 'what is kept about people who left could not be erased yet'),
      handle: (entry) => this.#end(entry),
    });
  }

  /** Resolves when it is durable. Safe to repeat. */
  async leave(departed: Departed, graceMs: number): Promise<void> {
    await this.#deps.queue.add(departed, this.#deps.clock.now() + graceMs);
    if (!departed.asked) this.#note(departed, 'left');
  }

  /** Somebody is back in time: nothing is erased. */
  async comeBack(departed: Departed): Promise<void> {
    if (!(await this.#deps.queue.remove(departed))) return;
    this.#deps.logger.info(facts(departed), 'back before anything was erased');
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

  /** What fails, or is not done yet, stays on the list and shows itself again. */
  async #end(departed: Departed): Promise<void> {
    const { erase, logger, metrics, peopleOf, queue } = this.#deps;
    const { asked, userId } = departed;
    const people = userId === undefined ? await peopleOf(departed) : [{ ...departed, userId }];
    let [ended, isWhole] = [0, true];
    for (const { platform, tenantId, userId: id } of people) {
      const erased = await erase({ platform, tenantId, userId: id }, { isAsked: asked === true });
      ended += erased.connections.length;
      isWhole &&= erased.isWhole;
    }
    if (!isWhole) return logger.info(facts(departed), 'a request of who is to be erased still runs: once more later');
    await queue.remove(departed);
    logger.info({ ...facts(departed), ended }, 'what was kept about who left is erased');
    if (asked) return;
    metrics.count('departures', { platform: departed.platform, kind: userId === undefined ? 'tenant' : 'person' });
    this.#note(departed, 'ended', ended);
  }

  #note(departed: Departed, outcome: 'left' | 'back' | 'ended', count?: number): void {
    const event = { kind: 'departure', outcome, by: 'service', ...auditedOwner(departed) } as const;
    this.#deps.audit?.note(count === undefined ? event : { ...event, count });
  }
}

function facts({ platform, tenantId, userId }: Departed): Readonly<Record<string, string>> {
  return { platform, tenantId, ...(userId === undefined ? {} : { userId }) };
}

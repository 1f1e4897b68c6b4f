import type { Audit, AuditEvent } from '../kernel/audit.port.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { AuditLog } from './audit-log.js';
import type { AuditEntry } from './page-content.js';
import { PAGE_ENTRIES, type SealedPage } from './sealed-page.js';

/** What is noted is written after this time, in ms, together as one page: a process that is killed loses it. */
const WRITE_AFTER_MS = 1_000;
/** Entries that wait in memory while the store is away; about 5 MB. */
const MAX_WAITING = 10_000;
const LOOK_EVERY_MS = 3_600_000;

export interface AuditTrailDeps {
  readonly log: AuditLog;
  /** How long entries are kept, in ms; 0: nothing is noted, and what was noted before goes. */
  readonly keepMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const LOST_KEY =
  'the store is sealed with a key that is not among the encryption keys, or is another one there: people are asked to log in anew, and nothing is noted in the audit log. Give all keys that the service has had; behalf doctor names the one';

/** Writes into the audit log beside the work: a store that is away stops nobody. What finds no room is counted, and the log says so. */
export class AuditTrail implements Audit {
  readonly #deps: AuditTrailDeps;
  readonly #stopping = new AbortController();
  #waiting: AuditEntry[] = [];
  /** What is being written: the oldest of what waited. */
  #writing: { readonly entries: readonly AuditEntry[]; readonly page: SealedPage } | undefined;
  #lost = 0;
  #isAway = false;
  #timer: Promise<void> | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: AuditTrailDeps) {
    this.#deps = deps;
    deps.metrics.level('audit_waiting', () => this.#waiting.length + (this.#writing?.entries.length ?? 0));
  }

  note(event: AuditEvent): void {
    if (this.#deps.keepMs === 0) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lost += 1;
      this.#deps.metrics.count('audit_lost');
      return;
    }
    this.#waiting.push({ at: this.#deps.clock.now(), event });
    this.#timer ??= this.#writeLater();
  }

  /** Begins to forget what is older than it has to be kept. */
  start(): void {
    this.#looking ??= this.#look();
  }

  /** Writes what waits; what the store does not take now is lost. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#timer, this.#looking]);
    await this.#write();
    const lost = this.#waiting.length + (this.#writing?.entries.length ?? 0);
    if (lost > 0) this.#deps.logger.error({ lost }, 'entries of the audit log were lost');
  }

  async #writeLater(): Promise<void> {
    const { clock } = this.#deps;
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(WRITE_AFTER_MS, this.#stopping.signal).catch(() => {});
      if (this.#stopping.signal.aborted) break;
      if (await this.#write()) break;
    }
    this.#timer = undefined;
    // Something may have been noted between the last write and now.
    if (this.#waiting.length > 0 && !this.#stopping.signal.aborted) this.#timer = this.#writeLater();
  }

  /** Tells whether all that waited is written. */
  async #write(): Promise<boolean> {
    const { logger, metrics } = this.#deps;
    try {
      for (;;) {
        if (!this.#writing && !(await this.#take())) break;
        if (!this.#writing) break;
        await this.#deps.log.append(this.#writing.page);
        for (const { event } of this.#writing.entries) metrics.count('audit_entries', { kind: event.kind });
        this.#writing = undefined;
      }
      if (this.#isAway) logger.info({}, 'the audit log is written again');
      this.#isAway = false;
      return true;
    } catch (error) {
      if (!this.#isAway)
        logger.error({ err: asBehalfError(error) }, 'the audit log cannot be written; entries wait in memory');
      this.#isAway = true;
      return false;
    }
  }

  async #take(): Promise<boolean> {
    const entries = this.#waiting.slice(0, PAGE_ENTRIES);
    if (entries.length === 0) return false;
    const page = await this.#deps.log.seal(entries);
    this.#waiting = this.#waiting.slice(entries.length);
    this.#writing = { entries, page };
    if (this.#lost > 0) this.#noteLost();
    return true;
  }

  #noteLost(): void {
    const { clock, logger } = this.#deps;
    const count = this.#lost;
    this.#lost = 0;
    logger.error({ lost: count }, 'entries of the audit log were lost');
    this.#waiting.push({ at: clock.now(), event: { kind: 'audit', outcome: 'lost', by: 'service', count } });
  }

  /** Now and every hour: forgets the oldest, and notes in the log of the process where the audit log ends. */
  async #look(): Promise<void> {
    const { clock, keepMs, log, logger } = this.#deps;
    while (!this.#stopping.signal.aborted) {
      try {
        const forgotten = await log.forget(clock.now() - keepMs);
        if (keepMs > 0 || forgotten > 0) logger.info({ ...(await log.head()), forgotten }, 'the audit log ends here');
      } catch (error) {
        const err = asBehalfError(error);
        // Its key is sealed as all else is.
        const isKeyLost = err.code === 'store.corrupt' && err.details['type'] === 'audit-key';
        logger.error({ err }, isKeyLost ? LOST_KEY : 'the oldest entries of the audit log could not be forgotten');
      }
      await clock.sleep(LOOK_EVERY_MS, this.#stopping.signal).catch(() => {});
    }
  }
}

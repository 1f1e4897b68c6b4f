import type { Audit } from '../kernel/audit.port.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { Vault } from '../kernel/vault.js';
import { openRows } from './connection-records.js';
import type { ConnectionStore } from './connection-store.port.js';
import { DueWork } from './due-work.js';
import type { OAuthClient } from './oauth-client.port.js';
import type { ParentConnection } from './parent-connection.js';
import { type OpenRevocation, openRevocation } from './revocation-plan.js';
import type { Revocation, RevocationQueue } from './revocation-queue.port.js';
import { isSameGrant, isSameTokenSet } from './token-codec.js';

const POLL_MS = 2_000;
/** Longer than both calls of one revocation may take. */
const HIDE_MS = 60_000;
const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 60 * 60_000;
const GIVE_UP_MS = 24 * 60 * 60_000;
/** Also of what is come to late, as after an outage of ours. */
const MIN_ATTEMPTS = 5;
/** About as long, for what no key opens: since when it is owed stands inside. */
const UNOPENED_TRIES = 30;

export interface RevokerDeps {
  readonly stores: {
    readonly revocations: RevocationQueue;
    /** Where it is looked up whether a login has come to use the tokens after all. */
    readonly connections: Pick<ConnectionStore, 'get'>;
  };
  readonly vault: Vault;
  readonly oauth: OAuthClient;
  readonly parents: (name: string) => ParentConnection | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Absent: nothing is noted. */
  readonly audit?: Audit;
  /** Pause between two looks at the list, in ms. Default 2000. */
  readonly pollMs?: number;
}

/** Tells providers which tokens to end, and tries again for a day where they do not answer. */
export class Revoker {
  readonly #deps: RevokerDeps;
  readonly #due: DueWork<Revocation>;

  constructor(deps: RevokerDeps) {
    this.#deps = deps;
    this.#due = new DueWork({
      clock: deps.clock,
      list: deps.stores.revocations,
      pollMs: deps.pollMs ?? POLL_MS,
      hideMs: HIDE_MS,
      failed: (err) => deps.logger.warn({ err }, 'the list of revocations could not be worked off'),
      handle: (entry) => this.#revoke(entry),
    });
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

  async #revoke(revocation: Revocation): Promise<void> {
    const { oauth, parents, stores, vault } = this.#deps;
    const queue = stores.revocations;
    let since = revocation.dueAt;
    try {
      const opened = openRevocation(vault, revocation);
      const { tokens } = opened;
      since = opened.from;
      if (await this.#isInUse(revocation.connection, opened)) {
        await queue.remove(revocation.id);
        return;
      }
      const auth = parents(revocation.connection)?.auth;
      const outcome = auth?.kind === 'oauth2' ? await oauth.revoke(auth.app, tokens) : 'unsupported';
      await queue.remove(revocation.id);
      this.#report(revocation, outcome);
    } catch (error) {
      await this.#handleFailure(revocation, since, error);
    }
  }

  /** The process that stored them did not live to strike the entry off. */
  async #isInUse(connection: string, { tokens, unlessUsedBy }: OpenRevocation): Promise<boolean> {
    if (unlessUsedBy === undefined) return false;
    const { stores, vault } = this.#deps;
    const row = await stores.connections.get(unlessUsedBy, connection);
    const [found] = row ? openRows(vault, [row]) : [];
    const held = found?.kind === 'readable' ? found.connection.tokens : undefined;
    if (held === undefined) return false;
    // A refresh may have come in between.
    return isSameTokenSet(held, tokens) || (held.refreshToken !== undefined && isSameGrant(held, tokens));
  }

  async #handleFailure(revocation: Revocation, since: number, error: unknown): Promise<void> {
    const { clock, logger, stores } = this.#deps;
    const queue = stores.revocations;
    const failure = asBehalfError(error);
    // The entry shows itself again by itself.
    if (failure.code === 'store.unavailable') throw failure;
    const fields = { connection: revocation.connection, revocation: revocation.id, err: failure };
    const { attempts } = revocation;
    // A key that was left out by mistake may come back.
    const isLost = failure.code === 'store.corrupt' && attempts >= UNOPENED_TRIES;
    const isHopeless = isLost || failure.code === 'oauth.invalid_grant';
    const dueAt = isHopeless ? undefined : nextTry({ attempts, since, now: clock.now() }, failure.retryAfterMs);
    if (dueAt === undefined) {
      await queue.remove(revocation.id);
      logger.error(fields, 'revocation given up: the tokens may still be valid at the app');
      this.#count(revocation, 'gave_up');
      return;
    }
    await queue.add({ ...revocation, dueAt, attempts: attempts + 1 });
    logger.warn(fields, 'revocation failed, trying again later');
    this.#count(revocation, 'retried');
  }

  #report(revocation: Revocation, outcome: 'revoked' | 'unsupported'): void {
    this.#deps.logger.info(
      { connection: revocation.connection, revocation: revocation.id, outcome, attempts: revocation.attempts + 1 },
      'revocation done',
    );
    this.#count(revocation, outcome);
  }

  #count(revocation: Revocation, outcome: string): void {
    const { audit, metrics, parents } = this.#deps;
    const { connection } = revocation;
    metrics.count('revocations', { connection, outcome });
    const app = parents(connection)?.connector;
    if (outcome !== 'retried')
      audit?.note({ kind: 'revocation', outcome, by: 'service', connection, ...(app === undefined ? {} : { app }) });
  }
}

/** Undefined: it is given up. */
function nextTry(
  { attempts, now, since }: { readonly attempts: number; readonly now: number; readonly since: number },
  retryAfterMs: number | undefined,
): number | undefined {
  const end = since + GIVE_UP_MS;
  // However long the app asks to wait: the last try is at the end of the day, not now.
  if (now < end) return Math.min(now + retryPause(attempts, retryAfterMs), end);
  return attempts + 1 < MIN_ATTEMPTS ? now + retryPause(attempts) : undefined;
}

function retryPause(attempts: number, retryAfterMs = 0): number {
  return Math.max(retryAfterMs, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 10)));
}

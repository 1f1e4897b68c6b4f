import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Connection, TokenSet } from './connection.js';
import type { ConnectionRecords } from './connection-records.js';
import type { RevocationPlan } from './revocation-plan.js';
import { isSameGrant, isSameTokenSet } from './token-codec.js';

const FIRST_RETRY_MS = 100;
/** Well within the time that nobody else begins after an outage of the store. */
const LAST_RETRY_MS = 1_000;
/** A store that is away for longer loses the login, unless this process is the next to need it. */
const TRIED_FOR_MS = 60 * 60_000;

interface SaveParts {
  readonly records: ConnectionRecords;
  readonly revocations: RevocationPlan;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Refreshed {
  /** The connection that was refreshed. */
  readonly from: Connection;
  readonly tokens: TokenSet;
  /** Aborted when the lease is lost: then nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** False when they have been written by another way meanwhile. */
  readonly isWanted: () => boolean;
  /** Called once when the store has them, or something that counts more. */
  readonly onSaved: () => void;
}

export type SaveOutcome =
  /** `connection` is what is stored now; its tokens are others when somebody else's write won. Undefined: it is gone. */
  | { readonly kind: 'saved'; readonly connection: Connection | undefined }
  /** The store could not be reached while the lease held; it is tried on beside the work. */
  | { readonly kind: 'unsaved' };

/**
 * Writes tokens that a refresh brought. The old refresh token may be dead, so a store that is away is tried again until it is
 * back. When somebody else has written in the meantime: a disconnect or another login wins and these tokens are revoked; a
 * write that kept the grant (a change of the encryption key) is written over; another refresh of the same login wins, and
 * nothing is revoked, for that would end what it brought, too.
 */
export async function saveRefreshed(parts: SaveParts, refreshed: Refreshed): Promise<SaveOutcome> {
  const { clock, logger } = parts;
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(LAST_RETRY_MS, pauseMs * 2)) {
    try {
      const connection = await saveOnce(parts, refreshed);
      refreshed.onSaved();
      return { kind: 'saved', connection };
    } catch (error) {
      const fields = { connection: refreshed.from.name, err: asBehalfError(error) };
      if (refreshed.signal.aborted) {
        logger.error(fields, 'refreshed tokens could not be stored; they are kept in memory');
        void saveLater(parts, refreshed);
        return { kind: 'unsaved' };
      }
      logger.warn(fields, 'storing refreshed tokens failed, trying again');
      await clock.sleep(pauseMs, refreshed.signal).catch(() => undefined);
    }
  }
}

/** Never rejects. */
async function saveLater(parts: SaveParts, refreshed: Refreshed): Promise<void> {
  const { clock, logger } = parts;
  const until = clock.now() + TRIED_FOR_MS;
  const fields = { connection: refreshed.from.name };
  while (clock.now() < until) {
    await clock.sleep(LAST_RETRY_MS);
    if (!refreshed.isWanted()) return;
    const isSaved = await saveOnce(parts, refreshed).then(
      () => true,
      () => false,
    );
    if (isSaved) {
      refreshed.onSaved();
      return logger.info(fields, 'refreshed tokens are stored after all');
    }
  }
  logger.error(fields, 'refreshed tokens could not be stored for an hour');
}

async function saveOnce(
  parts: SaveParts,
  { from, tokens }: Pick<Refreshed, 'from' | 'tokens'>,
): Promise<Connection | undefined> {
  const { records, revocations, clock } = parts;
  let base = from;
  for (;;) {
    const { reason: _, ...rest } = base;
    const next: Connection = { ...rest, generation: base.generation + 1, tokens, changedAt: clock.now() };
    if (await records.write(next)) return next;
    const current = await records.read(from.owner, from.name);
    // A write that seemed to fail may have been carried out.
    if (current?.tokens && isSameTokenSet(current.tokens, tokens)) return current;
    if (current?.tokens && isRefreshedAlready(current, base)) return current;
    if (!current?.tokens || !from.tokens || !isSameGrant(current.tokens, from.tokens)) {
      await revocations.addLosers(from.name, tokens, current);
      return current;
    }
    base = current;
  }
}

/** Whether `current` comes of a refresh of the login that `from` is of. */
function isRefreshedAlready(current: Connection, from: Connection): boolean {
  if (!current.tokens || !from.tokens || current.connectedAt !== from.connectedAt) return false;
  return !isSameGrant(current.tokens, from.tokens);
}

import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Connection, TokenSet } from './connection.js';
import type { ConnectionRecords } from './connection-records.js';
import type { RevocationPlan } from './revocation-plan.js';
import { isSameGrant, isSameTokenSet } from './token-codec.js';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;

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
  /** Aborted when the lease is lost: then it is given up. */
  readonly signal: AbortSignal;
}

export type SaveOutcome =
  /** `connection` is what is stored now; its tokens are others when somebody else's write won. Undefined: it is gone. */
  | { readonly kind: 'saved'; readonly connection: Connection | undefined }
  /** The store could not be reached while the lease held. */
  | { readonly kind: 'unsaved' };

/**
 * Writes tokens that a refresh brought. The old refresh token may be dead, so a store that is away is tried again for as
 * long as nobody else may refresh. When somebody else has written in the meantime: a disconnect or another login wins and
 * these tokens are revoked; a write that kept the grant (a change of the encryption key) is written over.
 */
export async function saveRefreshed(parts: SaveParts, refreshed: Refreshed): Promise<SaveOutcome> {
  const { clock, logger } = parts;
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(LAST_RETRY_MS, pauseMs * 2)) {
    try {
      return { kind: 'saved', connection: await saveOnce(parts, refreshed) };
    } catch (error) {
      const fields = { connection: refreshed.from.name, err: asBehalfError(error) };
      if (refreshed.signal.aborted) {
        logger.error(fields, 'refreshed tokens could not be stored; they are kept in memory');
        return { kind: 'unsaved' };
      }
      logger.warn(fields, 'storing refreshed tokens failed, trying again');
      await clock.sleep(pauseMs, refreshed.signal).catch(() => undefined);
    }
  }
}

async function saveOnce(parts: SaveParts, { from, tokens }: Refreshed): Promise<Connection | undefined> {
  const { records, revocations, clock } = parts;
  let base = from;
  for (;;) {
    const { reason: _, ...rest } = base;
    const next: Connection = { ...rest, generation: base.generation + 1, tokens, changedAt: clock.now() };
    if (await records.write(next)) return next;
    const current = await records.read(from.owner, from.name);
    // A write that seemed to fail may have been carried out.
    if (current?.tokens && isSameTokenSet(current.tokens, tokens)) return current;
    if (!current?.tokens || !from.tokens || !isSameGrant(current.tokens, from.tokens)) {
      await revocations.addLosers(from.name, tokens, current);
      return current;
    }
    base = current;
  }
}

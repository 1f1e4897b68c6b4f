import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, BehalfError } from '../kernel/errors.js';
import { joinKey, randomToken } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Account, Connection, ConnectionOwner, TokenSet } from './connection.js';
import { type ConnectionRecords, connectionKey } from './connection-records.js';
import type { LeaseStore } from './lease-store.port.js';
import type { RevocationPlan } from './revocation-plan.js';
import { isSameTokenSet } from './token-codec.js';

const TRIES = 20;
const LEASE_MS = 20_000;
const POLL_MS = 100;

interface ActivateParts {
  readonly records: ConnectionRecords;
  readonly leases: LeaseStore;
  readonly revocations: RevocationPlan;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface ActivateRequest {
  readonly owner: ConnectionOwner;
  readonly name: string;
  readonly grant: Grant;
  /** Absent where the app does not tell. */
  readonly account?: Account;
  /** A `clientFingerprint`. */
  readonly client?: string;
}

/** What connects: the tokens of a login, or secrets for everybody. */
export type Grant =
  | { readonly tokens: TokenSet; readonly secrets?: undefined }
  | { readonly secrets: NonNullable<Connection['secrets']>; readonly tokens?: undefined };

export interface Activation {
  readonly connection: Connection;
  /** The account that was connected before, where it was another one. */
  readonly replacedAccount?: Account;
}

/** Stores a login, keeping the row of an earlier one. Rejects with `store.unavailable`. */
export async function activateConnection(parts: ActivateParts, request: ActivateRequest): Promise<Activation> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const found = await parts.records.look(request.owner, request.name);
    if (found === undefined) {
      const created = await withoutRefreshInFlight(parts, request, () => writeFirst(parts, request));
      if (created) return { connection: created };
      continue;
    }
    const previous = found.kind === 'readable' ? found.connection : undefined;
    const generation = found.kind === 'readable' ? found.connection.generation : found.row.generation;
    const made = previous?.made === undefined ? {} : { made: previous.made };
    const connection = { ...connected(request, generation + 1, parts.clock.now()), ...made };
    if (!(await parts.records.write(connection))) continue;
    const { tokens } = request.grant;
    // Tokens of another client belong to another server: nothing of them is sent to this one.
    const isSameClient = previous?.client === undefined || previous.client === request.client;
    if (previous?.tokens && isSameClient && !(tokens && isSameTokenSet(previous.tokens, tokens))) {
      await revokeReplaced(parts, previous.tokens, connection, previous.account);
    }
    const isOther = previous?.account !== undefined && previous.account.id !== request.account?.id;
    return { connection, ...(isOther && previous.account ? { replacedAccount: previous.account } : {}) };
  }
  throw new BehalfError('store.unavailable', `Connection ${request.name} changes faster than it can be written`);
}

async function writeFirst(parts: ActivateParts, request: ActivateRequest): Promise<Connection | undefined> {
  const connection = connected(request, 1, parts.clock.now());
  return (await parts.records.write(connection)) ? connection : undefined;
}

function connected(request: ActivateRequest, generation: number, now: number): Connection {
  const { account, client, grant, name, owner } = request;
  return {
    owner,
    name,
    generation,
    status: 'connected',
    ...(account === undefined ? {} : { account }),
    ...(client === undefined ? {} : { client }),
    ...(grant.tokens === undefined ? { secrets: grant.secrets } : { tokens: grant.tokens }),
    connectedAt: now,
    changedAt: now,
  };
}

/** Another account's tokens are always revoked; the same account's only where that leaves the new ones alive. */
async function revokeReplaced(
  { revocations, logger }: ActivateParts,
  replaced: TokenSet,
  winner: Connection,
  account: Account | undefined,
): Promise<void> {
  try {
    if (account?.id === winner.account?.id) await revocations.addLosers(winner.name, replaced, winner);
    else await revocations.add(winner.name, replaced);
  } catch (error) {
    logger.warn(
      { connection: winner.name, err: asBehalfError(error) },
      'replaced tokens could not be listed for revocation',
    );
  }
}

/**
 * Generations begin anew when a row was removed: a refresh that began before the removal could otherwise write the old
 * login over the new one. So the first generation is written while no refresh is under way, or after its lease's time.
 */
async function withoutRefreshInFlight<T>(
  { leases, clock }: ActivateParts,
  { owner, name }: ActivateRequest,
  work: () => Promise<T>,
): Promise<T> {
  const key = joinKey('refresh', connectionKey(owner, name));
  const holder = randomToken(128);
  const giveUpAt = clock.now() + LEASE_MS;
  let held = await leases.acquire(key, holder, LEASE_MS);
  while (!held && clock.now() < giveUpAt) {
    await clock.sleep(POLL_MS);
    held = await leases.acquire(key, holder, LEASE_MS);
  }
  try {
    return await work();
  } finally {
    if (held) await leases.release(key, holder).catch(() => undefined);
  }
}

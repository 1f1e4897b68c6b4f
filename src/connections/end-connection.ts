import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import { newId } from '../kernel/ids.js';
import type { Account, Connection, ConnectionOwner } from './connection.js';
import type { ConnectionRecords, ReadRow } from './connection-records.js';
import type { ConnectionStore } from './connection-store.port.js';
import { ended } from './ended-connection.js';
import type { RevocationNotice, RevocationPlan } from './revocation-plan.js';

const TRIES = 20;
/** The entry is listed before the row is written; this is more than the time between both. */
const LISTED_AHEAD_MS = 60_000;

interface EndParts {
  readonly store: ConnectionStore;
  readonly records: ConnectionRecords;
  readonly revocations: RevocationPlan;
  readonly clock: Clock;
}

interface EndRequest {
  readonly owner: ConnectionOwner;
  readonly name: string;
  readonly removeRow: boolean;
}

/** What ended, for the text to the person. */
export interface Disconnection {
  readonly name: string;
  readonly account?: Account;
  readonly revocation: RevocationNotice;
}

/**
 * Ends a connection by the person's will: lists the tokens for revocation, wipes them, and keeps or removes the row.
 * A refresh in flight loses against it. When the process dies on the way, the tokens are revoked all the same.
 */
export async function endConnection(parts: EndParts, request: EndRequest): Promise<Disconnection | undefined> {
  const { owner, name } = request;
  const entryId = newId(parts.clock.now());
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const found = await parts.records.look(owner, name);
    if (found === undefined) {
      await parts.revocations.cancel(entryId);
      return undefined;
    }
    const connection = found.kind === 'readable' ? found.connection : undefined;
    const notice = await listTokens(parts, connection, { entryId, dueAt: parts.clock.now() + LISTED_AHEAD_MS });
    if (!(await endRow(parts, request, found))) continue;
    if (notice === 'queued') await listTokens(parts, connection, { entryId, dueAt: parts.clock.now() });
    return {
      name,
      ...(connection?.account === undefined ? {} : { account: connection.account }),
      revocation: connection ? notice : 'unreadable',
    };
  }
  throw new BehalfError('store.unavailable', `Connection ${name} changes faster than it can be ended`);
}

async function listTokens(
  { revocations }: EndParts,
  connection: Connection | undefined,
  entry: { readonly entryId: string; readonly dueAt: number },
): Promise<RevocationNotice> {
  if (!connection?.tokens) return 'none';
  const { notice } = await revocations.add(connection.name, connection.tokens, {
    id: entry.entryId,
    dueAt: entry.dueAt,
  });
  return notice;
}

async function endRow(parts: EndParts, request: EndRequest, found: ReadRow): Promise<boolean> {
  const { owner, name, removeRow } = request;
  const generation = found.kind === 'readable' ? found.connection.generation : found.row.generation;
  if (removeRow) return parts.store.remove(owner, name, generation);
  const now = parts.clock.now();
  const base: Connection =
    found.kind === 'readable'
      ? found.connection
      : { owner, name, generation, status: 'disconnected', connectedAt: now, changedAt: now };
  if (found.kind === 'readable' && base.status === 'disconnected') return true;
  return parts.records.write(ended(base, { status: 'disconnected', changedAt: now }));
}

import type { Secret } from '../kernel/secret.js';
import { reasonText } from '../texts/reason-text.js';
import { textsFor } from '../texts/texts-for.js';
import { clientFingerprint } from './client-fingerprint.js';
import type { ConnectionStatus } from './connection.js';
import type { ReadRow } from './connection-records.js';
import type { ParentConnection } from './parent-connection.js';

/** What the store says of a connection that everybody shares. */
export interface SharedState {
  readonly status: ConnectionStatus;
  readonly reason?: string;
  /** What it was connected with: a `clientFingerprint`. */
  readonly client?: string;
  /** Of one that was made at run time: its entry as JSON. */
  readonly made?: Secret;
}

/** By name; a connection that nobody has ever connected is not among them. */
export type SharedStates = ReadonlyMap<string, SharedState>;

/** Why a connection does not work for everybody. */
export interface SharedObstacle {
  readonly kind: 'never_connected' | 'disconnected' | 'needs_login';
  /** For operators. */
  readonly reason?: string;
}

/** The states of the rows of the shared connections. */
export function statesOf(rows: readonly ReadRow[]): SharedStates {
  return new Map(
    rows.map((row): [string, SharedState] => {
      if (row.kind === 'unreadable') return [row.row.name, { status: 'needs_login', reason: 'unreadable' }];
      const { client, made, name, reason, status } = row.connection;
      return [
        name,
        {
          status,
          ...(reason === undefined ? {} : { reason }),
          ...(client === undefined ? {} : { client }),
          ...(made === undefined ? {} : { made }),
        },
      ];
    }),
  );
}

/** True where a look at the store has found nothing new. */
export function isSameStates(left: SharedStates, right: SharedStates): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([name, { client, made, reason, status }]) => {
    const other = right.get(name);
    const isSame = other?.status === status && other.reason === reason && other.client === client;
    return isSame && other.made?.reveal() === made?.reveal();
  });
}

/**
 * What keeps a connection from being used for everybody; nothing where it can be. A parent of personal connections needs
 * no login of its own: it lends them its client, so this is not asked about it.
 */
export function sharedObstacle(parent: ParentConnection, states: SharedStates): SharedObstacle | undefined {
  const { kind } = parent.auth;
  if (kind === 'static') return undefined;
  const state = states.get(parent.name);
  // A client with credentials of its own gets its token by itself, unless somebody has disconnected it.
  if (!state) return kind === 'client_credentials' ? undefined : { kind: 'never_connected' };
  const { client, reason, status } = state;
  if (status !== 'connected')
    return {
      kind: status,
      ...(reason === undefined ? {} : { reason: reasonText(reason, parent.title, textsFor(undefined)) }),
    };
  const isOfOther = kind !== 'client_credentials' && client !== undefined && client !== clientFingerprint(parent);
  return isOfOther ? { kind: 'disconnected', reason: 'it was connected with another client or host' } : undefined;
}

/** Entries of the connections that were made at run time, as JSON with their secrets, by name. */
export type MadeEntries = ReadonlyMap<string, Secret>;

export function madeIn(states: SharedStates): MadeEntries {
  return new Map([...states].flatMap(([name, { made }]) => (made === undefined ? [] : [[name, made] as const])));
}

import type { Connection, ConnectionStatus } from './connection.js';

/** The next generation of a connection that has ended: nothing of it can be used; what it had asked for is kept for the next login. */
export function ended(
  connection: Connection,
  end: {
    readonly status: Exclude<ConnectionStatus, 'connected'>;
    readonly reason?: string;
    readonly changedAt: number;
  },
): Connection {
  const { reason: _, secrets: __, tokens, ...rest } = connection;
  const asked = tokens?.asked ?? tokens?.scopes ?? connection.asked;
  return { ...rest, ...end, generation: connection.generation + 1, ...(asked === undefined ? {} : { asked }) };
}

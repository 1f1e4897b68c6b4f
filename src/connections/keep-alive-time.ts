import { joinKey, sha256 } from '../kernel/ids.js';
import type { Connection } from './connection.js';
import { connectionKey } from './connection-records.js';
import type { KeepAlivePolicy } from './parent-connection.js';

/** Of the time after which the server would end the token: what is left is for tries that fail, and for a service that is off. */
const EARLIEST = 0.6;
const LATEST = 0.8;

/**
 * When the refresh token of a connection has to be used, lest its server end it: ms since the epoch, after 60 to 80 % of the time
 * that it lives unused. Logins of the same day come at different times, and the same row at the same time whoever asks.
 * Undefined where there is nothing to keep alive.
 */
export function keepAliveAt(connection: Connection, policy: KeepAlivePolicy | undefined): number | undefined {
  const { name, owner, status, tokens } = connection;
  if (policy === undefined || status !== 'connected' || tokens?.refreshToken === undefined) return undefined;
  const place = fractionOf(joinKey(connectionKey(owner, name), String(tokens.issuedAt)));
  return Math.round(tokens.issuedAt + policy.idleMs * (EARLIEST + (LATEST - EARLIEST) * place));
}

/** A number from 0 to 1, the same for the same text and spread evenly over texts. */
function fractionOf(text: string): number {
  return Buffer.from(sha256(text), 'base64url').readUInt32BE() / 2 ** 32;
}

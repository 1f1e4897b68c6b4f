import { connect } from 'node:net';
import { Redis } from 'ioredis';
import type { Clock } from '../../src/kernel/clock.port.js';
import { reasonOf } from './reason.js';
import type { TlsOptions } from './tls.js';
import type { RedisAddress, RedisTarget } from './url.js';

/** The server takes a connection and says nothing when TLS begins. */
export const NO_TLS = 'no TLS';
/** It ends the connection before it has said a word. */
export const CLOSED_AT_ONCE = 'closed at once';
export const TIMED_OUT = 'ETIMEDOUT';

interface ProbeOptions {
  readonly target: RedisTarget;
  readonly tls: TlsOptions | undefined;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Connects once to this one address; resolves with the kind of the error that came, undefined where it is well. */
export async function probe(address: RedisAddress, options: ProbeOptions): Promise<string | undefined> {
  const reason = await connectOnce(address, options);
  const isSilent = reason === TIMED_OUT && options.tls !== undefined;
  return isSilent && (await takesConnections(address, options.timeoutMs)) ? NO_TLS : reason;
}

async function connectOnce(
  address: RedisAddress,
  { clock, target, timeoutMs, tls }: ProbeOptions,
): Promise<string | undefined> {
  // Sentinels are asked without the password of the server, as the service does.
  const access = target.kind === 'sentinel' ? {} : { username: target.username, password: target.password };
  const client = new Redis({
    ...address,
    ...(access.username === undefined ? {} : { username: access.username }),
    ...(access.password === undefined ? {} : { password: access.password }),
    ...(target.kind === 'single' ? { db: target.db } : {}),
    ...(tls ? { tls } : {}),
    lazyConnect: true,
    connectTimeout: timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: string | undefined;
  client.on('error', (error) => {
    reason ??= reasonOf(error);
  });
  const stop = new AbortController();
  const late = clock.sleep(timeoutMs * 2, stop.signal).then(
    () => TIMED_OUT,
    () => undefined,
  );
  const connected = client.connect().then(
    () => reason,
    () => reason ?? CLOSED_AT_ONCE,
  );
  const outcome = await Promise.race([connected, late]);
  stop.abort();
  if (client.status !== 'end') client.disconnect();
  return outcome;
}

function takesConnections({ host, port }: RedisAddress, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const finish = (takes: boolean): void => {
      socket.destroy();
      resolve(takes);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
    socket.setTimeout(timeoutMs, () => finish(false));
  });
}

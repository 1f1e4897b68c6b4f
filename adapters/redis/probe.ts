import { Redis } from 'ioredis';
import type { Clock } from '../../src/kernel/clock.port.js';
import { NO_DATABASE, reasonOf } from './reason.js';
import type { TlsOptions } from './tls.js';
import type { RedisAddress, RedisTarget } from './url.js';

/** The server says nothing when TLS begins, and answers without it. */
export const NO_TLS = 'no TLS';
/** It ends the connection before it has said a word. */
export const CLOSED_AT_ONCE = 'closed at once';
export const TIMED_OUT = 'ETIMEDOUT';

/** Error replies to somebody who has not said who they are. */
const ANSWERS: readonly string[] = ['NOAUTH', 'NOPERM', 'DENIED', 'LOADING', NO_DATABASE];

interface Access {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

interface ProbeOptions {
  readonly target: RedisTarget;
  readonly tls: TlsOptions | undefined;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Connects once to this one address; resolves with the kind of the error that came, undefined where it is well. */
export async function probe(address: RedisAddress, options: ProbeOptions): Promise<string | undefined> {
  const { password, username } = options.target;
  // Sentinels are asked without the password of the server, as the service does.
  const access = options.target.kind === 'sentinel' ? {} : { password, username };
  const reason = await connectOnce(address, options, access);
  if (reason !== TIMED_OUT || options.tls === undefined) return reason;
  // Without who we are: nobody may read that.
  const plain = await connectOnce(address, { ...options, tls: undefined }, {});
  return plain === undefined || ANSWERS.includes(plain) ? NO_TLS : reason;
}

async function connectOnce(
  address: RedisAddress,
  { clock, target, timeoutMs, tls }: ProbeOptions,
  access: Access,
): Promise<string | undefined> {
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

import type { Finding } from '../../src/doctor/examination.port.js';
import { type BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import { explain } from './explain.js';
import { createRedisStores, type RedisStoresOptions } from './index.js';
import { probe } from './probe.js';
import { readTls } from './tls.js';
import { parseRedisUrl, type RedisAddress, type RedisTarget } from './url.js';

const SUBJECT = 'store';
const PROBE_TIMEOUT_MS = 3_000;
const CHECK_TIMEOUT_MS = 5_000;

/**
 * Whether the service can work with this Redis, and what is in its way. Writes nothing but the key of the readiness.
 * Throws `config.invalid` for a URL or a file that cannot be read.
 */
export async function examineRedis(
  options: Pick<RedisStoresOptions, 'url' | 'caFile' | 'clock' | 'logger' | 'metrics'>,
): Promise<readonly Finding[]> {
  const target = parseRedisUrl(options.url);
  const tls = readTls(target, options.caFile);
  const addresses = addressesOf(target);
  const ask = { target, tls, clock: options.clock, timeoutMs: PROBE_TIMEOUT_MS };
  const reasons = await Promise.all(addresses.map((address) => probe(address, ask)));
  const found = addresses.flatMap((address, at) => {
    const reason = reasons[at];
    return reason === undefined ? [] : [judge(reason, placeOf(address), target)];
  });
  if (found.length === addresses.length) return found;
  // The others stand in for one that is away.
  const away = found.map((finding): Finding => ({ ...finding, state: 'warning' }));
  return [...away, ...(await tryStores(options, target, addresses.map(placeOf).join(', ')))];
}

async function tryStores(options: RedisStoresOptions, target: RedisTarget, where: string): Promise<readonly Finding[]> {
  try {
    return await writeOnce(options);
  } catch (error) {
    const reason = isBehalfError(error) ? reasonIn(error) : undefined;
    if (reason === undefined) throw error;
    return [judge(reason, where, target)];
  }
}

async function writeOnce(options: RedisStoresOptions): Promise<readonly Finding[]> {
  const { health } = await createRedisStores({ ...options, startTimeoutMs: CHECK_TIMEOUT_MS });
  try {
    await health.check(CHECK_TIMEOUT_MS);
    const warnings = await health.warnings();
    return [
      { subject: SUBJECT, state: 'ok', says: 'Redis takes a write' },
      ...warnings.map(
        (says): Finding => ({
          subject: SUBJECT,
          state: 'warning',
          says,
          fix: 'docs/operations.md, "Redis", says why.',
        }),
      ),
    ];
  } finally {
    await health.close();
  }
}

function reasonIn({ details }: BehalfError): string | undefined {
  return typeof details['reason'] === 'string' ? details['reason'] : undefined;
}

function judge(reason: string, where: string, target: RedisTarget): Finding {
  const explained = explain(reason, where, target);
  if (explained) return { subject: SUBJECT, state: 'wrong', ...explained };
  return {
    subject: SUBJECT,
    state: 'unknown',
    says: `${where} could not be examined (${reason})`,
    fix: 'Look at the log of Redis, and once more in a moment.',
  };
}

function addressesOf(target: RedisTarget): readonly RedisAddress[] {
  switch (target.kind) {
    case 'single':
      return [target.address];
    case 'sentinel':
      return target.sentinels;
    case 'cluster':
      return target.nodes;
  }
}

function placeOf({ host, port }: RedisAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A random URL-safe token of `bits` bits (default 256: OAuth state, login links). */
export function randomToken(bits = 256): string {
  return randomBytes(Math.ceil(bits / 8)).toString('base64url');
}

const POOL_BYTES = 4096;
let pool: Buffer = Buffer.alloc(0);
let poolUsed = 0;

/**
 * `length` random bytes, at most 4096, out of a pool: a few bytes cost as much from the system as thousands. For ids and
 * nonces, which are no secrets; tokens come from {@link randomToken}.
 */
export function pooledBytes(length: number): Buffer {
  if (poolUsed + length > pool.length) {
    // Never filled again: what was taken out of it is a view.
    pool = randomBytes(POOL_BYTES);
    poolUsed = 0;
  }
  poolUsed += length;
  return pool.subarray(poolUsed - length, poolUsed);
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** 80 random bits as 16 digits of base 32: an id for what need not sort by time. No secret. */
export function randomDigits(): string {
  let digits = '';
  for (const byte of pooledBytes(16)) digits += DIGITS.charAt(byte & 31);
  return digits;
}

/** Milliseconds as 9 digits of base 36. By hand: `toString(36)` of what is above 2^31 costs ten times as much. */
function timeDigits(nowMs: number): string {
  let digits = '';
  let rest = Math.trunc(nowMs);
  for (let place = 0; place < 9; place += 1) {
    digits = DIGITS.charAt(rest % 36) + digits;
    rest = Math.floor(rest / 36);
  }
  return digits;
}

/**
 * A unique id that sorts by time: 9 base-36 digits of milliseconds, then 80 random bits in base 32.
 * Lower-case letters and digits only, so that it is safe in URLs, keys and file names.
 */
export function newId(nowMs: number): string {
  return `${timeDigits(nowMs)}${randomDigits()}`;
}

/** SHA-256 as base64url: how bearer values (state, links, codes, cookies) are stored and compared. */
export function sha256(value: string | Uint8Array): string {
  return hash('sha256', value, 'base64url');
}

/** Compares two strings without telling by time where they differ. */
export function equalSecrets(left: string, right: string): boolean {
  const a = Buffer.from(sha256(left));
  const b = Buffer.from(sha256(right));
  return timingSafeEqual(a, b);
}

/** One string out of several parts that no other parts can make (Teams ids contain `:`). */
export function joinKey(...parts: readonly string[]): string {
  let key = '';
  for (const part of parts) key += `${key === '' ? '' : '|'}${part.length}:${part}`;
  return key;
}

/** Random characters of `alphabet`, each equally likely; the alphabet has 256 characters or a divisor of that. */
export function randomText(alphabet: string, length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}

/** A random number from 0 to 1, for spreading what would otherwise happen at once. No secret. */
export function randomFraction(): number {
  return pooledBytes(4).readUInt32BE() / 2 ** 32;
}

import { equalSecrets, sha256 } from '../kernel/ids.js';

/** Logins that one browser may have open side by side. */
const MAX_VALUES = 5;
/** 256 bits, base64url. */
const VALUE = /^[A-Za-z0-9_-]{43}$/;

function read(cookie: string | undefined): readonly string[] {
  return (cookie ?? '')
    .slice(0, 1_000)
    .split('.')
    .filter((value) => VALUE.test(value))
    .slice(0, MAX_VALUES);
}

/** The cookie with a fresh value in front: each login has its own, so that two in one browser do not disturb each other. */
export function addCookie(cookie: string | undefined, value: string): string {
  return [value, ...read(cookie)].slice(0, MAX_VALUES).join('.');
}

/** The cookie without the value of this hash, which has served. */
export function dropCookie(cookie: string | undefined, hash: string): string {
  return read(cookie)
    .filter((value) => !equalSecrets(sha256(value), hash))
    .join('.');
}

/** True when one of the cookie's values has this hash. */
export function cookieHas(cookie: string | undefined, hash: string): boolean {
  return read(cookie).some((value) => equalSecrets(sha256(value), hash));
}

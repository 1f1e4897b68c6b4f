import { randomText } from '../kernel/ids.js';

/** 32 characters that are not mistaken for one another: no I, L, O, U (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;
/** What people's keyboards and chat clients make of the hyphen. */
const SHAPE = /^([0-9A-HJKMNP-TV-Z]{4})[-\u2010-\u2015\u2212]([0-9A-HJKMNP-TV-Z]{4})$/;

/** A code of 40 bits to be pasted, shown as `XXXX-XXXX`; it has a digit, so that no pair of words looks like one. */
export function newLoginCode(): string {
  for (;;) {
    const code = randomText(ALPHABET, LENGTH);
    if (/\d/.test(code)) return `${code.slice(0, 4)}-${code.slice(4)}`;
  }
}

/** The code as it was given out, from what a person or the chat client sent; undefined when it cannot be one. */
export function readLoginCode(text: string): string | undefined {
  const [, left, right] = SHAPE.exec(text.trim().toUpperCase()) ?? [];
  if (left === undefined || right === undefined || !/\d/.test(left + right)) return undefined;
  return `${left}-${right}`;
}

/** True for a message that is nothing but a login code: only then is it worth asking the store. */
export function looksLikeCode(text: string): boolean {
  return readLoginCode(text) !== undefined;
}

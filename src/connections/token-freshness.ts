import type { TokenSet } from './connection.js';

const MAX_MARGIN_MS = 5 * 60_000;
const MARGIN_SHARE = 0.2;
const JITTER = 0.1;

/**
 * True when it is time to refresh: within 5 minutes of the end, or 20 % of the lifetime where that is less. `random` (0 to 1)
 * moves the margin by up to 10 %, so that tokens issued together are not refreshed together. Tokens without a known end
 * are never due: the app's 401 tells.
 */
export function isDue(tokens: TokenSet, now: number, random: number): boolean {
  if (tokens.expiresAt === undefined) return false;
  const lifetime = Math.max(0, tokens.expiresAt - tokens.issuedAt);
  const margin = Math.min(MAX_MARGIN_MS, lifetime * MARGIN_SHARE) * (1 - JITTER + 2 * JITTER * random);
  return tokens.expiresAt - now <= margin;
}

/** True while the access token has not ended, as far as is known. */
export function isAlive(tokens: TokenSet, now: number): boolean {
  return tokens.expiresAt === undefined || tokens.expiresAt > now;
}

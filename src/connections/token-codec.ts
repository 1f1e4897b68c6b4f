import { z } from 'zod';
import { Secret } from '../kernel/secret.js';
import type { Account, TokenSet } from './connection.js';

/** Tokens as they stand inside sealed records. */
export const storedTokens = z.object({
  a: z.string(),
  r: z.string().exactOptional(),
  e: z.number().exactOptional(),
  i: z.number(),
  s: z.array(z.string()),
  q: z.array(z.string()).exactOptional(),
  f: z.record(z.string(), z.string()).exactOptional(),
});

export type StoredTokens = z.infer<typeof storedTokens>;

/** An account as it stands inside sealed records. */
export const storedAccount = z.object({
  id: z.string(),
  label: z.string(),
  confirmedEmail: z.string().exactOptional(),
  organization: z.string().exactOptional(),
}) satisfies z.ZodType<Account>;

/** Reveals the tokens: the result goes nowhere but into a vault. */
export function encodeTokens(tokens: TokenSet): StoredTokens {
  return {
    a: tokens.accessToken.reveal(),
    ...(tokens.refreshToken === undefined ? {} : { r: tokens.refreshToken.reveal() }),
    ...(tokens.expiresAt === undefined ? {} : { e: tokens.expiresAt }),
    i: tokens.issuedAt,
    s: [...tokens.scopes],
    ...(tokens.asked === undefined ? {} : { q: [...tokens.asked] }),
    ...(tokens.fields === undefined ? {} : { f: { ...tokens.fields } }),
  };
}

export function decodeTokens(stored: StoredTokens): TokenSet {
  return {
    accessToken: new Secret(stored.a),
    refreshToken: stored.r === undefined ? undefined : new Secret(stored.r),
    expiresAt: stored.e,
    issuedAt: stored.i,
    scopes: stored.s,
    asked: stored.q,
    fields: stored.f,
  };
}

/** True when both hold the same access token and the same refresh token. */
export function isSameTokenSet(left: TokenSet, right: TokenSet): boolean {
  return left.accessToken.reveal() === right.accessToken.reveal() && isSameGrant(left, right);
}

/** True when both would be refreshed with the same refresh token. */
export function isSameGrant(left: TokenSet, right: TokenSet): boolean {
  return left.refreshToken?.reveal() === right.refreshToken?.reveal();
}

import { verify } from 'node:crypto';
import { z } from 'zod';
import { BehalfError } from './errors.js';
import { equalSecrets } from './ids.js';
import type { SigningKeys } from './signing-keys.js';

/** How far the issuer's clock may be from ours. */
const CLOCK_SKEW_SECONDS = 60;
const MAX_LENGTH = 16_384;

const Header = z.looseObject({
  alg: z.literal('RS256'),
  kid: z.string().min(1),
  // Extensions that must be understood (RFC 7515 section 4.1.11): we understand none.
  crit: z.undefined().optional(),
});
const Claims = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.union([z.string(), z.array(z.string()).min(1)]),
  azp: z.string().exactOptional(),
  exp: z.number(),
  iat: z.number(),
  nbf: z.number().exactOptional(),
  nonce: z.string(),
});

/** What an ID token has to be. */
export interface ExpectedIdToken {
  readonly keys: SigningKeys;
  /** Compared as a string. */
  readonly issuer: string;
  /** Our client id. */
  readonly audience: string;
  /** That of the request, 256 random bits. */
  readonly nonce: string;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * Verifies an ID token (OpenID Connect Core 1.0 section 3.1.3.7), RS256 alone, and gives its claims.
 * @throws BehalfError `oauth.protocol` with the reason as `details.why` and nothing of the token; whatever the keys throw
 */
export async function verifyIdToken(
  token: string,
  expected: ExpectedIdToken,
): Promise<Readonly<Record<string, unknown>>> {
  const [head, body, signature] =
    token.length <= MAX_LENGTH ? (/^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token)?.slice(1) ?? []) : [];
  if (head === undefined || body === undefined || signature === undefined) throw refused('form');
  const header = Header.safeParse(decode(head));
  if (!header.success) throw refused('header');
  const key = await expected.keys.find(header.data.kid);
  if (key === undefined) throw refused('key');
  const isSigned = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
  if (!isSigned) throw refused('signature');
  const claims = Claims.safeParse(decode(body));
  if (!claims.success) throw refused('claims');
  const why = whyNot(claims.data, expected);
  if (why !== undefined) throw refused(why);
  return claims.data;
}

function whyNot(claims: z.infer<typeof Claims>, { audience, issuer, nonce, now }: ExpectedIdToken): string | undefined {
  const seconds = now / 1000;
  const audiences = [claims.aud].flat();
  if (claims.iss !== issuer) return 'issuer';
  if (!audiences.includes(audience)) return 'audience';
  if (claims.azp === undefined ? audiences.length > 1 : claims.azp !== audience) return 'authorized party';
  if (claims.exp <= seconds - CLOCK_SKEW_SECONDS) return 'expired';
  if (Math.max(claims.iat, claims.nbf ?? claims.iat) > seconds + CLOCK_SKEW_SECONDS) return 'from the future';
  return equalSecrets(claims.nonce, nonce) ? undefined : 'nonce';
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function refused(why: string): BehalfError {
  return new BehalfError('oauth.protocol', 'The ID token is not good', { details: { why } });
}

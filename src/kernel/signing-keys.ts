import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from './clock.port.js';
import { asBehalfError, BehalfError } from './errors.js';
import type { HttpClient, IncomingResponse } from './http-client.port.js';

/** A key that its issuer has withdrawn is honoured no longer than this. */
const LONGEST_TRUST_MS = 60 * 60_000;
/** An unknown key makes us look again, but not more often than this: whoever invents key ids shall not make us call. */
const LOOK_AGAIN_MS = 60_000;
/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2_048;
const MAX_BYTES = 256 * 1024;

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(200) });
const RsaKey = z.looseObject({
  kty: z.literal('RSA'),
  kid: z.string().min(1),
  n: z.string(),
  e: z.string(),
  use: z.literal('sig').exactOptional(),
  alg: z.literal('RS256').exactOptional(),
});

/** The public keys by which an issuer signs. */
export interface SigningKeys {
  /**
   * The RSA key with this id; undefined where the issuer has none.
   * @throws BehalfError `oauth.transient` when the keys cannot be fetched, `oauth.protocol` when they cannot be read
   */
  find(keyId: string): Promise<KeyObject | undefined>;
}

interface Fetched {
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly at: number;
}

/** Keys of a JWK set (RFC 7517), kept for an hour; an unknown id makes it look again. However many ask, one request goes out. */
export function createSigningKeys(parts: {
  readonly url: string;
  readonly httpClient: HttpClient;
  readonly clock: Clock;
}): SigningKeys {
  const { clock } = parts;
  let fetched: Fetched | undefined;
  let pending: Promise<Fetched> | undefined;

  function look(): Promise<Fetched> {
    pending ??= fetchKeys(parts)
      .then((found) => {
        fetched = found;
        return found;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  }

  return {
    async find(keyId) {
      const now = clock.now();
      const known = fetched !== undefined && now - fetched.at < LONGEST_TRUST_MS ? fetched : await look();
      const key = known.keys.get(keyId);
      if (key !== undefined || now - known.at < LOOK_AGAIN_MS) return key;
      return (await look()).keys.get(keyId);
    },
  };
}

async function fetchKeys({ clock, httpClient, url }: Parameters<typeof createSigningKeys>[0]): Promise<Fetched> {
  const at = clock.now();
  const headers = { accept: 'application/json' };
  const response = await httpClient
    .request({ method: 'GET', url, headers, maxBytes: MAX_BYTES })
    .catch((error: unknown) => {
      throw new BehalfError('oauth.transient', 'The signing keys cannot be fetched', {
        details: { reason: asBehalfError(error).code },
      });
    });
  return { keys: readKeys(response), at };
}

function readKeys({ body, status }: IncomingResponse): ReadonlyMap<string, KeyObject> {
  if (status === 429 || status >= 500)
    throw new BehalfError('oauth.transient', 'The signing keys cannot be fetched', { details: { status } });
  const set = status === 200 ? KeySet.safeParse(parse(body)) : undefined;
  if (!set?.success)
    throw new BehalfError('oauth.protocol', 'The signing keys are not of the standard form', { details: { status } });
  const keys = new Map<string, KeyObject>();
  // Sets may hold keys of kinds that we do not use (RFC 7517 section 5).
  for (const candidate of set.data.keys) {
    const jwk = RsaKey.safeParse(candidate);
    const key = jwk.success ? publicKey(jwk.data) : undefined;
    if (jwk.success && key) keys.set(jwk.data.kid, key);
  }
  return keys;
}

function publicKey({ e, kty, n }: z.infer<typeof RsaKey>): KeyObject | undefined {
  const jwk: JsonWebKey = { kty, n, e };
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS ? key : undefined;
  } catch {
    return undefined;
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

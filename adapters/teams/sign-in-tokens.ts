import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';

const KEYS_TTL_MS = 60 * 60_000;
/** A key that is not known is looked for anew, and not more often than this. */
const KEYS_AGAIN_MS = 60_000;
const KEYS_TIMEOUT_MS = 3_000;
const MAX_KEYS_BYTES = 512 * 1024;
/** Clocks differ; Microsoft's libraries allow as much. */
const SKEW_SECONDS = 300;
const MAX_TOKEN = 16_384;
/** The permission that clients of Teams ask for. */
const SCOPE = 'access_as_user';

const Header = z.object({ alg: z.literal('RS256'), kid: z.string().min(1) });
const Claims = z.object({
  iss: z.string(),
  aud: z.string(),
  tid: z.string(),
  oid: z.string(),
  exp: z.number(),
  nbf: z.number(),
  scp: z.string(),
});
const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })) });
const RsaKey = z.object({ kty: z.literal('RSA'), kid: z.string(), n: z.string(), e: z.string() });

/** Why a token is none that vouches for the person. */
export type SignInFlaw =
  | 'malformed'
  | 'key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'person'
  | 'expired'
  | 'permission';

interface SignInTokensOptions {
  readonly appId: string;
  /** Application ID URI. */
  readonly resource: string;
  /** Entra ID, and the issuer of its older tokens. */
  readonly login: string;
  readonly tokenIssuer: string;
  readonly httpClient: HttpClient;
  readonly clock: Clock;
}

interface KeySet {
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly fetchedAt: number;
}

/**
 * Checks what Entra ID says of the person who is signed in to Teams. Everything is held against the person of the activity, whom
 * the channel vouches for: signing keys are shared among tenants, so issuer, tenant and person must all be theirs.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export class SignInTokens {
  readonly #options: SignInTokensOptions;
  readonly #keySets = new LRUCache<string, KeySet>({ max: 100 });
  readonly #fetching = new Map<string, Promise<KeySet>>();

  constructor(options: SignInTokensOptions) {
    this.#options = options;
  }

  /** Undefined for a good token of that person for us. @throws BehalfError `internal` when the keys cannot be had */
  async flawOf(
    token: string,
    person: { readonly tenantId: string; readonly aadObjectId: string },
  ): Promise<SignInFlaw | undefined> {
    const [head = '', body = '', signature = '', ...more] = token.length > MAX_TOKEN ? [] : token.split('.');
    const header = Header.safeParse(decode(head));
    const claims = Claims.safeParse(decode(body));
    if (!header.success || !claims.success || more.length > 0) return 'malformed';
    const key = await this.#key(person.tenantId, header.data.kid);
    if (!key) return 'key';
    const isSigned = verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
    return isSigned ? this.#flawIn(claims.data, person) : 'signature';
  }

  #flawIn(
    { aud, exp, iss, nbf, oid, scp, tid }: z.infer<typeof Claims>,
    { aadObjectId, tenantId }: { readonly tenantId: string; readonly aadObjectId: string },
  ): SignInFlaw | undefined {
    const { appId, clock, login, resource, tokenIssuer } = this.#options;
    if (![`${login}/${tenantId}/v2.0`, `${tokenIssuer}/${tenantId}/`].includes(iss)) return 'issuer';
    if (![resource.toLowerCase(), appId.toLowerCase()].includes(aud.toLowerCase())) return 'audience';
    if (tid.toLowerCase() !== tenantId || oid.toLowerCase() !== aadObjectId) return 'person';
    const now = clock.now() / 1_000;
    if (exp <= now - SKEW_SECONDS || nbf > now + SKEW_SECONDS) return 'expired';
    // A token without permissions of a person is that of an app.
    return scp.split(' ').includes(SCOPE) ? undefined : 'permission';
  }

  async #key(tenantId: string, id: string): Promise<KeyObject | undefined> {
    const now = this.#options.clock.now();
    const known = this.#keySets.get(tenantId);
    const age = known === undefined ? Number.POSITIVE_INFINITY : now - known.fetchedAt;
    const key = known?.keys.get(id);
    if (age < KEYS_AGAIN_MS || (key && age < KEYS_TTL_MS)) return key;
    const fetching =
      this.#fetching.get(tenantId) ?? this.#fetch(tenantId).finally(() => this.#fetching.delete(tenantId));
    this.#fetching.set(tenantId, fetching);
    return (await fetching).keys.get(id);
  }

  async #fetch(tenantId: string): Promise<KeySet> {
    const { clock, httpClient, login } = this.#options;
    const url = `${login}/${encodeURIComponent(tenantId)}/discovery/v2.0/keys`;
    const { body, status } = await httpClient.request({
      method: 'GET',
      url,
      timeoutMs: KEYS_TIMEOUT_MS,
      maxBytes: MAX_KEYS_BYTES,
    });
    const read = status === 200 ? Keys.safeParse(parse(body.toString('utf8'))) : undefined;
    if (!read?.success) {
      throw new BehalfError('internal', 'The signing keys of Entra ID cannot be had', { details: { status } });
    }
    const keys = read.data.keys.flatMap((entry) => {
      const { data: rsa } = RsaKey.safeParse(entry);
      return rsa ? [[rsa.kid, createPublicKey({ key: { ...rsa }, format: 'jwk' })] as const] : [];
    });
    const set = { keys: new Map(keys), fetchedAt: clock.now() };
    this.#keySets.set(tenantId, set);
    return set;
  }
}

function decode(part: string): unknown {
  return parse(Buffer.from(part, 'base64url').toString('utf8'));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

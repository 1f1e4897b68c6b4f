import { verify } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import { createSigningKeys, type SigningKeys } from '../../src/kernel/signing-keys.js';

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

/**
 * Checks what Entra ID says of the person who is signed in to Teams. Everything is held against the person of the activity, whom
 * the channel vouches for: signing keys are shared among tenants, so issuer, tenant and person must all be theirs.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export class SignInTokens {
  readonly #options: SignInTokensOptions;
  readonly #keys: SigningKeys;

  constructor(options: SignInTokensOptions) {
    const { clock, httpClient, login } = options;
    this.#options = options;
    // All tenants have the same; what binds a token to one is its issuer.
    this.#keys = createSigningKeys({ url: `${login}/common/discovery/v2.0/keys`, httpClient, clock });
  }

  /** Undefined for a good token of that person for us. @throws what `SigningKeys` does */
  async flawOf(
    token: string,
    person: { readonly tenantId: string; readonly aadObjectId: string },
  ): Promise<SignInFlaw | undefined> {
    const [head = '', body = '', signature = '', ...more] = token.length > MAX_TOKEN ? [] : token.split('.');
    const header = Header.safeParse(decode(head));
    const claims = Claims.safeParse(decode(body));
    if (!header.success || !claims.success || more.length > 0) return 'malformed';
    const key = await this.#keys.find(header.data.kid);
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
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

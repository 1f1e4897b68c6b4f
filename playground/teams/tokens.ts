import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';

/** Issuer of the channel's tokens in the public cloud. */
export const CHANNEL_ISSUER = 'https://api.botframework.com';

/**
 * Keys that a token can be signed with: the channel's, one that is published but endorsed for Direct Line only, and
 * one that is not published at all.
 */
export type SigningKey = 'channel' | 'directline' | 'stranger';

export interface TokenOverrides {
  readonly issuer?: string;
  readonly audience?: string;
  /** The `serviceurl` claim; null leaves it out. */
  readonly serviceUrl?: string | null;
  /** Seconds from now; negative makes an expired token. */
  readonly expiresIn?: number;
  readonly notBefore?: number;
  readonly key?: SigningKey;
  /** `kid` of the header, when it is to lie. */
  readonly keyId?: string;
  /** `none` leaves the signature out; HS256 uses the public key as the secret (algorithm confusion). */
  readonly algorithm?: 'RS256' | 'HS256' | 'none';
  readonly claims?: Readonly<Record<string, unknown>>;
}

interface KeyPair {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

let shared: Readonly<Record<SigningKey, KeyPair>> | undefined;

/** Made once per process: RSA keys cost tenths of a second, and every emulator has its own address anyway. */
function keyPairs(): Readonly<Record<SigningKey, KeyPair>> {
  shared ??= { channel: newKeyPair(), directline: newKeyPair(), stranger: newKeyPair() };
  return shared;
}

function newKeyPair(): KeyPair {
  return { id: randomBytes(20).toString('base64url'), ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

/** The public keys, as login.botframework.com/v1/.well-known/keys shows them. */
export function publishedKeys(): { readonly keys: readonly object[] } {
  const { channel, directline } = keyPairs();
  return { keys: [publicJwk(channel, ['msteams']), publicJwk(directline, ['directline', 'webchat'])] };
}

function publicJwk(pair: KeyPair, endorsements: readonly string[]): object {
  const jwk = pair.publicKey.export({ format: 'jwk' });
  return { ...jwk, use: 'sig', kid: pair.id, x5t: pair.id, endorsements };
}

/** A token of the channel for the bot, with whatever `overrides` asks to be wrong. */
export function makeChannelToken(
  usual: { readonly audience: string; readonly serviceUrl: string },
  overrides: TokenOverrides = {},
): string {
  const pair = keyPairs()[overrides.key ?? 'channel'];
  const algorithm = overrides.algorithm ?? 'RS256';
  const now = Math.floor(Date.now() / 1000);
  const serviceUrl = overrides.serviceUrl === undefined ? usual.serviceUrl : overrides.serviceUrl;
  const header = { typ: 'JWT', alg: algorithm, kid: overrides.keyId ?? pair.id, x5t: pair.id };
  const claims = {
    ...(serviceUrl === null ? {} : { serviceurl: serviceUrl }),
    nbf: now + (overrides.notBefore ?? -300),
    exp: now + (overrides.expiresIn ?? 3600),
    iss: overrides.issuer ?? CHANNEL_ISSUER,
    aud: overrides.audience ?? usual.audience,
    ...overrides.claims,
  };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signature(input, { algorithm, pair })}`;
}

/** Id of the channel's published key. */
export function channelKeyId(): string {
  return keyPairs().channel.id;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(input: string, how: { algorithm: 'RS256' | 'HS256' | 'none'; pair: KeyPair }): string {
  if (how.algorithm === 'none') return '';
  if (how.algorithm === 'RS256')
    return sign('RSA-SHA256', Buffer.from(input), how.pair.privateKey).toString('base64url');
  const publicPem = how.pair.publicKey.export({ type: 'spki', format: 'pem' });
  return createHmac('sha256', publicPem).update(input).digest('base64url');
}

/** Access tokens that the bot fetched for its own calls; opaque to it, as Microsoft says they are. */
export class BotTokens {
  readonly #valid = new Map<string, number>();

  issue(lifetimeSeconds: number): string {
    const token = `bot.${randomUUID()}.${randomBytes(24).toString('base64url')}`;
    this.#valid.set(token, Date.now() + lifetimeSeconds * 1000);
    return token;
  }

  accepts(authorization: string | undefined): boolean {
    const [scheme, token] = authorization?.split(' ') ?? [];
    if (scheme !== 'Bearer' || token === undefined) return false;
    return (this.#valid.get(token) ?? 0) > Date.now();
  }

  revokeAll(): void {
    this.#valid.clear();
  }
}

import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A key pair of an issuer, with the public half as it is published. */
export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function issuerKey(kid: string, modulusLength = 2048): IssuerKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } };
}

function joined(header: object, claims: object): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

/** An ID token signed with RS256. */
export function signedToken(key: IssuerKey, claims: object, header: object = {}): string {
  const signed = joined({ alg: 'RS256', kid: key.kid, ...header }, claims);
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

/** One without a signature. */
export function unsignedToken(key: IssuerKey, claims: object): string {
  return `${joined({ alg: 'none', kid: key.kid }, claims)}.`;
}

/** One signed with the public key as a shared secret (RFC 8725 section 2.1). */
export function confusedToken(key: IssuerKey, claims: object): string {
  const signed = joined({ alg: 'HS256', kid: key.kid }, claims);
  const secret = key.publicKey.export({ type: 'spki', format: 'pem' });
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

import { createHmac } from 'node:crypto';
import type { Secret } from './secret.js';

/** Who signs (RFC 5849 section 1.1): the client, and the resource owner where there is one already. */
export interface OAuth1Signer {
  readonly consumerKey: string;
  readonly consumerSecret: Secret;
  readonly token?: string;
  readonly tokenSecret?: Secret;
  readonly signatureMethod: 'HMAC-SHA1' | 'HMAC-SHA256';
}

/** What is signed: the query of `url` counts, and the parameters of a form body. */
export interface OAuth1Request {
  readonly method: string;
  readonly url: URL;
  /** The body, only where it is `application/x-www-form-urlencoded`. */
  readonly form?: string;
  /** Further protocol parameters: `oauth_callback`, `oauth_verifier`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Chance and time of one signature; a server takes a pair once. */
export interface OAuth1Stamp {
  readonly nonce: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** The value of the `Authorization` header of a signed request (RFC 5849 sections 3.4.2 and 3.5.1). */
export function oauth1Authorization(request: OAuth1Request, signer: OAuth1Signer, stamp: OAuth1Stamp): string {
  const protocol: Readonly<Record<string, string>> = {
    oauth_consumer_key: signer.consumerKey,
    ...(signer.token === undefined ? {} : { oauth_token: signer.token }),
    oauth_signature_method: signer.signatureMethod,
    oauth_timestamp: String(stamp.timestamp),
    oauth_nonce: stamp.nonce,
    oauth_version: '1.0',
    ...request.parameters,
  };
  const key = [signer.consumerSecret, signer.tokenSecret].map((secret) => encode(secret?.reveal() ?? '')).join('&');
  const algorithm = signer.signatureMethod === 'HMAC-SHA1' ? 'sha1' : 'sha256';
  const signature = createHmac(algorithm, key).update(signatureBaseString(request, protocol)).digest('base64');
  const pairs = Object.entries({ ...protocol, oauth_signature: signature });
  return `OAuth ${pairs.map(([name, value]) => `${encode(name)}="${encode(value)}"`).join(', ')}`;
}

/** The text that is signed (RFC 5849 section 3.4.1.1). */
export function signatureBaseString(request: OAuth1Request, protocol: Readonly<Record<string, string>>): string {
  const { form, method, url } = request;
  // RFC 5849 section 3.4.1.2: without query and fragment; `URL` has left the default port out and lowered the host.
  const address = `${url.protocol}//${url.host}${url.pathname}`;
  const parameters = [...url.searchParams, ...new URLSearchParams(form ?? ''), ...Object.entries(protocol)];
  const encoded = parameters.map(([name, value]) => ({ name: encode(name), value: encode(value) }));
  encoded.sort((left, right) => compare(left.name, right.name) || compare(left.value, right.value));
  const normalized = encoded.map(({ name, value }) => `${name}=${value}`).join('&');
  return [method.toUpperCase(), address, normalized].map(encode).join('&');
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** RFC 5849 section 3.6: stricter than forms, and than `encodeURIComponent`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

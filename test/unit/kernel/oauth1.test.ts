import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { type OAuth1Signer, oauth1Authorization, signatureBaseString } from '../../../src/kernel/oauth1.js';
import { Secret } from '../../../src/kernel/secret.js';

/** The client of RFC 5849 section 1.2. */
const PRINTER: OAuth1Signer = {
  consumerKey: 'dpf43f3p2l4k3l03',
  consumerSecret: new Secret('kd94hf93k423kf44'),
  signatureMethod: 'HMAC-SHA1',
};

/** `oauth_version` is optional, and the signatures of the RFC are made without it. */
function signatureOf(
  request: { readonly method: string; readonly url: string; readonly parameters?: Readonly<Record<string, string>> },
  signer: OAuth1Signer,
  stamp: { readonly nonce: string; readonly timestamp: number },
): string {
  const protocol = {
    oauth_consumer_key: signer.consumerKey,
    ...(signer.token === undefined ? {} : { oauth_token: signer.token }),
    oauth_signature_method: signer.signatureMethod,
    oauth_timestamp: String(stamp.timestamp),
    oauth_nonce: stamp.nonce,
    ...request.parameters,
  };
  const base = signatureBaseString({ ...request, url: new URL(request.url) }, protocol);
  const key = `${signer.consumerSecret.reveal()}&${signer.tokenSecret?.reveal() ?? ''}`;
  return createHmac('sha1', key).update(base).digest('base64');
}

describe('a signature of OAuth 1.0a', () => {
  it('has the base string of RFC 5849 section 3.4.1.1', () => {
    const base = signatureBaseString(
      {
        method: 'post',
        url: new URL('http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b'),
        form: 'c2&a3=2+q',
      },
      {
        oauth_consumer_key: '9djdj82h48djs9d2',
        oauth_token: 'kkk9d7dh3k39sjv7',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '137131201',
        oauth_nonce: '7d8f3e4a',
      },
    );
    expect(base).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
  });

  it('is that of RFC 5849 section 1.2 for temporary credentials, for a token, and for a request', () => {
    const callback = { oauth_callback: 'http://printer.example.com/ready' };
    const initiate = { method: 'POST', url: 'https://photos.example.net/initiate', parameters: callback };
    expect(signatureOf(initiate, PRINTER, { nonce: 'wIjqoS', timestamp: 137131200 })).toBe(
      '74KNZJeDHnMBp0EMJ9ZHt/XKycU=',
    );
    const token = {
      method: 'POST',
      url: 'https://photos.example.net/token',
      parameters: { oauth_verifier: 'hfdp7dh39dks9884' },
    };
    const temporary = { ...PRINTER, token: 'hh5s93j4hdidpola', tokenSecret: new Secret('hdhd0244k9j7ao03') };
    expect(signatureOf(token, temporary, { nonce: 'walatlh', timestamp: 137131201 })).toBe(
      'gKgrFCywp7rO0OXSjdot/IHF7IU=',
    );
    const photos = { method: 'GET', url: 'http://photos.example.net/photos?file=vacation.jpg&size=original' };
    const owner = { ...PRINTER, token: 'nnch734d00sl2jdk', tokenSecret: new Secret('pfkkdhi9sl3r4s00') };
    expect(signatureOf(photos, owner, { nonce: 'chapoH', timestamp: 137131202 })).toBe('MdpQcU8iPSUjWoN/UDMsK2sui9I=');
  });

  it('stands in a header with every value encoded, by the method that the app wants', () => {
    const signer = { ...PRINTER, consumerKey: 'a b"c', signatureMethod: 'HMAC-SHA256' as const };
    const header = oauth1Authorization({ method: 'GET', url: new URL('https://photos.example.net/photos') }, signer, {
      nonce: 'n',
      timestamp: 1,
    });
    expect(header).toMatch(
      /^OAuth oauth_consumer_key="a%20b%22c", oauth_signature_method="HMAC-SHA256", oauth_timestamp="1", oauth_nonce="n", oauth_version="1\.0", oauth_signature="[A-Za-z0-9%]+"$/,
    );
    const signature = decodeURIComponent(/oauth_signature="([^"]+)"/.exec(header)?.[1] ?? '');
    expect(Buffer.from(signature, 'base64')).toHaveLength(32);
  });

  it('does not depend on the order of the parameters, and changes with every one of them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1, maxLength: 5 }), (pairs) => {
        const base = (entries: typeof pairs) => {
          const form = new URLSearchParams(entries).toString();
          return signatureBaseString({ method: 'POST', url: new URL('https://a.example/'), form }, {});
        };
        const whole = base(pairs);
        expect(base([...pairs].reverse())).toBe(whole);
        expect(base(pairs.slice(1))).not.toBe(whole);
        expect(whole).toMatch(/^[A-Za-z0-9\-._~%&]+$/);
      }),
    );
  });
});

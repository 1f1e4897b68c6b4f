import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const SHA256_WITH_RSA = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');

export interface SelfSigned {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/** A certificate that is good for ten years, with its key (RFC 5280). */
export function selfSigned(name: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const subject = sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(name)))));
  const year = new Date().getUTCFullYear();
  const validity = sequence(utcTime(year - 1), utcTime(year + 9));
  const serial = tagged(0x02, Buffer.from([1]));
  const version = tagged(0xa0, tagged(0x02, Buffer.from([2])));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const inside = sequence(version, serial, SHA256_WITH_RSA, subject, validity, subject, key);
  return {
    certificate: pem(signed(inside, privateKey)),
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
}

function signed(inside: Buffer, key: KeyObject): Buffer {
  return sequence(inside, SHA256_WITH_RSA, tagged(0x03, Buffer.from([0]), sign('sha256', inside, key)));
}

function utcTime(year: number): Buffer {
  return tagged(0x17, Buffer.from(`${String(year).slice(2)}0101000000Z`));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

import { constants, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BehalfError } from '../../src/kernel/errors.js';
import { randomToken } from '../../src/kernel/ids.js';

const LIFETIME_SECONDS = 5 * 60;

/** A certificate and its private key. */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly key: KeyObject;
}

/**
 * Reads PEM files; they may be one and the same.
 * @throws BehalfError `config.invalid` that says which file is wrong, and never what is in it
 */
export async function readCertificate(files: {
  readonly certificateFile: string;
  readonly keyFile: string;
}): Promise<Certificate> {
  const x509 = await readPem('certificate', files.certificateFile, (pem) => new X509Certificate(pem));
  const key = await readPem('private key', files.keyFile, (pem) => createPrivateKey(pem));
  if (key.asymmetricKeyType !== 'rsa') throw invalid(`The private key in ${files.keyFile} is no RSA key.`);
  if (!x509.checkPrivateKey(key))
    throw invalid(
      `The private key in ${files.keyFile} does not belong to the certificate in ${files.certificateFile}.`,
    );
  return { x509, key };
}

async function readPem<T>(what: string, file: string, parse: (pem: Buffer) => T): Promise<T> {
  const pem = await readFile(file).catch(() => {
    throw invalid(`The file ${file} with the ${what} of the bot cannot be read.`);
  });
  try {
    return parse(pem);
  } catch {
    throw invalid(`The file ${file} holds no ${what} in the form of PEM, without a passphrase.`);
  }
}

/**
 * The signed statement by which the bot authenticates in place of a password.
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function certificateAssertion(
  { key, x509 }: Certificate,
  { appId, now, tokenUrl }: { readonly appId: string; readonly tokenUrl: string; readonly now: number },
): string {
  const seconds = Math.floor(now / 1000);
  const thumbprint = Buffer.from(x509.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint };
  const claims = {
    aud: tokenUrl,
    iss: appId,
    sub: appId,
    jti: randomToken(128),
    nbf: seconds,
    iat: seconds,
    exp: seconds + LIFETIME_SECONDS,
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, ...padding }).toString('base64url')}`;
}

function invalid(message: string): BehalfError {
  return new BehalfError('config.invalid', message);
}

import { readFileSync } from 'node:fs';
import { BehalfError, describeForeignError } from '../../src/kernel/errors.js';
import type { RedisTarget } from './url.js';

/** How connections to Redis are encrypted: trusting these authorities (PEM) alone, or those of Node. */
export interface TlsOptions {
  readonly ca?: string;
}

/** Undefined: not at all. Throws `config.invalid` where the file of authorities cannot be used. */
export function readTls(target: RedisTarget, caFile: string | undefined): TlsOptions | undefined {
  if (!target.tls) {
    if (caFile === undefined) return undefined;
    throw new BehalfError('config.invalid', 'REDIS_TLS_CA_FILE is set, but REDIS_URL does not begin with rediss');
  }
  return caFile === undefined ? {} : { ca: readAuthorities(caFile) };
}

function readAuthorities(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BehalfError('config.invalid', `REDIS_TLS_CA_FILE: ${file} cannot be read`, {
      details: { reason: describeForeignError(error) },
    });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new BehalfError('config.invalid', `REDIS_TLS_CA_FILE: ${file} holds no certificate in the form of PEM`);
  }
  return text;
}

import { BehalfError } from './errors.js';

/** How an error of a KMS reads: `reason` is a foreign error's code or status, never its text. */
export function kmsRefused(id: string, kms: string, reason: string, advice: string): BehalfError {
  return new BehalfError('config.invalid', `Encryption key "${id}": ${kms} refuses it (${reason}). ${advice}`, {
    details: { kms, reason },
  });
}

export function kmsUnavailable(id: string, kms: string, reason: string): BehalfError {
  return new BehalfError(
    'keys.unavailable',
    `Encryption key "${id}": ${kms} cannot be reached (${reason}). Nothing is started without its keys: look at the network and at the state of ${kms}, then start again.`,
    { details: { kms, reason } },
  );
}

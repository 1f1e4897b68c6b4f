import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';

/** Errors of the HTTP client in the words of the OAuth ports; what is foreign is left out. */
export function translate(error: unknown): BehalfError {
  if (isBehalfError(error, 'egress.refused')) {
    return new BehalfError('oauth.operator', 'The address of the OAuth server is not allowed', {
      details: { reason: error.code },
    });
  }
  if (isBehalfError(error, 'app.unexpected_answer')) {
    return new BehalfError('oauth.protocol', 'The answer of the OAuth server is too large');
  }
  return new BehalfError('oauth.transient', 'The OAuth server cannot be reached');
}

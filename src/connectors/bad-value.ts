import { BehalfError } from '../kernel/errors.js';

/** A value that cannot stand where a request wants it; `why` is for the person too. */
export function badValue(why: string): BehalfError {
  return new BehalfError('app.bad_input', `The request cannot be made: ${why}`, {
    userText: `I cannot do that: ${why}.`,
  });
}

import { BehalfError } from '../kernel/errors.js';
import type { Texts } from '../texts/english.js';
import { said } from '../texts/texts-for.js';

/** A value that cannot stand where a request wants it; `why` is for operators, `text` says the same to the person. */
export function badValue(text: keyof Texts['apps']['impossible'], why: string): BehalfError {
  return new BehalfError('app.bad_input', `The request cannot be made: ${why}`, {
    userText: said(({ apps }) => apps.impossible[text]),
  });
}

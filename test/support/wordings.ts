import type { LoginOutcome, ProofOutcome, SignInOutcome } from '../../src/connections/login.js';

/** What came of a login, with its text as somebody reads it whose language is not known. */
export function inWords(outcome: LoginOutcome | ProofOutcome | SignInOutcome) {
  return 'text' in outcome ? { ...outcome, text: outcome.text(undefined) } : outcome;
}

import type { IdentityCheck } from './identity-check.port.js';

/** The pop-up hands its code back within seconds; an authorization code that lives this long survives that. */
const POP_UP_MS = 30_000;

/** Name of the policy: the safe chain, its first check alone, or none at all. */
export type IdentityPolicy = 'auto' | 'sign-in' | 'off-insecure';

/**
 * The chain of checks: signing in to the chat platform in the same browser; else the chat client's own pop-up; else equal confirmed e-mail addresses; else a code that the person
 * pastes into the direct message within `proofTtlMs`.
 */
export function createIdentityCheck(policy: IdentityPolicy, proofTtlMs: number): IdentityCheck {
  if (policy === 'off-insecure') return { judge: () => ({ kind: 'passed', method: 'off' }) };
  return {
    judge({ signedIn, popUp, codeLifetimeMs, chatEmail, account }) {
      if (signedIn) return { kind: 'passed', method: 'sign-in' };
      if (policy === 'sign-in') return { kind: 'sign_in_needed' };
      if (popUp) {
        const canWait = account !== undefined || codeLifetimeMs >= POP_UP_MS;
        return canWait ? { kind: 'proof_needed', method: 'pop-up' } : { kind: 'account_needed' };
      }
      if (account === undefined) {
        const canWait = chatEmail === undefined && codeLifetimeMs >= proofTtlMs;
        return canWait ? { kind: 'proof_needed', method: 'pasted-code' } : { kind: 'account_needed' };
      }
      return isSameEmail(chatEmail, account.confirmedEmail)
        ? { kind: 'passed', method: 'e-mail' }
        : { kind: 'proof_needed', method: 'pasted-code' };
    },
  };
}

/** Compares confirmed addresses; only ASCII letters are folded, so that look-alikes (`K` the Kelvin sign) stay others. */
export function isSameEmail(left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  const a = normalizeEmail(left);
  return a.includes('@') && a === normalizeEmail(right);
}

function normalizeEmail(email: string): string {
  return email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

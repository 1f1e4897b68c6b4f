import type { Account } from './connection.js';

/** What is known of a login when its browser comes back from the provider. */
export interface LoginFacts {
  /** The login runs in the chat client's own window, which hands a code back as the person who is signed in to it. */
  readonly popUp: boolean;
  /** The person has signed in to the chat platform in this browser. */
  readonly signedIn?: boolean;
  /** How long the provider's authorization code can be kept before it is exchanged, in ms. */
  readonly codeLifetimeMs: number;
  /** E-mail address of the chat user, where the platform has confirmed it. */
  readonly chatEmail?: string;
  /** The account that logged in; absent before the code is exchanged. */
  readonly account?: Account;
}

export type IdentityVerdict =
  | { readonly kind: 'passed'; readonly method: 'sign-in' | 'e-mail' | 'off' }
  /** Nothing else than signing in to the chat platform counts, and that has not happened. */
  | { readonly kind: 'sign_in_needed' }
  /** Only the account can tell: exchange the code and ask again. Never the answer when the account is there. */
  | { readonly kind: 'account_needed' }
  /** The chat has to hand a code back first. Without an account among the facts, the exchange waits for it. */
  | { readonly kind: 'proof_needed'; readonly method: 'pop-up' | 'pasted-code' };

/** Decides whether the person in the browser is the person in the chat. Without it a forwarded link connects the wrong one. */
export interface IdentityCheck {
  judge(facts: LoginFacts): IdentityVerdict;
}

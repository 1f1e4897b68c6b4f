import type { Wording } from '../kernel/errors.js';
import type { Account, ConnectionOwner, PersonOwner } from './connection.js';

/** What a login is to be for. */
export interface LoginRequest {
  /** `shared`: whoever opens the link connects it for everybody; only for who may read the keys of this service. */
  readonly owner: ConnectionOwner;
  readonly connection: string;
  /** What goes on after the login, e.g. a job's id; opaque here. */
  readonly continuation?: string;
  /** JSON, handed back to `profile`, `onConnected` and `onFailed`, e.g. the conversation. */
  readonly context: unknown;
  /** Instead of the connection's own. */
  readonly scopes?: readonly string[];
  /** The link opens in the chat client's own window, which can hand a code back. */
  readonly popUp: boolean;
  /** What the person reads (BCP 47), where it is known. */
  readonly locale?: string | undefined;
}

/** What web pages and messages may show of a login. */
export interface LoginSummary {
  /** `shared`: an administrator connects it for everybody. */
  readonly owner: ConnectionOwner;
  readonly connection: string;
  /** The app's name. */
  readonly title: string;
  /** The login runs in the chat client's own window. */
  readonly popUp: boolean;
  /** What the person reads (BCP 47), where it is known. */
  readonly locale?: string;
}

/** What our login page shows before anything happens. */
export type LoginView =
  | {
      readonly kind: 'open';
      readonly login: LoginSummary;
      /** The chat user who will own the connection; absent for a shared one. */
      readonly holder?: { readonly name: string; readonly place: string };
      readonly scopes: readonly string[];
      /** With what the person signs in first; `optional`: the login may go on without. */
      readonly signIn?: { readonly title: string; readonly origin: string; readonly optional: boolean };
    }
  /** Never existed, used, replaced, cancelled or too old: which one is nobody's business. */
  | { readonly kind: 'unknown' };

/** The way to the provider, or to the chat platform's sign-in page before it. */
export type LoginStart =
  | {
      readonly kind: 'redirect';
      readonly redirectTo: string;
      /** To be set as `__Host-` cookie, HttpOnly, Secure, SameSite=Lax; holds the last few logins of this browser. */
      readonly cookie: { readonly value: string; readonly maxAgeSeconds: number };
    }
  | { readonly kind: 'unknown' };

/** What came of the browser's return from the provider. */
export type LoginOutcome =
  | {
      readonly kind: 'connected';
      readonly login: LoginSummary;
      /** Absent where the app does not tell. */
      readonly account?: Account;
      /** The account that was connected before, where it was another one. */
      readonly replacedAccount?: Account;
    }
  /**
   * The chat has to hand `code` back within the time: the pop-up does so by itself, else the person pastes it into the
   * direct message. `account` is there when it is known already: the page asks whether it is the right one.
   */
  | {
      readonly kind: 'proof_needed';
      readonly login: LoginSummary;
      readonly code: string;
      /** How long it may be handed back, in ms. */
      readonly validMs: number;
      readonly account?: Account;
    }
  /** The person pressed Deny. The link works again. */
  | { readonly kind: 'denied'; readonly login: LoginSummary }
  /** Another browser than the one that began. Nothing was exchanged. */
  | { readonly kind: 'wrong_browser' }
  /** The answer came to the redirect URI of another connection, or from another issuer. Nothing was exchanged. */
  | { readonly kind: 'wrong_connection' }
  | { readonly kind: 'expired' }
  /** `text` is ours, for the person. The link works again. */
  | { readonly kind: 'provider_error'; readonly login: LoginSummary; readonly text: Wording }
  /** The account is none of those that may be connected; its tokens are revoked. `text` says which may. */
  | { readonly kind: 'account_refused'; readonly login: LoginSummary; readonly text: Wording };

/** What came of the browser's return from the chat platform's sign-in page: the way to the provider, or why there is none. */
export type SignInOutcome =
  | LoginStart
  | Extract<LoginOutcome, { readonly kind: 'wrong_browser' | 'expired' }>
  /** The person did not want to. The link works again. */
  | {
      readonly kind: 'sign_in_denied';
      readonly login: LoginSummary;
      readonly signIn: string;
      /** The login page has another way. */
      readonly hasOtherWay: boolean;
    }
  /** Signed in as somebody else than the person who asked, who has been told. The link is gone. */
  | { readonly kind: 'wrong_person'; readonly login: LoginSummary; readonly signIn: string }
  /** `text` is ours, for the person. The link works again. */
  | {
      readonly kind: 'sign_in_failed';
      readonly login: LoginSummary;
      readonly text: Wording;
      readonly hasOtherWay: boolean;
    };

/** What came of a code that the chat handed back. */
export type ProofOutcome =
  | Extract<LoginOutcome, { readonly kind: 'connected' | 'provider_error' | 'account_refused' | 'expired' }>
  /** The window was closed. */
  | { readonly kind: 'cancelled' }
  /** No such code, or not any more. */
  | { readonly kind: 'unknown'; readonly triesLeft: number }
  | { readonly kind: 'too_many_tries' }
  /** The code belongs to somebody else's login, which has ended now; that person has been told through `onFailed`. */
  | { readonly kind: 'wrong_person'; readonly connection: string; readonly title: string };

/** A login has ended well. */
export interface LoginConnected extends LoginSummary {
  readonly account?: Account;
  readonly replacedAccount?: Account;
  /** As given to `createLink`. */
  readonly continuation?: string;
  readonly context: unknown;
}

/** A login was ended because somebody else answered for it, or with an account that may not be connected. */
export interface LoginFailed extends LoginSummary {
  readonly owner: PersonOwner;
  readonly reason: 'wrong_person' | 'account_refused';
  /** Ours, for the person. */
  readonly text?: Wording;
  /** What the login asked for, where that was not the connection's own. */
  readonly scopes?: readonly string[];
  readonly continuation?: string;
  readonly context: unknown;
}

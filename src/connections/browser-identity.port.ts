import type { Secret } from '../kernel/secret.js';
import type { PersonOwner } from './connection.js';

/** One trip to the chat platform's sign-in page. */
export interface SignInRequest {
  /** Who is expected; only a hint for the page. */
  readonly owner: PersonOwner;
  readonly state: string;
  /** 256 random bits that come back in the signed answer. */
  readonly nonce: string;
  /** PKCE verifier (RFC 7636), for platforms that have it. */
  readonly codeVerifier: Secret;
}

/** Who is signed in, in the words in which the chat platform names people. */
export interface SignedInPerson {
  readonly tenantId: string;
  readonly userId: string;
}

/**
 * Signing in to the chat platform in a browser: who is it that sits in front of it? Its answer is signed by the platform for
 * this one request.
 */
export interface BrowserIdentity {
  readonly platform: string;
  /** What people call that with which they sign in, e.g. `Slack`. */
  readonly title: string;
  /** Path of the redirect URI below the public URL. */
  readonly path: string;
  /** Origin of the sign-in page. */
  readonly origin: string;
  /** Where the browser is sent. */
  authorizationUrl(request: SignInRequest): string;
  /**
   * Exchanges the code; keeps nothing of what it is given for it.
   * @throws BehalfError `oauth.transient` (the platform is away), `oauth.invalid_grant` (the code is dead), `oauth.operator`
   * (the app is not set up for it), `oauth.protocol` (an answer that is not for this request or not from the platform)
   */
  prove(
    answer: Pick<SignInRequest, 'owner' | 'nonce' | 'codeVerifier'> & { readonly code: Secret },
  ): Promise<SignedInPerson>;
}

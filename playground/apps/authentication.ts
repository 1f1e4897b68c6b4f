import type { IncomingHttpHeaders } from 'node:http';
import { type AccountDirectory, sameText } from './accounts.js';
import { failure, type Reply } from './http.js';
import { API_SCOPE, type IdentityProvider } from './identity-provider.js';

/** Who calls the API: a person through OAuth, or the integration user. */
export interface Principal {
  readonly kind: 'person' | 'integration';
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly mayCreate: boolean;
}

/** Credentials of the integration user: an API key, or the same user with a password. */
export interface Integration {
  readonly apiKey: string;
  readonly username: string;
  readonly password: string;
}

export type Authentication =
  | { readonly kind: 'known'; readonly principal: Principal }
  | { readonly kind: 'refused'; readonly reply: Reply };

interface AuthenticatorParts {
  readonly realm: string;
  readonly accounts: AccountDirectory;
  readonly identity: IdentityProvider;
  readonly integration: Integration;
}

/** Tells from the headers of an API call who makes it (RFC 6750 for bearer tokens). */
export class ApiAuthenticator {
  readonly #parts: AuthenticatorParts;

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  async authenticate(headers: IncomingHttpHeaders): Promise<Authentication> {
    const { integration, realm } = this.#parts;
    const apiKey = headers['x-api-key'];
    if (typeof apiKey === 'string') {
      if (sameText(apiKey, integration.apiKey)) return { kind: 'known', principal: this.#integrationUser() };
      return refused(401, {
        error: 'invalid_api_key',
        message: 'The API key is unknown',
        challenge: `ApiKey realm="${realm}"`,
      });
    }
    const [, scheme, credentials] = /^(\S+) +(.+)$/.exec(headers.authorization ?? '') ?? [];
    if (scheme?.toLowerCase() === 'bearer' && credentials) return this.#bearer(credentials);
    if (scheme?.toLowerCase() === 'basic' && credentials) return this.#basic(credentials);
    return refused(401, {
      error: 'unauthorized',
      message: 'Please authenticate',
      challenge: `Bearer realm="${realm}"`,
    });
  }

  async #bearer(token: string): Promise<Authentication> {
    const { accounts, identity, realm } = this.#parts;
    const owner = await identity.tokenOwner(token);
    const account = owner && accounts.byId(owner.accountId);
    if (!owner || !account) {
      const message = 'The access token is unknown, expired or revoked';
      const challenge = `Bearer realm="${realm}", error="invalid_token", error_description="${message}"`;
      return refused(401, { error: 'invalid_token', message, challenge });
    }
    if (!owner.scopes.has(API_SCOPE)) {
      const challenge = `Bearer realm="${realm}", error="insufficient_scope", scope="${API_SCOPE}"`;
      return refused(403, { error: 'insufficient_scope', message: `The scope "${API_SCOPE}" is missing`, challenge });
    }
    return { kind: 'known', principal: { kind: 'person', ...account } };
  }

  #basic(credentials: string): Authentication {
    const { integration, realm } = this.#parts;
    const expected = `${integration.username}:${integration.password}`;
    if (sameText(Buffer.from(credentials, 'base64').toString('utf8'), expected)) {
      return { kind: 'known', principal: this.#integrationUser() };
    }
    const challenge = `Basic realm="${realm}"`;
    return refused(401, { error: 'invalid_credentials', message: 'Unknown user or wrong password', challenge });
  }

  #integrationUser(): Principal {
    const { username } = this.#parts.integration;
    return {
      kind: 'integration',
      id: username,
      username,
      name: 'Integration User',
      email: 'integration@acme.example',
      emailVerified: true,
      mayCreate: true,
    };
  }
}

function refused(status: number, why: { error: string; message: string; challenge: string }): Authentication {
  return { kind: 'refused', reply: failure(status, why.error, why.message, { 'www-authenticate': why.challenge }) };
}

/** The answer of `GET /api/me`. */
export function me(principal: Principal): Reply {
  const { id, name, email, emailVerified, username } = principal;
  return { status: 200, json: { id, name, email, email_verified: emailVerified, username } };
}

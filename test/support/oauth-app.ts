import type { OAuthApp, ParentConnection } from '../../src/connections/parent-connection.js';
import { Secret } from '../../src/kernel/secret.js';

/** An OAuth client at a {@link TokenServer}. */
export function oauthApp(url: string, change: Partial<OAuthApp> = {}): OAuthApp {
  return {
    connection: 'crm',
    authorizationUrl: `${url}/authorize`,
    tokenUrl: `${url}/token`,
    revocationUrl: `${url}/revoke`,
    clientId: 'behalf',
    clientSecret: new Secret('client-secret-canary'),
    redirectUri: 'http://localhost:3000/oauth/callback/crm',
    scopes: ['api'],
    scopeSeparator: ' ',
    clientAuthentication: 'header',
    pkce: 'S256',
    authorizationParameters: {},
    tokenParameters: {},
    codeLifetimeSeconds: 60,
    reauthorizeErrors: [],
    ...change,
  };
}

export function oauthParent(app: OAuthApp): ParentConnection {
  return { name: app.connection, connector: 'crm', title: 'Acme CRM', settings: {}, auth: { kind: 'oauth2', app } };
}

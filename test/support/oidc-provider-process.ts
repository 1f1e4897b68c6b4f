import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration, Provider } from '../../playground/apps/oidc-library.js';

/** What the process is told: the shape that the provider has, its client, and whom it knows by which claims. */
export interface ProviderWishes {
  readonly kind: 'slack' | 'entra';
  readonly tenant: string;
  readonly client: Readonly<Record<string, unknown>>;
  readonly people: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * An `oidc-provider` in the shape of a chat platform's, as a process of its own: the library cannot be loaded by jest. Whoever
 * comes is the person that was last named at `/person/<name>`. Prints its origin, and ends with its standard input.
 */
async function main(): Promise<void> {
  const wishes: ProviderWishes = JSON.parse(process.argv[2] ?? '');
  const { default: OidcProvider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = wishes.kind === 'slack' ? origin : `${origin}/${wishes.tenant}/v2.0`;
  const provider = new OidcProvider(issuer, configure(wishes));
  // Slack says of each answer whether it is one.
  if (wishes.kind === 'slack')
    provider.use(async (ctx, next) => {
      await next();
      if (ctx['oidc']?.route === 'token') Object.assign(ctx.body, { ok: ctx.status === 200 });
    });
  server.on('request', handler(provider));
  process.stdout.write(`${origin}\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
}

function handler(provider: Provider) {
  const callback = provider.callback();
  let person = '';
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [, place = '', name = ''] = (request.url ?? '').split('/');
    if (place === 'person') {
      person = name;
      response.end();
    } else if (place === 'interaction') {
      void provider.interactionFinished(request, response, { login: { accountId: person } });
    } else void callback(request, response);
  };
}

function configure({ client, kind, people, tenant }: ProviderWishes): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const names = [...new Set(Object.values(people).flatMap((claims) => Object.keys(claims)))];
  return {
    clients: [{ grant_types: ['authorization_code'], response_types: ['code'], client_id: '1.2', ...client }],
    clientAuthMethods: ['client_secret_post', 'private_key_jwt'],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] },
    enabledJWA: { clientAuthSigningAlgValues: ['PS256'] },
    responseTypes: ['code'],
    scopes: ['openid', 'profile'],
    // Slack names the person with `openid` alone, Entra ID with `profile`.
    claims: { openid: kind === 'slack' ? ['sub', ...names] : ['sub'], profile: kind === 'slack' ? [] : names },
    conformIdTokenClaims: false,
    pkce: { required: () => kind === 'entra' },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['test'] },
    routes:
      kind === 'slack'
        ? {
            authorization: '/openid/connect/authorize',
            jwks: '/openid/connect/keys',
            token: '/api/openid.connect.token',
          }
        : {
            authorization: `/${tenant}/oauth2/v2.0/authorize`,
            jwks: '/common/discovery/v2.0/keys',
            token: `/${tenant}/oauth2/v2.0/token`,
          },
    async loadExistingGrant(ctx) {
      const { client: asking, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({
        ...(asking ? { clientId: asking.clientId } : {}),
        ...(session?.accountId ? { accountId: session.accountId } : {}),
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  };
}

void main();

import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createOAuthClient } from '../../../adapters/oauth/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import type { TokenApp } from '../../../src/connections/parent-connection.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const SECRET = 'secret: with %&+ signs';

describe('client credentials at a certified provider', () => {
  const http = createHttpClient({
    allowPrivateHosts: ['127.0.0.1'],
    logger: new RecordingLogger(),
    clock: systemClock,
  });
  const client = createOAuthClient({ httpClient: http, clock: systemClock });
  let provider: ChildProcess;
  let issuer: string | undefined;

  beforeAll(async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'machine-provider-process.ts')]);
    provider = child;
    for await (const line of createInterface({ input: child.stdout })) {
      issuer = line;
      break;
    }
  });

  afterAll(async () => {
    provider.stdin?.end();
    await http.close();
  });

  function appOf(authentication: 'header' | 'body', change: Partial<TokenApp> = {}): TokenApp {
    return {
      connection: 'machine',
      tokenUrl: `${issuer}/token`,
      clientId: `in-${authentication}`,
      clientSecret: new Secret(SECRET),
      scopes: ['read'],
      scopeSeparator: ' ',
      clientAuthentication: authentication,
      tokenParameters: {},
      reauthorizeErrors: [],
      ...change,
    };
  }

  /** What the provider itself says of a token. */
  async function introspect(token: Secret): Promise<unknown> {
    const form = new URLSearchParams({ token: token.reveal(), client_id: 'in-body', client_secret: SECRET });
    return (await fetch(`${issuer}/token/introspection`, { method: 'POST', body: form })).json();
  }

  it.each(['header', 'body'] as const)('give a token that works, with the client in the %s', async (authentication) => {
    const tokens = await client.requestToken(appOf(authentication));

    expect(tokens.refreshToken).toBeUndefined();
    expect(tokens.expiresAt).toBe(tokens.issuedAt + 600_000);
    expect(tokens.scopes).toEqual(['read']);
    expect(await introspect(tokens.accessToken)).toMatchObject({
      active: true,
      client_id: `in-${authentication}`,
      scope: 'read',
    });
  });

  it.each([
    ['a wrong secret', 'header', { clientSecret: new Secret('wrong') }],
    ['an unknown client', 'body', { clientId: 'nobody' }],
  ] as const)("are the operator's to mend with %s", async (_what, authentication, change) => {
    await expect(client.requestToken(appOf(authentication, change))).rejects.toMatchObject({ code: 'oauth.operator' });
  });
});

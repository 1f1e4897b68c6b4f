import { createHttpClient } from '../../../adapters/undici/index.js';
import type { BrowserIdentity, SignInRequest } from '../../../src/connections/browser-identity.port.js';
import type { PersonOwner } from '../../../src/connections/connection.js';
import type { HttpClient } from '../../../src/kernel/http-client.port.js';
import { randomToken } from '../../../src/kernel/ids.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { PUBLIC_URL, type RunningProvider, startProvider } from '../../support/oidc-provider.js';
import type { ProviderWishes } from '../../support/oidc-provider-process.js';
import { RecordingLogger } from '../../support/recording-logger.js';

export interface SignInSubject {
  readonly platform: 'slack' | 'teams';
  readonly tenantId: string;
  readonly wishes: ProviderWishes;
  readonly create: (parts: {
    readonly origin: string;
    readonly httpClient: HttpClient;
    readonly logger: RecordingLogger;
    /** Another secret than the right one. */
    readonly wrongSecret?: boolean;
  }) => BrowserIdentity;
}

/** What signing in to a chat platform has to hold, at a certified provider in the shape of that platform's. */
export function signInContract({ create, platform, tenantId, wishes }: SignInSubject): void {
  const logger = new RecordingLogger();
  const httpClient = createHttpClient({ allowPrivateHosts: ['127.0.0.1'], logger, clock: systemClock });
  const owner: PersonOwner = { platform, tenantId, userId: 'ann' };
  let provider: RunningProvider;
  let identity: BrowserIdentity;

  beforeAll(async () => {
    provider = await startProvider(wishes);
    identity = create({ origin: provider.origin, httpClient, logger });
  });

  afterAll(() => Promise.all([provider.stop(), httpClient.close()]));

  const request = (): SignInRequest => ({
    owner,
    state: randomToken(),
    nonce: randomToken(),
    codeVerifier: new Secret(randomToken()),
  });

  async function walk(asked: SignInRequest, person = 'ann'): Promise<Secret> {
    const back = await provider.signIn(identity.authorizationUrl(asked), person);
    expect(back.origin + back.pathname).toBe(PUBLIC_URL + identity.path);
    expect(back.searchParams.get('state')).toBe(asked.state);
    return new Secret(back.searchParams.get('code') ?? '');
  }

  it('names itself as people and routes need it', () => {
    expect(identity).toMatchObject({ platform, origin: provider.origin, path: `/${platform}/openid_redirect` });
  });

  it('tells who has signed in, whoever was expected', async () => {
    for (const userId of ['ann', 'bob']) {
      const asked = request();
      await expect(identity.prove({ ...asked, code: await walk(asked, userId) })).resolves.toEqual({
        tenantId,
        userId,
      });
    }
  });

  it('takes a code once', async () => {
    const asked = request();
    const code = await walk(asked);
    await identity.prove({ ...asked, code });
    await expect(identity.prove({ ...asked, code })).rejects.toMatchObject({ code: 'oauth.invalid_grant' });
  });

  it('refuses a code that was given for another request', async () => {
    const [mine, other] = [request(), request()];
    const { codeVerifier } = other;
    const proof = identity.prove({ ...mine, codeVerifier, code: await walk(other) });
    await expect(proof).rejects.toMatchObject({ code: 'oauth.protocol', details: { why: 'nonce' } });
  });

  it('says that the code is dead, which somebody has made up', async () => {
    const proof = identity.prove({ ...request(), code: new Secret('canary') });
    await expect(proof).rejects.toMatchObject({ code: 'oauth.invalid_grant' });
  });

  it('says that the operator must act where the app is not known by its secret', async () => {
    const asked = request();
    const code = await walk(asked);
    const wrong = create({ origin: provider.origin, httpClient, logger, wrongSecret: true });
    await expect(wrong.prove({ ...asked, code })).rejects.toMatchObject({ code: 'oauth.operator' });
  });

  it('says that it passes where the platform cannot be reached', async () => {
    const away = create({ origin: 'http://127.0.0.1:1', httpClient, logger });
    const proof = away.prove({ ...request(), code: new Secret('canary') });
    await expect(proof).rejects.toMatchObject({ code: 'oauth.transient' });
  });

  it('writes nothing of it into its errors', async () => {
    const asked = request();
    const failure = await identity.prove({ ...asked, code: new Secret('canary') }).catch((error: unknown) => error);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toMatch(/canary|secret/);
  });
}

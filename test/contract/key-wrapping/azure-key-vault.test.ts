import { constants, generateKeyPairSync, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import nock from 'nock';
import { createAzureKeyVault } from '../../../adapters/azure-key-vault/index.js';
import { Secret } from '../../../src/kernel/secret.js';
import { describeKeyWrapping, type Trouble } from './key-wrapping.contract.js';

const HOST = 'https://acme.vault.azure.net';
const LOGIN = 'https://login.microsoftonline.com';
const TENANT = '00000000-0000-0000-0000-000000000002';
const VERSION = '0123456789abcdef0123456789abcdef';

type Answer = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>];

/** RSA keys by name, one version each. Answers as https://learn.microsoft.com/rest/api/keyvault/keys says. */
class KeyVault {
  readonly keys = new Map(
    ['first', 'second'].map((name) => [name, generateKeyPairSync('rsa', { modulusLength: 2048 })] as const),
  );
  calls = 0;
  /** Whoever may wrap need not be allowed to look at the key. */
  mayLook = false;
  #trouble: Trouble | undefined;
  #busy = 0;

  bother(trouble: Trouble): void {
    this.#trouble = trouble;
    this.#busy = trouble.kind === 'busy' ? trouble.times : 0;
  }

  serve(): void {
    this.signIn();
    const answer = (authorization: unknown, path: string, body: unknown): [number, string, Record<string, string>] => {
      const [status, json, headers = {}] = this.#answer(authorization, path, body);
      return [status, JSON.stringify(json), { 'content-type': 'application/json', ...headers }];
    };
    const reply = function (
      this: { readonly req: { readonly headers: Record<string, unknown> } },
      path: string,
      body: unknown,
    ) {
      return answer(this.req.headers['authorization'], path, body);
    };
    nock(HOST).persist().get(/./).reply(reply);
    nock(HOST).persist().post(/./).reply(reply);
  }

  /** Entra ID, as far as the SDK asks. */
  signIn(): void {
    const base = `${LOGIN}/${TENANT}`;
    nock(LOGIN)
      .persist()
      .get(/openid-configuration/)
      .reply(200, {
        issuer: `${base}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
      });
    nock(LOGIN)
      .persist()
      .get(/discovery\/instance/)
      .reply(200, { tenant_discovery_endpoint: `${base}/v2.0/.well-known/openid-configuration`, metadata: [] });
    nock(LOGIN)
      .persist()
      .post(/token/)
      .reply(200, { token_type: 'Bearer', expires_in: 3600, access_token: 'access-canary' });
  }

  #answer(authorization: unknown, path: string, body: unknown): Answer {
    if (authorization !== 'Bearer access-canary')
      return [
        401,
        {},
        { 'www-authenticate': `Bearer authorization="${LOGIN}/${TENANT}", resource="https://vault.azure.net"` },
      ];
    this.calls += 1;
    // As a gateway in between says it: nock and the SDK disagree on sockets that fail.
    if (this.#trouble?.kind === 'away') return [504, 'canary'];
    this.#busy -= 1;
    if (this.#busy >= 0) return [503, problem('canary')];
    if (this.#trouble?.kind === 'denied') return [403, problem('Forbidden canary')];
    const [, name = '', operation] = /^\/keys\/(\w+)\/(?:\w*)(?:\/(wrapkey|unwrapkey))?\?/.exec(path) ?? [];
    const key = this.keys.get(name);
    if (!key) return [404, problem('KeyNotFound canary')];
    const kid = `${HOST}/keys/${name}/${VERSION}`;
    if (operation === undefined)
      return this.mayLook ? [200, { key: { kid, kty: 'RSA' }, attributes: {} }] : [403, problem('Forbidden canary')];
    const { alg, value } = askedOf(body);
    const result = alg === 'RSA-OAEP-256' ? carryOut(operation, key, Buffer.from(value, 'base64url')) : undefined;
    return result ? [200, { kid, value: result.toString('base64url') }] : [400, problem('BadParameter canary')];
  }
}

function problem(code: string): unknown {
  return { error: { code, message: code } };
}

function askedOf(body: unknown): { readonly alg: string; readonly value: string } {
  const asked: { readonly alg: string; readonly value: string } = typeof body === 'string' ? JSON.parse(body) : body;
  return asked;
}

function carryOut(
  operation: string,
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  value: Buffer,
): Buffer | undefined {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  try {
    return operation === 'wrapkey'
      ? publicEncrypt({ key: publicKey, ...padding }, value)
      : privateDecrypt({ key: privateKey, ...padding }, value);
  } catch {
    return undefined;
  }
}

describe('keys that Azure Key Vault wraps', () => {
  const before = { ...process.env };
  let vault: KeyVault;

  beforeEach(() => {
    // What the SDK finds by itself.
    Object.assign(process.env, { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: 'app', AZURE_CLIENT_SECRET: 'canary' });
    nock.disableNetConnect();
    vault = new KeyVault();
    vault.serve();
  });

  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
    process.env = { ...before };
  });

  const of = (name: string) => `${HOST}/keys/${name}/${VERSION}`;

  describeKeyWrapping('azure-key-vault', async () => ({
    wrapping: createAzureKeyVault(),
    keys: { first: of('first'), second: of('second'), missing: of('missing') },
    trouble: (trouble) => vault.bother(trouble),
    get calls() {
      return vault.calls;
    },
    close: async () => {},
  }));

  it('name the version that has wrapped them, so that the key can be rotated there', async () => {
    const wrap = () => createAzureKeyVault().wrap('k2', new Secret(Buffer.alloc(32, 1)), `${HOST}/keys/first`);
    await expect(wrap()).rejects.toMatchObject({ message: expect.stringContaining('name the key with its version') });
    vault.mayLook = true;
    expect((await wrap()).by).toBe(of('first'));
  });

  it('say what to do where the identity is refused', async () => {
    nock.cleanAll();
    nock(LOGIN).persist().get(/./).reply(400, { error: 'invalid_tenant', error_description: 'canary' });
    nock(LOGIN).persist().post(/./).reply(401, { error: 'invalid_client', error_description: 'canary' });
    nock(HOST)
      .persist()
      .get(/./)
      .reply(
        401,
        {},
        { 'www-authenticate': `Bearer authorization="${LOGIN}/${TENANT}", resource="https://vault.azure.net"` },
      );
    await expect(createAzureKeyVault().wrap('k2', new Secret(Buffer.alloc(32, 1)), of('first'))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('give this machine a managed identity'),
    });
  });

  it('never send a token to a host that is no key vault', async () => {
    nock('https://evil.example')
      .persist()
      .get(/./)
      .reply(
        401,
        {},
        { 'www-authenticate': `Bearer authorization="${LOGIN}/${TENANT}", resource="https://vault.azure.net"` },
      );
    await expect(
      createAzureKeyVault().wrap('k2', new Secret(Buffer.alloc(32, 1)), 'https://evil.example/keys/first'),
    ).rejects.toMatchObject({ message: expect.not.stringContaining('canary') });
    expect(vault.calls).toBe(0);
  });
});

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import nock from 'nock';
import { createAwsKms } from '../../../adapters/aws-kms/index.js';
import { Secret } from '../../../src/kernel/secret.js';
import { describeKeyWrapping, type Trouble } from './key-wrapping.contract.js';

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890';
const ALIAS = 'arn:aws:kms:eu-central-1:111122223333:alias/behalf';
const HOST = 'https://kms.eu-central-1.amazonaws.com';

interface Asked {
  readonly KeyId: string;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

type Answer = readonly [status: number, body: unknown];

/**
 * Symmetric keys by ARN. Answers as https://docs.aws.amazon.com/kms/latest/APIReference/ says; the encryption context is
 * authenticated, and is in the clear in the log of each call.
 */
class Kms {
  readonly keys = new Map([`${ARN}a1`, `${ARN}b2`].map((arn) => [arn, randomBytes(32)]));
  readonly contexts: unknown[] = [];
  calls = 0;
  #trouble: Trouble | undefined;
  #busy = 0;

  bother(trouble: Trouble): void {
    this.#trouble = trouble;
    this.#busy = trouble.kind === 'busy' ? trouble.times : 0;
    if (trouble.kind !== 'away') return;
    // A port that nobody listens on, without nock in between: the SDK trips over its sockets that fail.
    nock.restore();
    process.env['AWS_ENDPOINT_URL_KMS'] = 'http://127.0.0.1:1';
  }

  serve(): void {
    nock(HOST)
      .persist()
      .post('/')
      .reply((_path, body) => {
        this.calls += 1;
        const [status, answer] = this.#answer(operationOf(body), askedOf(body));
        return [status, JSON.stringify(answer), { 'content-type': 'application/x-amz-json-1.1' }];
      });
  }

  #answer(operation: 'Encrypt' | 'Decrypt', asked: Asked): Answer {
    this.#busy -= 1;
    if (this.#busy >= 0) return [500, { __type: 'KMSInternalException', message: 'canary' }];
    if (this.#trouble?.kind === 'denied') return [400, { __type: 'AccessDeniedException', message: 'canary' }];
    this.contexts.push(asked.EncryptionContext);
    const KeyId = asked.KeyId === ALIAS ? `${ARN}a1` : asked.KeyId;
    const key = this.keys.get(KeyId);
    if (!key) return [400, { __type: 'NotFoundException', message: `Key 'canary' does not exist` }];
    const context = Buffer.from(JSON.stringify(asked.EncryptionContext ?? {}));
    if (operation === 'Encrypt') return [200, { KeyId, CiphertextBlob: seal(key, context, asked.Plaintext ?? '') }];
    const Plaintext = opened(key, context, asked.CiphertextBlob ?? '');
    return Plaintext === undefined ? [400, { __type: 'InvalidCiphertextException' }] : [200, { KeyId, Plaintext }];
  }
}

function askedOf(body: unknown): Asked {
  const asked: Asked = typeof body === 'string' ? JSON.parse(body) : body;
  return asked;
}

function operationOf(body: unknown): 'Encrypt' | 'Decrypt' {
  return askedOf(body).Plaintext === undefined ? 'Decrypt' : 'Encrypt';
}

function seal(key: Buffer, context: Buffer, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
  return Buffer.concat([nonce, cipher.update(plaintext, 'base64'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  );
}

function opened(key: Buffer, context: Buffer, blob: string): string | undefined {
  const sealed = Buffer.from(blob, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(context);
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('base64');
  } catch {
    return undefined;
  }
}

describe('keys that AWS KMS wraps', () => {
  const before = { ...process.env };
  let kms: Kms;

  beforeEach(() => {
    // What the SDK finds by itself.
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'canary',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    nock.disableNetConnect();
    kms = new Kms();
    kms.serve();
  });

  afterEach(() => {
    if (!nock.isActive()) nock.activate();
    nock.cleanAll();
    nock.enableNetConnect();
    process.env = { ...before };
  });

  describeKeyWrapping('aws-kms', async () => ({
    wrapping: createAwsKms(),
    keys: { first: `${ARN}a1`, second: `${ARN}b2`, missing: `${ARN}c3` },
    trouble: (trouble) => kms.bother(trouble),
    get calls() {
      return kms.calls;
    },
    close: async () => {},
  }));

  it('are bound to the id of our key, which KMS notes', async () => {
    const wrapping = createAwsKms();
    const wrapped = await wrapping.wrap('k2', new Secret(randomBytes(32)), `${ARN}a1`);
    await expect(wrapping.unwrap('k3', wrapped)).rejects.toMatchObject({ code: 'config.invalid' });
    expect(kms.contexts).toEqual([{ 'behalf:key-id': 'k2' }, { 'behalf:key-id': 'k3' }]);
  });

  it.each([
    ['breaks off in the midst of its answer', () => {}],
    [
      'sends its answer byte by byte',
      (response: ServerResponse) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ] as const)('are not waited for where KMS %s', async (_, goOn) => {
    nock.restore();
    const silent = createServer((_, response) => {
      response.writeHead(200, { 'content-length': 100_000 }).write('{');
      goOn(response);
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const address = silent.address();
    process.env['AWS_ENDPOINT_URL_KMS'] = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    try {
      const wrapping = createAwsKms({ answerTimeoutMs: 200 });
      await expect(wrapping.unwrap('k2', { by: `${ARN}a1`, wrapped: 'AAAA' })).rejects.toMatchObject({
        code: 'keys.unavailable',
      });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('name the key that an alias leads to now', async () => {
    const { by } = await createAwsKms().wrap('k2', new Secret(randomBytes(32)), ALIAS);
    expect(by).toBe(`${ARN}a1`);
  });

  it('say what to do where there are no credentials', async () => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    Object.assign(process.env, { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' });
    await expect(createAwsKms().wrap('k2', new Secret(randomBytes(32)), `${ARN}a1`)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('No credentials of AWS are found here'),
    });
  });
});

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVaultTransit, type VaultTransitOptions } from '../../../adapters/vault-transit/index.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { selfSigned } from '../../support/self-signed.js';
import { describeKeyWrapping, type Trouble } from './key-wrapping.contract.js';

const TOKEN = 'hvs.canary';
/** Tries again at once. */
const clock = { ...systemClock, sleep: async () => {} };

/** Keys by mount and name. Answers as https://developer.hashicorp.com/vault/api-docs/secret/transit says. */
class TransitServer {
  readonly keys = new Map(
    ['transit/first', 'transit/second', 'teams/chat/first'].map((name) => [name, randomBytes(32)]),
  );
  readonly requests: IncomingMessage['headers'][] = [];
  trouble: Trouble | undefined;
  /** Versions of keys before this one are not opened any more. */
  oldest = 1;
  readonly #versions = new Map<string, readonly Buffer[]>();
  #busy = 0;

  /** Makes a new version of the key; the others stay. */
  rotate(key: string): void {
    this.#versions.set(key, [...this.#versionsOf(key), randomBytes(32)]);
  }

  #versionsOf(key: string): readonly Buffer[] {
    const first = this.keys.get(key);
    return this.#versions.get(key) ?? (first ? [first] : []);
  }

  bother(trouble: Trouble): void {
    this.trouble = trouble;
    this.#busy = trouble.kind === 'busy' ? trouble.times : 0;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(request.headers);
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (this.trouble?.kind === 'away') return void request.socket.destroy();
    this.#busy -= 1;
    if (this.#busy >= 0) return say(response, 503, { errors: ['Vault is sealed canary'] });
    if (this.trouble?.kind === 'denied' || request.headers['x-vault-token'] !== TOKEN)
      return say(response, 403, { errors: ['permission denied canary'] });
    const [, mount = '', operation = '', name = ''] =
      /^\/v1\/(.+)\/(encrypt|decrypt)\/([^/]+)$/.exec(request.url ?? '') ?? [];
    const versions = this.#versionsOf(`${mount}/${name}`);
    if (request.method !== 'POST' || versions.length === 0)
      return say(response, 400, { errors: ['encryption key not found canary'] });
    const asked: { plaintext?: string; ciphertext?: string } = JSON.parse(body);
    const version = Number(/^vault:v(\d+):/.exec(asked.ciphertext ?? '')?.[1] ?? versions.length);
    if (version < this.oldest)
      return say(response, 400, { errors: ['ciphertext or signature version is disallowed by policy (too old)'] });
    const key = versions[version - 1] ?? randomBytes(32);
    const data =
      operation === 'encrypt'
        ? { ciphertext: seal(key, asked.plaintext ?? '', version), key_version: version }
        : opened(key, asked.ciphertext ?? '');
    if (data) say(response, 200, { data });
    else say(response, 400, { errors: ['cipher: message authentication failed canary'] });
  }
}

function say(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function seal(key: Buffer, plaintext: string, version: number): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([
    nonce,
    cipher.update(Buffer.from(plaintext, 'base64')),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `vault:v${version}:${sealed.toString('base64')}`;
}

function opened(key: Buffer, ciphertext: string): { readonly plaintext: string } | undefined {
  const sealed = Buffer.from(ciphertext.replace(/^vault:v\d+:/, ''), 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(-16));
    return {
      plaintext: Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('base64'),
    };
  } catch {
    return undefined;
  }
}

/** Never silent for long, and never at its end. */
function trickle(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = Object.assign({ port: 0, family: '', address: '' }, server.address());
  return port;
}

describe('keys that the transit engine of Vault wraps', () => {
  let vault: TransitServer;
  let server: Server;
  let port: number;

  beforeEach(async () => {
    vault = new TransitServer();
    server = createServer((request, response) => void vault.answer(request, response));
    port = await listen(server);
  });

  afterEach(() => void server.close());

  const open = (change: Partial<VaultTransitOptions> = {}) =>
    createVaultTransit(
      { address: `http://127.0.0.1:${port}`, token: { kind: 'value', value: new Secret(TOKEN) }, ...change },
      clock,
    );

  describeKeyWrapping('vault-transit', async () => ({
    wrapping: open(),
    keys: { first: 'first', second: 'second', missing: 'missing' },
    trouble: (trouble) => vault.bother(trouble),
    get calls() {
      return vault.requests.length;
    },
    close: async () => {},
  }));

  describe('the way to it', () => {
    const KEY = new Secret(randomBytes(32));
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'behalf-vault-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('may lead to an engine at another path, in a namespace', async () => {
      const { by, wrapped } = await open({ namespace: 'acme/bots' }).wrap('k2', KEY, 'teams/chat/first');
      expect(by).toBe('teams/chat/first');
      expect((await open().unwrap('k2', { by, wrapped })).reveal()).toEqual(KEY.reveal());
      expect(vault.requests.map((headers) => headers['x-vault-namespace'])).toEqual(['acme/bots', undefined]);
    });

    it('takes the token that stands in the file now', async () => {
      const file = join(folder, 'token');
      writeFileSync(file, 'hvs.old');
      const wrapping = open({ token: { kind: 'file', file } });
      await expect(wrapping.wrap('k2', KEY, 'first')).rejects.toMatchObject({
        message: expect.stringContaining('set VAULT_TOKEN or VAULT_TOKEN_FILE'),
      });
      writeFileSync(file, `${TOKEN}\n`);
      await wrapping.wrap('k2', KEY, 'first');
      rmSync(file);
      await expect(wrapping.wrap('k2', KEY, 'first')).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringContaining('VAULT_TOKEN_FILE cannot be read (ENOENT)'),
      });
    });

    it('trusts the authority that is named, and nobody unknown', async () => {
      const { certificate, key } = selfSigned('localhost');
      const secure = createSecureServer(
        { cert: certificate, key },
        (request, response) => void vault.answer(request, response),
      );
      const address = `https://localhost:${await listen(secure)}`;
      const caFile = join(folder, 'ca.pem');
      writeFileSync(caFile, certificate);
      try {
        await open({ address, caFile }).wrap('k2', KEY, 'first');
        await expect(open({ address }).wrap('k2', KEY, 'first')).rejects.toMatchObject({
          code: 'keys.unavailable',
          message: expect.stringMatching(/SELF_SIGNED_CERT|UNABLE_TO_VERIFY/),
        });
      } finally {
        secure.close();
      }
    });

    const answers: readonly (readonly [string, (response: ServerResponse) => void])[] = [
      ['before it answers', () => {}],
      ['in the midst of its answer', (response) => response.writeHead(200).write('{')],
      ['between the single bytes of its answer', trickle],
    ];
    it.each(answers)('is given up where it is slow %s', async (_, answer) => {
      const slow = createServer((_request, response) => answer(response));
      const address = `http://127.0.0.1:${await listen(slow)}`;
      try {
        await expect(open({ address, answerTimeoutMs: 200 }).wrap('k2', KEY, 'first')).rejects.toMatchObject({
          code: 'keys.unavailable',
          message: expect.stringContaining('(TimeoutError)'),
        });
      } finally {
        slow.closeAllConnections();
        slow.close();
      }
    });

    it('says what keeps a key of ours from being opened once it was rotated there', async () => {
      const before = await open().wrap('k2', KEY, 'first');
      vault.rotate('transit/first');
      expect((await open().unwrap('k2', before)).reveal()).toEqual(KEY.reveal());
      vault.oldest = 2;
      await expect(open().unwrap('k2', before)).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringMatching(/^Encryption key "k2": .*lower its min_decryption_version/),
      });
      const after = await open().wrap('k2', KEY, 'first');
      expect((await open().unwrap('k2', after)).reveal()).toEqual(KEY.reveal());
    });

    it('is not followed where it leads on, and an answer that is none is said', async () => {
      const other = createServer((request, response) => {
        const code = request.url?.includes('moved') ? 307 : 200;
        response.writeHead(code, { location: 'http://127.0.0.1:1/' }).end('<html>canary</html>');
      });
      const address = `http://127.0.0.1:${await listen(other)}`;
      try {
        await expect(open({ address }).wrap('k2', KEY, 'moved')).rejects.toMatchObject({ code: 'config.invalid' });
        await expect(open({ address }).wrap('k2', KEY, 'page')).rejects.toMatchObject({
          code: 'keys.unavailable',
          message: expect.not.stringContaining('canary'),
        });
      } finally {
        other.close();
      }
    });
  });
});

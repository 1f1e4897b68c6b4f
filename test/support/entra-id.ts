import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { TEAMS_APP_ID, TEAMS_TENANT_ID } from '../../playground/people.js';

export const SIGN_IN_RESOURCE = `api://botid-${TEAMS_APP_ID}`;

/** What a token is to be like; what is left out is as Entra ID makes it for Rita. */
export interface EntraToken {
  readonly person?: string;
  readonly tenant?: string;
  readonly issuer?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** `stranger`: signed with a key that is not published, under the id of one that is. */
  readonly key?: 'published' | 'next' | 'stranger';
  /** `none` and `HS256` (with the public key as the secret) are how forgers try. */
  readonly algorithm?: 'RS256' | 'HS256' | 'none';
}

interface Pair {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function newPair(id: string): Pair {
  return { id, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

/** The part of Entra ID that signs who somebody is: its keys over HTTP, and tokens as good or bad as a test wants them. */
export class EntraId {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  /** Answers to requests for keys; 200 unless told otherwise. */
  status = 200;
  readonly #keys = { published: newPair('key-1'), next: newPair('key-2'), stranger: newPair('key-1') };
  readonly #published: Pair[] = [this.#keys.published];
  readonly #stop: () => Promise<void>;

  private constructor(url: string, stop: () => Promise<void>) {
    this.url = url;
    this.#stop = stop;
  }

  static async start(): Promise<EntraId> {
    let entra: EntraId | undefined;
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      entra?.asked.push(path);
      const isKeys = path.endsWith('/discovery/v2.0/keys');
      response.writeHead(isKeys ? (entra?.status ?? 500) : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: entra?.publicKeys() ?? [] }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    entra = new EntraId(`http://127.0.0.1:${port}`, async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    });
    return entra;
  }

  publicKeys(): readonly object[] {
    const keys = this.#published.map(({ id, publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid: id,
      use: 'sig',
    }));
    return [{ kty: 'EC', kid: 'another-kind' }, ...keys];
  }

  /** Begins to sign with another key. */
  rotate(): void {
    this.#published.push(this.#keys.next);
  }

  token(wanted: EntraToken = {}): string {
    const { algorithm = 'RS256', claims = {}, header = {}, key = 'published', tenant = TEAMS_TENANT_ID } = wanted;
    const now = Math.floor(Date.now() / 1000);
    const pair = this.#keys[key];
    const payload = {
      iss: wanted.issuer ?? `${this.url}/${tenant}/v2.0`,
      aud: TEAMS_APP_ID,
      tid: tenant,
      oid: wanted.person ?? '5b1f2c1e-0000-4000-8000-000000000001',
      upn: 'rita@acme.example',
      scp: 'access_as_user',
      iat: now,
      nbf: now,
      exp: now + 3600,
      uti: randomUUID(),
      ...claims,
    };
    const input = `${encode({ typ: 'JWT', alg: algorithm, kid: pair.id, ...header })}.${encode(payload)}`;
    return `${input}.${signatureOf(input, algorithm, pair)}`;
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signatureOf(input: string, algorithm: 'RS256' | 'HS256' | 'none', pair: Pair): string {
  if (algorithm === 'none') return '';
  if (algorithm === 'RS256') return sign('RSA-SHA256', Buffer.from(input), pair.privateKey).toString('base64url');
  const secret = pair.publicKey.export({ type: 'spki', format: 'pem' });
  return createHmac('sha256', secret).update(input).digest('base64url');
}

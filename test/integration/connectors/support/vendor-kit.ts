import { readFileSync } from 'node:fs';
import path from 'node:path';
import nock from 'nock';
import { createOAuthClient } from '../../../../adapters/oauth/index.js';
import { loadCatalogue } from '../../../../src/catalogue.js';
import type { Account, Credential, TokenSet } from '../../../../src/connections/connection.js';
import type { OAuthApp } from '../../../../src/connections/parent-connection.js';
import { lookUpAccount } from '../../../../src/connectors/account-lookup.js';
import { performAction } from '../../../../src/connectors/perform-action.js';
import { isBehalfError } from '../../../../src/kernel/errors.js';
import type { FileValue } from '../../../../src/kernel/file-value.js';
import { Secret } from '../../../../src/kernel/secret.js';
import { systemClock } from '../../../../src/kernel/system-clock.js';
import { formatProblem } from '../../../../src/language/problem.js';
import { fetchHttpClient } from '../../../support/fetch-http-client.js';

export const TOKEN = 'access-canary';
export const BEARER = `Bearer ${TOKEN}`;

/** A file that a person has sent, and what is in it. */
export const FILE: FileValue = { name: 'Offer "1" ü.pdf', type: 'application/pdf', size: 8, ref: 'file.AAAA' };
export const FILE_CONTENT = Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff, 0x00, 0x0d, 0x0a]);

const oauth = createOAuthClient({ httpClient: fetchHttpClient, clock: systemClock });

/** One connection of an example, with a token in its hands. */
export interface Vendor {
  /** As the person who logged in, unless another credential is given. */
  perform(action: string, input?: Readonly<Record<string, unknown>>): Promise<unknown>;
  identify(): Promise<Account>;
  readonly app: OAuthApp;
  /** The tokens that the vendor gives for a code. */
  exchange(): Promise<TokenSet>;
  /** The tokens that the vendor gives for an assertion of who the person is. */
  assert(): Promise<TokenSet>;
  refresh(): Promise<TokenSet>;
  revoke(): Promise<'revoked' | 'unsupported'>;
}

export interface VendorOptions {
  /** Of `connections.yaml` in the example. */
  readonly connection: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Kept from the vendor's token response. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Opens `examples/<name>` with the connector that comes with the service. */
export async function openVendor(name: string, options: VendorOptions): Promise<Vendor> {
  const catalogue = await loadCatalogue(
    { configDir: path.resolve('examples', name), publicUrl: 'https://behalf.example', egressAllow: [] },
    { ...environmentOf(name), ...options.environment },
  );
  const parent = catalogue.parent(options.connection);
  const connector = parent && catalogue.connector(parent.connector);
  if (!parent || !connector) throw new Error(catalogue.problems.map(formatProblem).join('\n'));
  const { auth } = parent;
  const { fields } = options;
  const credential: Credential =
    auth.kind === 'static'
      ? auth.credential
      : { kind: 'bearer', token: new Secret(TOKEN), generation: 1, ...(fields ? { fields } : {}) };
  const common = { connector, parent, credential, http: fetchHttpClient, clock: systemClock };
  const tokens: TokenSet = {
    accessToken: new Secret(TOKEN),
    refreshToken: new Secret('refresh-canary'),
    issuedAt: 0,
    scopes: [],
  };
  const app = () => {
    if (auth.kind !== 'oauth2') throw new Error('it has no OAuth client');
    return auth.app;
  };
  return {
    async perform(actionName, input = {}) {
      const action = connector.actions.get(actionName);
      if (!action) throw new Error(`no action ${actionName}`);
      const readFile = async () => FILE_CONTENT;
      return performAction({ ...common, action, account: 'ann', input, idempotencyKey: 'job:1', readFile });
    },
    identify: () => lookUpAccount(common),
    get app() {
      return app();
    },
    exchange: () =>
      oauth.exchangeCode(app(), {
        code: new Secret('code-canary'),
        codeVerifier: new Secret('v'.repeat(43)),
        scopes: app().scopes,
      }),
    assert: () => oauth.exchangeAssertion(app(), { assertion: new Secret('assertion-canary'), scopes: app().scopes }),
    refresh: () => oauth.refresh(app(), tokens),
    revoke: () => oauth.revoke(app(), tokens),
  };
}

/** A value for every variable that an example names without a default. */
export function environmentOf(name: string): Readonly<Record<string, string>> {
  return variablesOf(readFileSync(path.resolve('examples', name, 'connections.yaml'), 'utf8'));
}

export function variablesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, variable = '']) => [variable, 'acme']));
}

/** What the person reads, and what the service makes of it. */
export async function failureOf(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isBehalfError(error)) throw new Error('it did not fail as it should', { cause: error });
  const { code, userText, retryAfterMs } = error;
  return { code, userText, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Nothing but what a test expects is called, and all of that is. */
export function onlyExpectedCalls(): void {
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect(pending).toEqual([]);
  });
  afterAll(() => nock.enableNetConnect());
}

/** What a vendor makes of a request with one file; nock gives bodies with bytes in hexadecimal. */
export async function formIn(body: string, type: string) {
  const form = await new Response(bytesOf(body), { headers: { 'content-type': type } }).formData();
  const file = form.get('file');
  if (!(file instanceof File)) throw new Error('there is no file');
  const fields = Object.fromEntries([...form].filter(([name]) => name !== 'file'));
  return { fields, name: file.name, type: file.type, content: Buffer.from(await file.arrayBuffer()) };
}

/** The bytes of a body as nock gives it. */
export function bytesOf(body: string): Buffer {
  return /^(?:[0-9a-f]{2})+$/.test(body) ? Buffer.from(body, 'hex') : Buffer.from(body, 'utf8');
}

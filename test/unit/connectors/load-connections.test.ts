import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConnections } from '../../../src/connectors/load-connections.js';
import { formatProblem } from '../../../src/language/problem.js';
import { CONNECTOR, connector } from './parts.js';

const FILE = `connections:
  acme:
    connector: acme_crm
    settings: { url: "https://\${ACME_HOST:-acme.example}" }
    auth: { method: oauth2, client_id: "\${ACME_ID}", client_secret: "\${ACME_SECRET}" }
  acme-key:
    connector: acme_crm
    title: Acme (integration)
    settings: { url: "https://acme.example", region: us }
    auth: { method: api_key, key: "\${ACME_KEY}" }
  acme-basic:
    connector: acme_crm
    settings: { url: "https://acme.example" }
    auth: { method: basic, username: bot, password: "\${ACME_KEY}" }
`;

const ENVIRONMENT = { ACME_ID: 'client-1', ACME_SECRET: 'canary-secret', ACME_KEY: 'canary-key' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function load(
  text: string,
  more: { environment?: Readonly<Record<string, string>>; egressAllow?: readonly string[] } = {},
) {
  const path = join(folder, 'connections.yaml');
  writeFileSync(path, text);
  const { parents, problems } = await loadConnections({
    path,
    environment: more.environment ?? ENVIRONMENT,
    connectors: new Map([['acme_crm', connector(CONNECTOR)]]),
    publicUrl: 'https://behalf.example/',
    egressAllow: more.egressAllow ?? [],
  });
  return { parents, problems: problems.map(formatProblem) };
}

describe('connections.yaml', () => {
  test('gives parent connections with everything filled in', async () => {
    const { parents, problems } = await load(FILE);

    expect(problems).toEqual([]);
    const acme = parents.get('acme');
    expect(acme).toMatchObject({
      name: 'acme',
      title: 'Acme CRM',
      settings: { url: 'https://acme.example', region: 'eu' },
      auth: {
        kind: 'oauth2',
        app: {
          connection: 'acme',
          authorizationUrl: 'https://acme.example/oauth/authorize',
          clientId: 'client-1',
          redirectUri: 'https://behalf.example/oauth/callback/acme',
          scopes: ['api'],
        },
      },
    });
    expect(acme?.auth.kind === 'oauth2' && acme.auth.app.clientSecret?.reveal()).toBe('canary-secret');
    const key = parents.get('acme-key');
    expect(key).toMatchObject({ title: 'Acme (integration)', settings: { region: 'us' } });
    const credential = key?.auth.kind === 'static' ? key.auth.credential : undefined;
    expect(credential?.kind === 'api_key' && credential.key.reveal()).toBe('Key canary-key');
    expect(parents.get('acme-basic')).toMatchObject({ auth: { credential: { kind: 'basic', username: 'bot' } } });
  });

  test('may be absent', async () => {
    const source = {
      path: join(folder, 'none.yaml'),
      environment: {},
      connectors: new Map(),
      publicUrl: 'https://x',
      egressAllow: [],
    };
    expect(await loadConnections(source)).toEqual({ parents: new Map(), problems: [] });
  });

  test.each<[string, string, RegExp]>([
    [
      'a missing variable',
      FILE.replace('ACME_SECRET', 'ACME_SERCET'),
      /^connections\.yaml:5:70 error the environment variable ACME_SERCET is not set/,
    ],
    [
      'an unknown connector',
      FILE.replace('connector: acme_crm', 'connector: acme_cmr'),
      /:3:16 error there is no connector "acme_cmr" {2}hint: did you mean "acme_crm"\?/,
    ],
    [
      'an unknown setting',
      FILE.replace('region: us', 'regoin: us'),
      /:9:46 error Acme CRM has no setting "regoin" {2}hint: did you mean "region"\?/,
    ],
    [
      'a missing setting',
      FILE.replace(/ {4}settings: .*ACME_HOST.*\n/u, ''),
      /:2:3 error the setting "url" \(Address\) is missing/,
    ],
    [
      'a bad name',
      FILE.replace('  acme-key:', '  Acme_Key:'),
      /:6:3 error the name "Acme_Key" must be lower-case letters, digits and -/,
    ],
    [
      'an unknown method',
      FILE.replace('method: basic', 'method: bearer'),
      /:14:21 error "method" must be oauth2 or client_credentials or oauth1 or api_key or basic or custom/,
    ],
    ['a forgotten key', FILE.replace(/, client_secret: "[^"]*"/u, ''), /the client_secret is missing/],
    [
      'an address without TLS',
      FILE.replace('"https://acme.example", region', '"http://acme.example", region'),
      /:9:15 error the base_url of Acme CRM is not https {2}hint: use https, or list acme\.example in EGRESS_ALLOW/,
    ],
    [
      'an address that is none',
      FILE.replace('"https://acme.example", region', '"acme", region'),
      /the settings make no usable address of Acme CRM's base_url/,
    ],
  ])('reports %s and leaves that connection out', async (_name, text, expected) => {
    expect(text).not.toBe(FILE);
    const { parents, problems } = await load(text);
    expect(problems).toContainEqual(expect.stringMatching(expected));
    expect(parents.size).toBeLessThan(3);
  });

  test('reports a method that the connector does not have', async () => {
    const path = join(folder, 'connections.yaml');
    writeFileSync(path, FILE);
    const without = connector(CONNECTOR.replace('  basic: {}\n', ''));
    const connectors = new Map([['acme_crm', without]]);
    const { problems } = await loadConnections({
      path,
      environment: ENVIRONMENT,
      connectors,
      publicUrl: 'https://x',
      egressAllow: [],
    });
    expect(problems.map(formatProblem)).toEqual([
      'connections.yaml:14:21 error Acme CRM cannot be used with basic  hint: use oauth2, api_key',
    ]);
  });

  test('accepts an address without TLS where the operator allows it, or on this machine', async () => {
    const plain = FILE.replaceAll('https://acme.example', 'http://crm.internal:8080').replace('https://$', 'http://$');
    const environment = { ...ENVIRONMENT, ACME_HOST: 'localhost:4000' };
    expect((await load(plain, { environment, egressAllow: ['crm.internal:8080'] })).problems).toEqual([]);
    expect((await load(plain, { environment, egressAllow: ['crm.internal'] })).problems).toEqual([]);
    expect((await load(plain, { environment, egressAllow: ['crm.internal:80'] })).parents.size).toBe(1);
  });

  test('warns of a secret in the file and uses it', async () => {
    const { parents, problems } = await load(FILE.replace(/ key: "[^"]*"/u, ' key: abc-canary'));
    expect(problems).toEqual([expect.stringMatching(/:10:35 warning "key" is a secret and stands in the file/)]);
    expect(problems.join()).not.toContain('abc-canary');
    expect(parents.size).toBe(3);
  });

  test('refuses one client at two servers', async () => {
    const other = FILE.replace(
      '  acme-key:',
      `  acme-test:
    connector: acme_crm
    settings: { url: "https://test.acme.example" }
    auth: { method: oauth2, client_id: "\${ACME_ID}", client_secret: "\${ACME_SECRET}" }
  acme-key:`,
    );
    const { parents, problems } = await load(other);
    expect(problems).toEqual([
      expect.stringMatching(/:5:\d+ error the client id of "acme" is used at another server/),
      expect.stringMatching(/:9:\d+ error the client id of "acme-test" is used at another server/),
    ]);
    expect([...parents.keys()]).toEqual(['acme-key', 'acme-basic']);
  });

  test('quotes no value of the environment in its problems', async () => {
    const environment = { ...ENVIRONMENT, ACME_HOST: 'canary host' };
    const { problems } = await load(FILE, { environment });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain('canary');
  });
});

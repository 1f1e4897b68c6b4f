import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConnections } from '../../../src/connectors/load-connections.js';
import { formatProblem } from '../../../src/language/problem.js';
import { CONNECTOR, connector } from './parts.js';

const APP_ID = '99999999-8888-4777-8666-555555555555';
const TAKES = CONNECTOR.replace(
  '  oauth2:\n',
  '  oauth2:\n    on_behalf_of: { token_parameters: { requested_token_use: on_behalf_of }, required_settings: [region] }\n',
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function load(
  entry: string,
  { text = TAKES, signInClientId }: { readonly text?: string; readonly signInClientId?: string } = {},
) {
  const path = join(folder, 'connections.yaml');
  writeFileSync(path, `connections:\n  acme:\n    connector: acme_crm\n    single_sign_on: true\n${entry}`);
  const { parents, problems } = await loadConnections({
    path,
    environment: { ACME_SECRET: 'canary-secret', APP_ID },
    connectors: new Map([['acme_crm', connector(text)]]),
    publicUrl: 'https://behalf.example/',
    egressAllow: [],
    ...(signInClientId === undefined ? {} : { signInClientId }),
  });
  return { parent: parents.get('acme'), problems: problems.map(formatProblem) };
}

const entry = (
  change: { settings?: string; client?: string } = {},
) => `    settings: { url: "https://acme.example"${change.settings ?? ', region: eu'} }
    auth: { method: oauth2, client_id: ${change.client ?? `"\${APP_ID}"`}, client_secret: "\${ACME_SECRET}" }
`;

describe('single_sign_on of a connection', () => {
  test('is taken for the client that chat clients sign in to, in capitals or not', async () => {
    const { parent, problems } = await load(entry(), { signInClientId: APP_ID.toUpperCase() });
    expect(problems).toEqual([]);
    expect(parent).toMatchObject({
      singleSignOn: true,
      auth: { app: { onBehalfOf: { tokenParameters: { requested_token_use: 'on_behalf_of' } } } },
    });
  });

  test('is a mistake with another client, said where that stands', async () => {
    const { parent, problems } = await load(entry({ client: 'another' }), { signInClientId: APP_ID });
    expect(parent).toBeUndefined();
    expect(problems).toEqual([
      expect.stringMatching(/connections\.yaml:6.*needs the client that chat clients sign in to/s),
    ]);
    expect(problems[0]).toContain('MicrosoftAppId');
  });

  test('has no effect, and is warned of, where no chat platform is set up for it', async () => {
    const { parent, problems } = await load(entry());
    expect(problems).toEqual([expect.stringMatching(/warning.*no effect.*BOT_SSO_RESOURCE/s)]);
    expect(parent).toBeDefined();
    expect(parent?.singleSignOn).toBeUndefined();
  });

  test('is a mistake where the connector takes no assertions', async () => {
    const { problems } = await load(entry(), { text: CONNECTOR, signInClientId: APP_ID });
    expect(problems).toEqual([expect.stringMatching(/Acme CRM takes no assertions/)]);
  });

  test('is a mistake without a setting that the connector asks for, be there a default', async () => {
    const { problems } = await load(entry({ settings: '' }), { signInClientId: APP_ID });
    expect(problems).toEqual([expect.stringMatching(/needs the setting "region"/)]);
  });

  test('is a mistake for a method without logins', async () => {
    const key = `    settings: { url: "https://acme.example", region: eu }
    auth: { method: api_key, key: "\${ACME_SECRET}" }
`;
    const { problems } = await load(key, { signInClientId: APP_ID });
    expect(problems).toEqual([expect.stringMatching(/is about logins, which api_key does not have/)]);
  });

  test('cannot be offered by a connector whose client has no secret', () => {
    const text = TAKES.replace('  oauth2:\n', '  oauth2:\n    client_authentication: none\n');
    expect(() => connector(text)).toThrow(/only a client with a secret/);
  });
});

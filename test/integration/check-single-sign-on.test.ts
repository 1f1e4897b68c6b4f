import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCheck } from '../../src/cli/check.js';

const APP_ID = '99999999-8888-4777-8666-555555555555';
const CONNECTION = `connections:
  microsoft-365:
    connector: microsoft_graph
    settings: { tenant: "\${TENANT}" }
    single_sign_on: true
    auth: { method: oauth2, client_id: "\${GRAPH_CLIENT_ID}", client_secret: "\${GRAPH_SECRET}" }
`;
const ENVIRONMENT = {
  TENANT: '11111111-2222-4333-8444-555555555555',
  GRAPH_CLIENT_ID: APP_ID,
  GRAPH_SECRET: 'secret',
  MicrosoftAppId: APP_ID,
  BOT_SSO_RESOURCE: `api://botid-${APP_ID}`,
};

describe('behalf check, about single sign-on with Microsoft 365', () => {
  let configDir: string;
  beforeEach(() => {
    configDir = mkdtempSync(path.join(tmpdir(), 'behalf-check-'));
  });
  afterEach(() => rmSync(configDir, { recursive: true }));

  async function check(change: Readonly<Record<string, string>> = {}, text = CONNECTION) {
    writeFileSync(path.join(configDir, 'connections.yaml'), text);
    const { exitCode, output } = await runCheck({
      configDir,
      environment: { ...ENVIRONMENT, ...change },
      offline: true,
    });
    return { exitCode, lines: output.split('\n').filter((line) => line.startsWith('connections.yaml')) };
  }

  it('finds nothing where the client is that of the bot', async () => {
    await expect(check()).resolves.toEqual({ exitCode: 0, lines: [] });
  });

  it('says where the client is another one', async () => {
    const { exitCode, lines } = await check({ GRAPH_CLIENT_ID: 'another' });
    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      'connections.yaml:6:40 error "single_sign_on" needs the client that chat clients sign in to  hint: for Microsoft Teams, use MicrosoftAppId and a secret of that app registration',
    ]);
  });

  it('says that the tenant has to be named', async () => {
    const { exitCode, lines } = await check({}, CONNECTION.replace(/ {4}settings.*\n/, ''));
    expect(exitCode).toBe(2);
    expect(lines).toEqual([expect.stringContaining('"single_sign_on" needs the setting "tenant"')]);
  });

  it('warns where Teams is not set up for it', async () => {
    const { exitCode, lines } = await check({ BOT_SSO_RESOURCE: ' ' });
    expect(exitCode).toBe(0);
    expect(lines).toEqual([expect.stringMatching(/:5:21 warning "single_sign_on" has no effect.*BOT_SSO_RESOURCE/)]);
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { FaultStage, SLOW_TEST_MS } from './faults/support/fault-stage.js';

const ROOT = join(__dirname, '../..');

jest.setTimeout(SLOW_TEST_MS);

interface Printed {
  readonly code: number;
  readonly text: string;
}

describe('behalf doctor', () => {
  let stage: FaultStage;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'redis' });
  });

  afterAll(() => stage.stop());

  function doctor(settings: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Printed> {
    const environment = { PATH: process.env['PATH'], ...stage.environment, ...settings };
    const command = ['--import', 'tsx', join('src', 'main.ts'), 'doctor', ...words];
    return new Promise((resolve) => {
      execFile(process.execPath, command, { cwd: ROOT, env: environment }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr }),
      );
    });
  }

  test('finds nothing wrong beside a running service, and tells what to paste where', async () => {
    const { code, text } = await doctor({});

    expect(text).toMatch(/^ok {6}store: Redis takes a write$/m);
    expect(text).toMatch(/^ok {6}address: \S+ leads to the service$/m);
    expect(text).toMatch(/^ok {6}slack: the bot works in /m);
    expect(text).toMatch(/^ok {6}slack: the app has every scope that it needs$/m);
    expect(text).toMatch(/^ok {6}teams: Microsoft gives the bot \S+ a token$/m);
    expect(text).toMatch(/^ok {6}clock: it goes as that of Slack does$/m);
    expect(text).toMatch(/^ok {6}connection acme-crm: \S+ knows the client \S+$/m);
    expect(text).toMatch(/^ok {6}connection acme-crm: its URLs are those that \S+ names$/m);
    expect(text).toMatch(/^ok {6}connection acme-crm: its logins go with PKCE, which the server knows \(S256\)$/m);
    expect(text).toMatch(/^ok {6}connection acme-crm: there is a login page at \S+$/m);
    expect(text).toMatch(/^ok {6}connection acme-crm: logins come back to \S+\/oauth\/callback\/acme-crm$/m);
    expect(text).toMatch(/^0 wrong, /m);
    expect(code).toBe(0);
  });

  test('tells where people come back to who sign in before a login, and that this is safe', async () => {
    const { text } = await doctor({
      SLACK_CLIENT_ID: '100.200',
      SLACK_CLIENT_SECRET: 'canary-4',
      SLACK_SIGN_IN: 'on',
      TEAMS_SIGN_IN: 'on',
      LOGIN_IDENTITY_CHECK: 'sign-in',
    });

    expect(text).toMatch(/^ok {6}slack: people who sign in with Slack come back to \S+\/slack\/openid_redirect$/m);
    expect(text).toMatch(/^ok {6}teams: people who sign in with Entra ID come back to \S+\/teams\/openid_redirect$/m);
    expect(text).not.toContain('off-insecure');
    expect(text).not.toContain('/slack/install');
    expect(text).not.toContain('canary');
  });

  test('says what is wrong with each secret, all at once, and repeats none of them', async () => {
    const wrong = {
      SLACK_BOT_TOKEN: 'xoxb-canary-1',
      MicrosoftAppPassword: 'canary-2',
      CRM_CLIENT_SECRET: 'canary-3',
    };
    const names = Object.keys(stage.environment).filter((name) => /CLIENT_SECRET/.test(name));
    const settings = { ...wrong, ...Object.fromEntries(names.map((name) => [name, 'canary-3'])) };

    const { code, text } = await doctor(settings);

    expect(text).toMatch(/^WRONG {3}slack: Slack refuses SLACK_BOT_TOKEN: invalid_auth$/m);
    expect(text).toMatch(/^WRONG {3}teams: Microsoft gives the bot no token/m);
    expect(text).toMatch(/^WRONG {3}connection acme-crm: \S+ refuses the client/m);
    expect(text).not.toContain('canary');
    expect(code).toBe(2);
  });

  test('goes on when a part cannot be reached, and prints all of it as JSON', async () => {
    const { code, text } = await doctor(
      { SLACK_API_URL: 'http://127.0.0.1:9/api/', REDIS_URL: 'redis://127.0.0.1:9' },
      '--json',
    );
    const findings: unknown = JSON.parse(text);

    expect(findings).toContainEqual(expect.objectContaining({ subject: 'slack', state: 'unknown' }));
    expect(findings).toContainEqual(
      expect.objectContaining({ subject: 'store', state: 'wrong', says: 'nothing listens at 127.0.0.1:9' }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ subject: 'teams', state: 'ok' }));
    expect(code).toBe(2);
  });
});

import { inspect } from 'node:util';
import { parseConfig } from '../../../src/config.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { generateKey } from '../../../src/keyring.js';

const SLACK = { SLACK_SIGNING_SECRET: 'signing-canary', SLACK_BOT_TOKEN: 'xoxb-canary' };
const APP_ID = '99999999-8888-4777-8666-555555555555';
const TENANT = '11111111-2222-4333-8444-555555555555';
const CATALOG_ID = '33333333-2222-4333-8444-555555555555';
const TEAMS = { MicrosoftAppId: APP_ID, MicrosoftAppPassword: 'password-canary', MicrosoftAppTenantId: TENANT };
const PRODUCTION = { NODE_ENV: 'production', PUBLIC_URL: 'https://bot.example', ENCRYPTION_KEYS: generateKey('k1') };

/** The mistakes, one a line, without what they advise. */
function mistakes(environment: Readonly<Record<string, string>>): string[] {
  try {
    parseConfig(environment);
    return [];
  } catch (error) {
    if (!isBehalfError(error, 'config.invalid')) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().replace(/^- /, ''));
  }
}

describe('the configuration', () => {
  test('needs one platform and nothing else to try the service out', () => {
    expect(parseConfig(SLACK)).toMatchObject({
      production: false,
      port: 3000,
      publicUrl: 'http://localhost:3000',
      store: { kind: 'embedded', directory: './data' },
      configDir: '.',
      defaultLocale: 'en',
      identityCheck: 'auto',
      loginTimeoutMs: 1_800_000,
      uninstallGraceMs: 24 * 3_600_000,
      historyMs: 30 * 86_400_000,
      maxRunningJobs: 200,
      startLimits: {
        person: { pace: { burst: 120, intervalMs: 500 }, mostOpen: 100 },
        program: { pace: { burst: 600, intervalMs: 100 }, mostOpen: 1000 },
      },
      maxFileBytes: 20 * 1024 * 1024,
      logLevel: 'info',
      slack: { apiUrl: 'https://slack.com/api/' },
    });
    expect(parseConfig(TEAMS).teams).toMatchObject({ appId: APP_ID, tenantId: TENANT, cloud: 'public' });
    expect(parseConfig(TEAMS).slack).toBeUndefined();
  });

  test('takes a language that is spoken, with or without a region, and no other', () => {
    expect(parseConfig({ ...SLACK, DEFAULT_LOCALE: 'de-CH' }).defaultLocale).toBe('de-CH');
    expect(mistakes({ ...SLACK, DEFAULT_LOCALE: 'fr' })).toEqual([
      'DEFAULT_LOCALE is none of the languages that there are: en, de.',
    ]);
  });

  test('takes empty variables as absent', () => {
    expect(parseConfig({ ...SLACK, PORT: '', REDIS_URL: '  ', MicrosoftAppId: '' })).toMatchObject({
      port: 3000,
      store: { kind: 'embedded' },
    });
  });

  test('is refused with every mistake at once', () => {
    const found = mistakes({
      PORT: '70000',
      PUBLIC_URL: 'http://bot.example/path?x=1',
      NODE_ENV: 'production',
      LOG_LEVEL: 'loud',
      LOGIN_TIMEOUT_MINUTES: '0',
      HISTORY_DAYS: '1.5',
      MAX_RUNNING_JOBS: 'many',
      LOGIN_IDENTITY_CHECK: 'off',
    });
    expect(found.map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'ENCRYPTION_KEYS',
      'SLACK_SIGNING_SECRET',
      'PUBLIC_URL',
      'PUBLIC_URL',
      'LOGIN_IDENTITY_CHECK',
      'LOGIN_TIMEOUT_MINUTES',
      'HISTORY_DAYS',
      'MAX_RUNNING_JOBS',
      'LOG_LEVEL',
    ]);
  });

  test.each([
    ['SLACK_SIGNING_SECRET', { SLACK_BOT_TOKEN: 'xoxb-canary' }],
    ['SLACK_SIGNING_SECRET', { ...SLACK, SLACK_SIGNING_SECRET: '' }],
    ['SLACK_BOT_TOKEN', { SLACK_SIGNING_SECRET: 'signing-canary' }],
    ['MicrosoftAppId', { ...TEAMS, MicrosoftAppId: ' ' }],
    ['MicrosoftAppPassword', { MicrosoftAppId: APP_ID, MicrosoftAppTenantId: TENANT }],
    ['MicrosoftAppTenantId', { ...TEAMS, MicrosoftAppTenantId: '' }],
  ])('says that %s is missing where the rest of its platform is there', (name, environment) => {
    const found = mistakes(environment);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${name} is not set, but .* needs it\\. `));
    expect(found[0]).not.toContain('canary');
  });

  test('takes the client of a Slack app in place of the token of one workspace, and an app token in place of the secret', () => {
    const client = { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'client-canary' };
    const signed = { SLACK_SIGNING_SECRET: 'signing-canary' };
    expect(parseConfig({ ...client, ...signed }).slack).toMatchObject({ client: { id: '1.2' }, allowedTeams: [] });
    expect(parseConfig({ ...client, ...signed, SLACK_ALLOWED_TEAMS: 'T1, E1' }).slack?.allowedTeams).toEqual([
      'T1',
      'E1',
    ]);
    const socket = { SLACK_APP_TOKEN: 'xapp-canary', SLACK_BOT_TOKEN: 'xoxb-canary' };
    expect(parseConfig(socket).slack?.signingSecret).toBeUndefined();
    expect(mistakes({ SLACK_APP_TOKEN: 'xapp-canary' })).toEqual([
      expect.stringMatching(/^SLACK_BOT_TOKEN is not set/),
    ]);
    expect(mistakes({ ...SLACK, SLACK_CLIENT_ID: '1.2' })).toEqual([
      expect.stringMatching(/^SLACK_CLIENT_SECRET is not set, but SLACK_CLIENT_ID is/),
    ]);
    expect(mistakes(client)).toEqual([expect.stringMatching(/^SLACK_SIGNING_SECRET is not set/)]);
  });

  test.each([
    ['SLACK_BOT_TOKEN', 'xapp-canary', /an app-level token.* SLACK_APP_TOKEN/],
    ['SLACK_BOT_TOKEN', 'xoxp-canary', /a person's token.* Bot User OAuth Token/],
    ['SLACK_BOT_TOKEN', 'xoxe.xoxb-1-canary', /ends after 12 hours.* SLACK_CLIENT_ID/],
    ['SLACK_BOT_TOKEN', 'xoxe-1-canary', /ends after 12 hours/],
    ['SLACK_APP_TOKEN', 'xoxb-canary', /begins with xapp-.* App-Level Tokens/],
  ])('says what %s is in place of what it should be: %s', (name, token, words) => {
    const found = mistakes({ ...SLACK, [name]: token });
    expect(found).toEqual([expect.stringMatching(words)]);
    expect(found[0]).toMatch(new RegExp(`^${name} is `));
    expect(found[0]).not.toContain('canary');
  });

  describe('of signing in to the chat platform before a login', () => {
    const CLIENT = { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'client-canary' };
    const HTTPS = { PUBLIC_URL: 'https://behalf.example.com' };
    const signIn = (environment: Readonly<Record<string, string>>) => parseConfig(environment).slack?.signIn;

    test('has it on in Slack where the app has a client and Slack can lead back, unless it is off', () => {
      expect(signIn({ ...SLACK, ...CLIENT, ...HTTPS })).toBe(true);
      expect(signIn({ ...SLACK, ...HTTPS })).toBe(false);
      expect(signIn({ ...SLACK, ...CLIENT })).toBe(false);
      expect(signIn({ ...SLACK, ...CLIENT, SLACK_SIGN_IN: 'on' })).toBe(true);
      expect(signIn({ ...SLACK, ...CLIENT, ...HTTPS, SLACK_SIGN_IN: 'off' })).toBe(false);
    });

    test('has it off in Teams unless it is on', () => {
      expect(parseConfig(TEAMS).teams?.signIn).toBe(false);
      expect(parseConfig({ ...TEAMS, TEAMS_SIGN_IN: 'on' }).teams?.signIn).toBe(true);
    });

    test.each<[Readonly<Record<string, string>>, RegExp]>([
      [{ ...SLACK, SLACK_SIGN_IN: 'on' }, /^SLACK_SIGN_IN is on, but SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are not/],
      [{ ...SLACK, SLACK_SIGN_IN: 'yes' }, /^SLACK_SIGN_IN must be one of off, on/],
      [
        { ...SLACK, LOGIN_IDENTITY_CHECK: 'sign-in' },
        /^LOGIN_IDENTITY_CHECK is sign-in, but nobody can sign in with Sl/,
      ],
      [
        { ...TEAMS, LOGIN_IDENTITY_CHECK: 'sign-in' },
        /^LOGIN_IDENTITY_CHECK is sign-in, but nobody can sign in with Mi/,
      ],
    ])('says what does not fit together: %j', (environment, mistake) => {
      expect(mistakes(environment)).toEqual([expect.stringMatching(mistake)]);
    });

    test('says that nobody can sign in at a managed identity', () => {
      const { MicrosoftAppPassword: _, ...app } = TEAMS;
      const managed = { ...app, MicrosoftAppType: 'UserAssignedMSI', TEAMS_SIGN_IN: 'on' };
      expect(mistakes(managed)).toEqual([expect.stringMatching(/^TEAMS_SIGN_IN is on, but MicrosoftAppType is/)]);
    });

    test('may let nothing else count where everybody can', () => {
      const environment = { ...SLACK, ...CLIENT, ...HTTPS, ...TEAMS, TEAMS_SIGN_IN: 'on' };
      expect(parseConfig({ ...environment, LOGIN_IDENTITY_CHECK: 'sign-in' }).identityCheck).toBe('sign-in');
    });
  });

  test('accepts no multi-tenant bots, which Azure makes no more', () => {
    expect(mistakes({ ...TEAMS, MicrosoftAppType: 'MultiTenant' })).toEqual([
      'MicrosoftAppType must be one of SingleTenant, UserAssignedMSI.',
    ]);
  });

  describe('of a bot in Teams', () => {
    const { MicrosoftAppPassword: _, ...APP } = TEAMS;
    const MANAGED = { ...APP, MicrosoftAppType: 'UserAssignedMSI' };

    test.each<[string, Readonly<Record<string, string>>, object]>([
      [
        'a certificate',
        { ...APP, MicrosoftAppCertificateFile: '/a.pem' },
        { certificateFile: '/a.pem', keyFile: '/a.pem' },
      ],
      [
        'a certificate and its key',
        { ...APP, MicrosoftAppCertificateFile: '/a.crt', MicrosoftAppCertificateKeyFile: '/a.key' },
        { kind: 'certificate', certificateFile: '/a.crt', keyFile: '/a.key' },
      ],
      ['the identity of a virtual machine', MANAGED, { kind: 'managed-identity' }],
      [
        'the identity of an App Service',
        { ...MANAGED, IDENTITY_ENDPOINT: 'http://127.0.0.1:41741/msi/token', IDENTITY_HEADER: 'header-canary' },
        { kind: 'managed-identity', endpoint: 'http://127.0.0.1:41741/msi/token' },
      ],
      [
        'the identity of a cluster',
        { ...MANAGED, AZURE_FEDERATED_TOKEN_FILE: '/token' },
        { kind: 'workload-identity', tokenFile: '/token' },
      ],
    ])('takes %s in place of a password', (_what, environment, credential) => {
      expect(parseConfig(environment).teams?.credential).toMatchObject(credential);
      expect(inspect(parseConfig(environment), { depth: 9 })).not.toContain('canary');
    });

    test.each<[string, Readonly<Record<string, string>>]>([
      ['MicrosoftAppPassword', { ...TEAMS, MicrosoftAppCertificateFile: '/a.pem' }],
      ['MicrosoftAppPassword', { ...TEAMS, MicrosoftAppType: 'UserAssignedMSI' }],
      ['MicrosoftAppCertificateFile', { ...MANAGED, MicrosoftAppCertificateFile: '/a.pem' }],
      ['BOT_CLOUD', { ...TEAMS, BOT_CLOUD: 'gov' }],
    ])('says that %s does not fit', (name, environment) => {
      const found = mistakes(environment);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(new RegExp(`^${name} `));
    });

    test('takes more tenants, another cloud and the id of the catalogue', () => {
      const more = {
        BOT_ALLOWED_TENANTS: `${TENANT}, ${APP_ID}`,
        BOT_CLOUD: 'gcc-high',
        TEAMS_CATALOG_APP_ID: CATALOG_ID,
      };
      expect(parseConfig({ ...TEAMS, ...more }).teams).toMatchObject({
        allowedTenants: [TENANT, APP_ID],
        cloud: 'gcc-high',
        catalogAppId: CATALOG_ID,
        serviceHosts: [],
      });
    });

    test.each<[string, Readonly<Record<string, string>>]>([
      ['MicrosoftAppId', { ...TEAMS, MicrosoftAppId: 'behalf-bot' }],
      ['MicrosoftAppId', { ...MANAGED, MicrosoftAppId: `${APP_ID}1` }],
      ['MicrosoftAppTenantId', { ...TEAMS, MicrosoftAppTenantId: 'contoso.onmicrosoft.com' }],
      ['MicrosoftAppTenantId', { ...MANAGED, MicrosoftAppTenantId: 'common' }],
      ['BOT_ALLOWED_TENANTS', { ...TEAMS, BOT_ALLOWED_TENANTS: `${TENANT},fabrikam.com` }],
      ['TEAMS_CATALOG_APP_ID', { ...TEAMS, TEAMS_CATALOG_APP_ID: 'Behalf' }],
      ['TEAMS_CATALOG_APP_ID', { ...TEAMS, TEAMS_CATALOG_APP_ID: `https://teams.microsoft.com/l/app/${APP_ID}` }],
    ])('takes only an id for %s, and says where it is found', (name, environment) => {
      expect(mistakes(environment)).toEqual([
        expect.stringMatching(new RegExp(`^${name} must be .* like 01234567-.*\\. .*(Configuration|[Oo]verview)`)),
      ]);
    });

    test('takes ids in capitals', () => {
      const shouted = { MicrosoftAppId: 'ABCDEF01-8888-4777-8666-555555555555', MicrosoftAppTenantId: TENANT };
      expect(parseConfig({ ...TEAMS, ...shouted }).teams?.appId).toBe(shouted.MicrosoftAppId);
    });

    test.each([`api://botid-${APP_ID.toUpperCase()}`, `api://behalf.example.com/botid-${APP_ID}`, `api://${APP_ID}`])(
      'takes %s for single sign-on',
      (uri) => {
        expect(parseConfig({ ...TEAMS, BOT_SSO_RESOURCE: uri }).teams?.signInResource).toBe(uri);
      },
    );

    test.each<[string, Readonly<Record<string, string>>]>([
      ['another app', { ...TEAMS, BOT_SSO_RESOURCE: 'api://botid-another' }],
      ['no API', { ...TEAMS, BOT_SSO_RESOURCE: `https://behalf.example.com/${APP_ID}` }],
      ['a managed identity', { ...MANAGED, BOT_SSO_RESOURCE: `api://botid-${APP_ID}` }],
    ])('takes no single sign-on for %s', (_what, environment) => {
      expect(mistakes(environment)).toEqual([expect.stringMatching(/^BOT_SSO_RESOURCE /)]);
    });

    test('shows private answers in channels only where that is switched on', () => {
      expect(parseConfig(TEAMS).teams?.targetedMessages).toBe(false);
      expect(parseConfig({ ...TEAMS, BOT_TARGETED_MESSAGES: 'on' }).teams?.targetedMessages).toBe(true);
      expect(mistakes({ ...TEAMS, BOT_TARGETED_MESSAGES: 'yes' })).toEqual([
        'BOT_TARGETED_MESSAGES must be one of off, on.',
      ]);
    });

    test('is not taken for one when only its password is there', () => {
      expect(mistakes({ ...SLACK, MicrosoftAppPassword: 'password-canary' })).toEqual([
        'MicrosoftAppPassword is set, but MicrosoftAppId and MicrosoftAppTenantId are not: Microsoft Teams needs all three.',
      ]);
    });
  });

  test('requires https and keys in production', () => {
    expect(mistakes({ ...SLACK, ...PRODUCTION })).toEqual([]);
    expect(mistakes({ ...SLACK, NODE_ENV: 'production' }).map((line) => line.split(' ')[0])).toEqual([
      'ENCRYPTION_KEYS',
      'PUBLIC_URL',
    ]);
    expect(mistakes({ ...SLACK, ...PRODUCTION, PUBLIC_URL: 'http://bot.example' })).toEqual([
      'PUBLIC_URL must begin with https:// (http:// is accepted for localhost only).',
    ]);
  });

  test.each([
    ['https://bot.example/', 'https://bot.example'],
    ['https://bot.example:8443', 'https://bot.example:8443'],
    ['HTTPS://BOT.example', 'https://bot.example'],
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('takes %s as its address', (text, origin) => {
    expect(parseConfig({ ...SLACK, PUBLIC_URL: text }).publicUrl).toBe(origin);
  });

  test.each([
    'bot.example',
    'ftp://bot.example',
    'javascript:alert(1)',
    'https://user@bot.example',
    'https://:pass-canary@bot.example',
    'https://bot.example/behalf',
    'https://bot.example?x',
    'https://bot.example#x',
    'http://localhost.evil.example',
  ])('refuses %s as its address, without repeating it', (text) => {
    const found = mistakes({ ...SLACK, PUBLIC_URL: text });
    expect(found).toHaveLength(1);
    expect(found[0]).not.toContain(text);
  });

  test('says what is wrong with a key beside the other mistakes, without the key', () => {
    const found = mistakes({ ...SLACK, ENCRYPTION_KEYS: 'k1:a2V5LWNhbmFyeQ==', PORT: 'x' });
    expect(found).toEqual([
      'PORT must be a whole number from 0 to 65535.',
      'ENCRYPTION_KEYS is not right: Encryption key "k1" has 10 bytes; it must have 32. Make one with `behalf keys generate`.',
    ]);
  });

  test('never shows a secret, however it is printed', () => {
    const config = parseConfig({ ...SLACK, ...TEAMS, ...PRODUCTION, REDIS_URL: 'redis://:pass-canary@redis' });
    const [, key = ''] = PRODUCTION.ENCRYPTION_KEYS.split(':');
    const printed = `${inspect(config, { depth: 9, showHidden: true })}${JSON.stringify(config)}${String(config.encryptionKeys)}`;
    expect(printed).toContain('[redacted]');
    expect(printed).not.toContain('canary');
    expect(printed).not.toContain(key);
    expect(config.slack?.botToken?.reveal()).toBe('xoxb-canary');
  });

  test('does not let libraries print secrets', () => {
    expect(mistakes({ ...SLACK, DEBUG: 'bull*' })).toHaveLength(1);
    expect(mistakes({ ...SLACK, DEBUG: 'ioredis:redis' })).toEqual([]);
  });

  test('reads lists', () => {
    expect(parseConfig({ ...SLACK, EGRESS_ALLOW: ' jira.internal:8443, ,10.0.0.0/8 ' }).egressAllow).toEqual([
      'jira.internal:8443',
      '10.0.0.0/8',
    ]);
    expect(parseConfig({ ...TEAMS, BOT_SERVICE_HOSTS: 'a, b:1' }).teams?.serviceHosts).toEqual(['a', 'b:1']);
  });

  test('cannot be changed afterwards', () => {
    expect(Object.isFrozen(parseConfig(SLACK))).toBe(true);
  });
});

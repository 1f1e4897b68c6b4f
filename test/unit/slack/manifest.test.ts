import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppsManifestCreateArguments } from '@slack/web-api';
import type { slackManifest } from '../../../adapters/slack/manifest.js';
import { EVENT_SCOPES, METHOD_SCOPES, REQUIRED_SCOPES } from '../../../adapters/slack/scopes.js';
import manifest from '../../../manifest.json';
import { slackManifestText } from '../../../src/compose/slack-manifest.js';
import { isBehalfError } from '../../../src/kernel/errors.js';

type Manifest = Exclude<AppsManifestCreateArguments['manifest'], string>;
type OAuth = NonNullable<Manifest['oauth_config']>;
type Subscriptions = NonNullable<NonNullable<Manifest['settings']>['event_subscriptions']>;

const SCOPES: NonNullable<NonNullable<OAuth['scopes']>['bot']> = [
  ...new Set([...Object.values(METHOD_SCOPES), ...Object.values(EVENT_SCOPES), ['commands' as const]].flat()),
].sort();
const EVENTS: NonNullable<Subscriptions['bot_events']> = [
  'app_mention',
  'message.im',
  'app_home_opened',
  'app_uninstalled',
  'team_access_granted',
  'team_access_revoked',
  'tokens_revoked',
  'user_change',
];

/** The file against Slack's own type; JSON has no literal types, so the two lists are the ones that tests compare. */
const typed = {
  ...manifest,
  oauth_config: {
    ...manifest.oauth_config,
    scopes: { ...manifest.oauth_config.scopes, bot: SCOPES, user: ['openid' as const] },
  },
  settings: {
    ...manifest.settings,
    event_subscriptions: { ...manifest.settings.event_subscriptions, bot_events: EVENTS },
  },
} satisfies Manifest;

describe('the Slack app manifest', () => {
  test('asks for exactly the scopes that the methods and events need', () => {
    expect(manifest.oauth_config.scopes.bot).toEqual(SCOPES);
    expect(REQUIRED_SCOPES).toEqual(SCOPES);
  });

  test('subscribes to exactly the events that the adapter takes', () => {
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(EVENTS);
    expect(Object.keys(EVENT_SCOPES)).toEqual(EVENTS);
  });

  test('sends events and clicks to the one endpoint, over https', () => {
    const urls = [typed.settings.event_subscriptions.request_url, typed.settings.interactivity.request_url];
    expect(urls).toEqual(Array(2).fill('https://behalf.example.com/slack/events'));
    expect(typed.settings.interactivity.is_enabled).toBe(true);
  });

  test('has a Home tab, and lets people write in the direct message', () => {
    expect(typed.features.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    });
  });

  test('is for one workspace, over HTTP', () => {
    expect(typed.settings).toMatchObject({
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    });
  });

  test('keeps to the lengths of the schema that Slack publishes', () => {
    const { name, description, long_description, background_color } = typed.display_information;
    expect(name.length).toBeLessThanOrEqual(35);
    expect(description.length).toBeLessThanOrEqual(140);
    expect(long_description.length).toBeGreaterThanOrEqual(175);
    expect(long_description.length).toBeLessThanOrEqual(4000);
    expect(background_color).toMatch(/^#[0-9a-f]{6}$/);
    expect(typed.features.bot_user.display_name).toMatch(/^[a-z0-9._-]{1,80}$/);
  });

  test('has the slash command, which comes with people as mentions', () => {
    expect(typed.features.slash_commands).toEqual([
      expect.objectContaining({
        command: '/behalf',
        url: 'https://behalf.example.com/slack/events',
        should_escape: true,
      }),
    ]);
  });
});

describe('behalf slack manifest', () => {
  const plain = { organization: false, tokenRotation: false };
  const printed = async (
    environment: Readonly<Record<string, string>>,
    wishes: typeof plain & { configDir?: string } = plain,
  ) => JSON.parse(await slackManifestText(environment, wishes)) as ReturnType<typeof slackManifest>;
  const PUBLIC_URL = 'https://behalf.example.com';

  test('prints the file in the repository for the host of the example', async () => {
    expect(await printed({ PUBLIC_URL })).toEqual(manifest);
    expect(await printed({ PUBLIC_URL: `${PUBLIC_URL}/` })).toEqual(manifest);
  });

  describe('with recipes that have entries of their own', () => {
    let configDir: string;

    beforeEach(() => {
      configDir = mkdtempSync(join(tmpdir(), 'behalf-manifest-'));
      mkdirSync(join(configDir, 'recipes'));
    });

    afterEach(() => rmSync(configDir, { recursive: true, force: true }));

    const write = (name: string, trigger: string, description = 'Opens a case') =>
      writeFileSync(
        join(configDir, 'recipes', `${name}.yaml`),
        `name: ${name}\ndescription: ${description}\ntrigger:\n  command: ${name}\n${trigger}\nconnections: { crm: { use: nowhere } }\nsteps: [{ reply: { text: x } }]\n`,
      );
    const CASE = `  slash_command: /case
  shortcut: { name: New case }
  message_shortcut: { name: Case from message, description: From a message, text: about }
  parameters: [{ name: about, example: a printer }, { name: origin, hidden: true, optional: true }]`;

    test('lists them, whether their connections are there or not', async () => {
      write('case', CASE);
      write('plain', '');
      const made = await printed({ PUBLIC_URL }, { ...plain, configDir });
      const { features } = made;
      expect(features.slash_commands.slice(1)).toEqual([
        {
          command: '/case',
          description: 'Opens a case',
          usage_hint: 'about: a printer',
          should_escape: true,
          url: `${PUBLIC_URL}/slack/events`,
        },
      ]);
      expect(features.shortcuts).toEqual([
        { name: 'New case', type: 'global', callback_id: 'global:case', description: 'Opens a case' },
        { name: 'Case from message', type: 'message', callback_id: 'message:case', description: 'From a message' },
      ]);
      const rest = { ...made, features: { ...features, slash_commands: manifest.features.slash_commands } };
      expect(rest).toEqual({ ...manifest, features: { ...manifest.features, shortcuts: features.shortcuts } });
      const shortcuts = (features.shortcuts ?? []) satisfies NonNullable<Manifest['features']>['shortcuts'];
      expect(shortcuts).toHaveLength(2);
    });

    test('keeps to the lengths of Slack, and names no address over Socket Mode', async () => {
      write('case', CASE, 'x'.repeat(200));
      const { features } = await printed({ SLACK_APP_TOKEN: 'xapp-1' }, { ...plain, configDir });
      expect(features.shortcuts?.map(({ description }) => description.length)).toEqual([150, 14]);
      expect(JSON.stringify(features)).not.toContain('http');
    });

    test('is the one of the repository without such recipes, or without any', async () => {
      expect(await printed({ PUBLIC_URL }, { ...plain, configDir: join(configDir, 'none') })).toEqual(manifest);
      write('plain', '');
      expect(await printed({ PUBLIC_URL }, { ...plain, configDir })).toEqual(manifest);
    });

    test.each([
      ['a recipe has a mistake', '  slash_command: /remind', 'recipes/other.yaml:5:18 error'],
      ['two recipes have the same slash command', '  slash_command: /case', 'is also that of recipes/case.yaml'],
    ])('is not printed where %s', async (_what, trigger, words) => {
      write('case', CASE);
      write('other', trigger);
      const failure = await slackManifestText({ PUBLIC_URL }, { ...plain, configDir }).catch((error: unknown) => error);
      if (!isBehalfError(failure, 'config.invalid')) throw new Error('it did not fail as it should');
      expect(failure.message).toContain(words);
    });
  });

  test('names no address for requests where Slack is reached over Socket Mode', async () => {
    const { features, oauth_config, settings } = await printed({ SLACK_APP_TOKEN: 'xapp-1' });
    expect(settings.socket_mode_enabled).toBe(true);
    expect(JSON.stringify([features, oauth_config, settings])).not.toContain('http');
    expect(JSON.stringify([features, oauth_config, settings])).not.toContain('xapp');
  });

  test('leads back from Slack only where there may be a client', async () => {
    const ofOne = await printed({ PUBLIC_URL, SLACK_BOT_TOKEN: 'xoxb-1' });
    expect(ofOne.oauth_config).not.toHaveProperty('redirect_urls');
    const withClient = await printed({ PUBLIC_URL, SLACK_BOT_TOKEN: 'xoxb-1', SLACK_CLIENT_ID: '1.2' });
    expect(withClient.oauth_config.redirect_urls).toEqual([
      `${PUBLIC_URL}/slack/oauth_redirect`,
      `${PUBLIC_URL}/slack/openid_redirect`,
    ]);
  });

  test('lets people sign in with Slack, and asks for nothing else of theirs, unless that is off', async () => {
    const withClient = { PUBLIC_URL, SLACK_BOT_TOKEN: 'xoxb-1', SLACK_CLIENT_ID: '1.2' };
    expect((await printed(withClient)).oauth_config.scopes).toMatchObject({ user: ['openid'] });
    for (const environment of [
      { PUBLIC_URL, SLACK_BOT_TOKEN: 'xoxb-1' },
      { ...withClient, SLACK_SIGN_IN: 'off' },
    ]) {
      const { oauth_config } = await printed(environment);
      expect(oauth_config.scopes).not.toHaveProperty('user');
      expect(JSON.stringify(oauth_config)).not.toContain('openid');
    }
  });

  test('is for an organisation and with token rotation where that is asked for', async () => {
    const { settings } = await printed({ PUBLIC_URL }, { organization: true, tokenRotation: true });
    expect(settings).toMatchObject({ org_deploy_enabled: true, token_rotation_enabled: true });
  });

  test.each([{}, { PUBLIC_URL: 'http://localhost:3000' }, { PUBLIC_URL: 'http://behalf.example.com' }])(
    'says what to do about an address that Slack cannot call: %j',
    async (environment) => {
      const failure = await slackManifestText(environment, plain).catch((error: unknown) => error);
      if (!isBehalfError(failure, 'config.invalid')) throw new Error('it did not fail as it should');
      expect(failure.message).toContain('PUBLIC_URL');
    },
  );
});

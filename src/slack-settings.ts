import { Secret } from './kernel/secret.js';
import type { SettingName } from './settings.js';

export interface SlackSettings {
  /** Absent only where Slack is reached through Socket Mode. */
  readonly signingSecret?: Secret;
  /** Absent where the app is installed through its client. */
  readonly botToken?: Secret;
  readonly client?: { readonly id: string; readonly secret: Secret };
  /** Workspaces and organisations that may install it; empty: all. */
  readonly allowedTeams: readonly string[];
  readonly appToken?: Secret;
  /** People sign in with Slack before they log in to an app; needs the client. */
  readonly signIn: boolean;
  readonly apiUrl?: string;
}

/** What is used of the reader of all settings. */
interface Reader {
  fail(name: SettingName, what: string): void;
  optional(name: SettingName): string | undefined;
  required(name: SettingName, advice: string): string;
  url(name: SettingName, text: string): URL | undefined;
  list(name: SettingName): string[];
  oneOf<const T extends string>(name: SettingName, values: readonly [T, ...T[]]): T;
  group<const T extends Partial<Record<SettingName, string>>>(
    title: string,
    members: T,
  ): { [Name in keyof T]: string } | undefined;
}

const SLACK_NEEDS = {
  SLACK_SIGNING_SECRET:
    'Copy it from the Slack app: Basic Information → App Credentials. Without it nobody could tell real requests of Slack from forged ones. With SLACK_APP_TOKEN (Socket Mode) it is not needed.',
  SLACK_BOT_TOKEN:
    'Copy it from the Slack app: OAuth & Permissions → Bot User OAuth Token. To install the app in many workspaces, set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET instead.',
} as const;

/** Tokens that are taken for the bot's by mistake, by how Slack begins them (https://docs.slack.dev/authentication/tokens). */
const OTHER_TOKENS = {
  'xapp-': 'is an app-level token, which belongs into SLACK_APP_TOKEN.',
  'xoxp-': "is a person's token. Copy the Bot User OAuth Token (xoxb-…) instead.",
  // https://docs.slack.dev/authentication/using-token-rotation
  xoxe: 'is of an app whose tokens are rotated: it ends after 12 hours, and here nobody renews it. Set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET instead, and install the app at /slack/install.',
} as const;

/** The settings of Slack; undefined where there are none. What is wrong with them is told to the reader. */
export function readSlack(reader: Reader): SlackSettings | undefined {
  const secret = (name: SettingName) => optionalSecret(reader.optional(name));
  const client = reader.group('the client of the Slack app', {
    SLACK_CLIENT_ID: 'Copy it from the Slack app: Basic Information → App Credentials.',
    SLACK_CLIENT_SECRET: 'Copy it from the Slack app: Basic Information → App Credentials.',
  });
  const signingSecret = secret('SLACK_SIGNING_SECRET');
  const botToken = secret('SLACK_BOT_TOKEN');
  const appToken = secret('SLACK_APP_TOKEN');
  if (!client && !signingSecret && !botToken && !appToken) return undefined;
  const miss = (name: keyof typeof SLACK_NEEDS, given: string) =>
    reader.fail(name, `is not set, but ${given} is: Slack needs it. ${SLACK_NEEDS[name]}`);
  checkKinds(reader, { botToken, appToken });
  const given = botToken ? 'SLACK_BOT_TOKEN' : 'SLACK_CLIENT_ID';
  if (!signingSecret && !appToken) miss('SLACK_SIGNING_SECRET', given);
  if (!botToken && !client) miss('SLACK_BOT_TOKEN', appToken ? 'SLACK_APP_TOKEN' : 'SLACK_SIGNING_SECRET');
  const apiUrl = reader.url('SLACK_API_URL', reader.required('SLACK_API_URL', 'Leave it out for slack.com.'));
  return {
    ...(signingSecret ? { signingSecret } : {}),
    ...(botToken ? { botToken } : {}),
    ...(client ? { client: { id: client.SLACK_CLIENT_ID, secret: new Secret(client.SLACK_CLIENT_SECRET) } } : {}),
    ...(appToken ? { appToken } : {}),
    signIn: readSignIn(reader, client !== undefined),
    allowedTeams: reader.list('SLACK_ALLOWED_TEAMS'),
    ...(apiUrl ? { apiUrl: apiUrl.href } : {}),
  };
}

function checkKinds(
  reader: Reader,
  { appToken, botToken }: { readonly botToken: Secret | undefined; readonly appToken: Secret | undefined },
): void {
  const bot = botToken?.reveal() ?? '';
  for (const [start, what] of Object.entries(OTHER_TOKENS))
    if (bot.startsWith(start)) reader.fail('SLACK_BOT_TOKEN', what);
  if (appToken?.reveal().startsWith('xox'))
    reader.fail(
      'SLACK_APP_TOKEN',
      'is no app-level token, which begins with xapp-. Make one in the Slack app: Basic Information → App-Level Tokens.',
    );
}

/** Slack leads back to https addresses only, so that on a machine of one's own it has to be asked for. */
function readSignIn(reader: Reader, hasClient: boolean): boolean {
  if (reader.optional('SLACK_SIGN_IN') === undefined)
    return hasClient && (reader.optional('PUBLIC_URL') ?? '').startsWith('https:');
  const signIn = reader.oneOf('SLACK_SIGN_IN', ['off', 'on']) === 'on';
  if (signIn && !hasClient)
    reader.fail('SLACK_SIGN_IN', 'is on, but SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are not set: Slack needs both.');
  return signIn;
}

function optionalSecret(value: string | undefined): Secret | undefined {
  return value === undefined ? undefined : new Secret(value);
}

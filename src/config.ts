import { z } from 'zod';
import { type ApiKey, parseApiKeys } from './kernel/api-key.js';
import { asBehalfError, BehalfError } from './kernel/errors.js';
import { Secret } from './kernel/secret.js';
import { type Bucket, perMinute } from './kernel/token-bucket.js';
import { type EncryptionKeys, readEncryptionKeys, readVault, type VaultSettings } from './key-settings.js';
import { type LanguageSettings, readLanguage } from './language-settings.js';
import { SETTINGS, type Setting, type SettingName } from './settings.js';
import { readSlack, type SlackSettings } from './slack-settings.js';
import { readTeams, type TeamsSettings } from './teams-settings.js';
import { readTracing, type TracingSettings } from './tracing-settings.js';

/** What the service runs with. Made once from the environment by {@link parseConfig}; nothing else reads it. */
export interface Config extends LanguageSettings {
  readonly production: boolean;
  readonly port: number;
  /** Where browsers and platforms reach the service; no trailing slash. */
  readonly publicUrl: string;
  readonly store:
    | { readonly kind: 'redis'; readonly url: Secret; readonly caFile?: string }
    | { readonly kind: 'embedded'; readonly directory: string };
  /** Folder for what must survive a restart of one process: the embedded store, a development key. */
  readonly dataDir: string;
  /** Absent only outside production. */
  readonly encryptionKeys?: EncryptionKeys;
  /** HashiCorp Vault, for keys that it has wrapped. */
  readonly vault?: VaultSettings;
  readonly configDir: string;
  readonly slack?: SlackSettings;
  readonly teams?: TeamsSettings;
  /** Keys of programs; none: there is no API. */
  readonly apiKeys: readonly ApiKey[];
  readonly egressAllow: readonly string[];
  readonly identityCheck: 'auto' | 'sign-in' | 'off-insecure';
  /** How long a job waits for a login, and so how long a login link lives. */
  readonly loginTimeoutMs: number;
  /** How long the connections of people are kept after their workspace has removed the app. */
  readonly uninstallGraceMs: number;
  readonly historyMs: number;
  /** How long entries of the audit log are kept; 0: there is none. */
  readonly auditMs: number;
  /** Largest file that is passed on, in bytes. */
  readonly maxFileBytes: number;
  readonly maxRunningJobs: number;
  /** How much one person may start, and one program; what is absent has no limit. */
  readonly startLimits: { readonly person: StartLimits; readonly program: StartLimits };
  /** Time after which the jobs of a silent process go on in another one. */
  readonly jobLeaseMs: number;
  readonly logLevel: string;
  /** Absent: nothing is traced. */
  readonly tracing?: TracingSettings;
}

/** `pace`: commands or jobs; `mostOpen`: jobs that run or wait for their turn. */
export interface StartLimits {
  readonly pace?: Bucket;
  readonly mostOpen?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from an environment.
 * @throws BehalfError `config.invalid` that lists every mistake at once, each with what to do. Values are never quoted.
 */
export function parseConfig(environment: Environment): Config {
  const reader = new SettingsReader(environment);
  const production = environment['NODE_ENV'] === 'production';
  const port = reader.integer('PORT', 0, 65_535);
  const slack = readSlack(reader);
  const teams = readTeams(reader);
  if (/simple-oauth2|\*/.test(environment['DEBUG'] ?? '')) {
    reader.problems.push(
      'DEBUG makes libraries print client secrets and codes. Unset it, or narrow it to what you look for.',
    );
  }
  const store = readStore(reader, production);
  if (slack === undefined && teams === undefined) {
    reader.fail(
      'SLACK_SIGNING_SECRET',
      'or MicrosoftAppId: no chat platform is configured. Set the variables of Slack or of Microsoft Teams (see .env.example).',
    );
  }
  const config: Config = {
    production,
    port,
    publicUrl: readPublicUrl(reader, production, port),
    ...store,
    configDir: reader.required('CONFIG_DIR', 'Name a folder.'),
    ...(slack ? { slack } : {}),
    ...(teams ? { teams } : {}),
    ...readLanguage(reader),
    apiKeys: readApiKeys(reader),
    egressAllow: reader.list('EGRESS_ALLOW'),
    identityCheck: reader.oneOf('LOGIN_IDENTITY_CHECK', ['auto', 'sign-in', 'off-insecure']),
    loginTimeoutMs: reader.integer('LOGIN_TIMEOUT_MINUTES', 1, 24 * 60) * 60_000,
    uninstallGraceMs: reader.integer('UNINSTALL_GRACE_HOURS', 0, 24 * 365) * 3_600_000,
    historyMs: reader.integer('HISTORY_DAYS', 1, 3650) * 86_400_000,
    maxFileBytes: reader.integer('MAX_FILE_MB', 1, 500) * 1024 * 1024,
    maxRunningJobs: reader.integer('MAX_RUNNING_JOBS', 1, 100_000),
    startLimits: {
      person: readStartLimits(reader, 'PERSON_COMMANDS_PER_MINUTE', 'PERSON_OPEN_JOBS'),
      program: readStartLimits(reader, 'API_KEY_JOBS_PER_MINUTE', 'API_KEY_OPEN_JOBS'),
    },
    jobLeaseMs: reader.integer('JOB_LEASE_SECONDS', 5, 600) * 1_000,
    logLevel: reader.oneOf('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    ...readTracing(reader),
  };
  checkSignIns(reader, config);
  reader.throwProblems();
  return Object.freeze(config);
}

/** Where nothing else counts, people who cannot sign in could log in to nothing. */
function checkSignIns(reader: SettingsReader, { identityCheck, slack, teams }: Config): void {
  if (identityCheck !== 'sign-in') return;
  if (slack && !slack.signIn)
    reader.fail(
      'LOGIN_IDENTITY_CHECK',
      'is sign-in, but nobody can sign in with Slack: set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and an https PUBLIC_URL, and leave SLACK_SIGN_IN out.',
    );
  if (teams && !teams.signIn)
    reader.fail('LOGIN_IDENTITY_CHECK', 'is sign-in, but nobody can sign in with Microsoft: set TEAMS_SIGN_IN to on.');
}

/** Where what is kept is, and the keys that open it: for commands that do without the rest of the configuration. */
export type StoreConfig = Pick<Config, 'store' | 'dataDir' | 'encryptionKeys' | 'vault' | 'auditMs'>;

/** Reads what the store needs. @throws BehalfError `config.invalid` */
export function parseStoreConfig(environment: Environment): StoreConfig {
  const reader = new SettingsReader(environment);
  const config = readStore(reader, environment['NODE_ENV'] === 'production');
  reader.throwProblems();
  return config;
}

/** Reads how a KMS is reached, to wrap a new key. @throws BehalfError `config.invalid` */
export function parseKeyServices(environment: Environment): Pick<Config, 'vault'> {
  const reader = new SettingsReader(environment);
  const vault = readVault(reader, undefined);
  reader.throwProblems();
  return vault ? { vault } : {};
}

function readStore(reader: SettingsReader, production: boolean): StoreConfig {
  const directory = reader.required('DATA_DIR', 'Name a folder.');
  const redisUrl = reader.optional('REDIS_URL');
  const caFile = reader.optional('REDIS_TLS_CA_FILE');
  const encryptionKeys = readEncryptionKeys(reader, production);
  const vault = readVault(reader, encryptionKeys);
  return {
    store:
      redisUrl === undefined
        ? { kind: 'embedded', directory }
        : { kind: 'redis', url: new Secret(redisUrl), ...(caFile === undefined ? {} : { caFile }) },
    dataDir: directory,
    auditMs: reader.integer('AUDIT_DAYS', 0, 3650) * 86_400_000,
    ...(encryptionKeys ? { encryptionKeys } : {}),
    ...(vault ? { vault } : {}),
  };
}

/** 0 of something: as many as they like. */
function readStartLimits(reader: SettingsReader, perMinuteName: SettingName, openName: SettingName): StartLimits {
  const turns = reader.integer(perMinuteName, 0, 1_000_000);
  const mostOpen = reader.integer(openName, 0, 1_000_000);
  return { ...(turns === 0 ? {} : { pace: perMinute(turns) }), ...(mostOpen === 0 ? {} : { mostOpen }) };
}

function readApiKeys(reader: SettingsReader): readonly ApiKey[] {
  const text = reader.optional('API_KEYS');
  if (text === undefined) return [];
  try {
    return parseApiKeys(text);
  } catch (error) {
    reader.fail('API_KEYS', `is not right: ${asBehalfError(error).message}. Make one with \`behalf keys api <name>\`.`);
    return [];
  }
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

function readPublicUrl(reader: SettingsReader, production: boolean, port: number): string {
  const text = reader.optional('PUBLIC_URL');
  if (text === undefined) {
    if (production)
      reader.fail(
        'PUBLIC_URL',
        'is required in production: the https URL at which browsers and the chat platforms reach the service.',
      );
    return `http://localhost:${port}`;
  }
  const url = reader.url('PUBLIC_URL', text);
  if (!url) return text;
  if (url.protocol !== 'https:' && !LOOPBACK.includes(url.hostname))
    reader.fail('PUBLIC_URL', 'must begin with https:// (http:// is accepted for localhost only).');
  if (url.href !== `${url.origin}/`)
    reader.fail('PUBLIC_URL', 'must be scheme, host and port only, without a path, query or user.');
  return url.origin;
}

/** Reads settings one by one and gathers what is wrong with them. */
class SettingsReader {
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  fail(name: SettingName, what: string): void {
    this.problems.push(`${name} ${what}`);
  }

  /** The value, or the default; an empty string counts as not set. */
  optional(name: SettingName): string | undefined {
    const value = this.#environment[name]?.trim();
    const setting: Setting = SETTINGS[name];
    return value === undefined || value === '' ? setting.default : value;
  }

  required(name: SettingName, advice: string): string {
    const value = this.optional(name);
    if (value === undefined) this.fail(name, `is not set. ${advice}`);
    return value ?? '';
  }

  integer(name: SettingName, min: number, max: number): number {
    const parsed = z.coerce.number().int().min(min).max(max).safeParse(this.optional(name));
    if (!parsed.success) this.fail(name, `must be a whole number from ${min} to ${max}.`);
    return parsed.data ?? min;
  }

  oneOf<const T extends string>(name: SettingName, values: readonly [T, ...T[]]): T {
    const value = this.optional(name);
    const found = values.find((candidate) => candidate === value);
    if (found === undefined)
      this.fail(name, `must be ${values.length === 1 ? values[0] : `one of ${values.join(', ')}`}.`);
    return found ?? values[0];
  }

  list(name: SettingName): string[] {
    return (this.optional(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  url(name: SettingName, text: string): URL | undefined {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
    this.fail(name, 'is not a URL that begins with https:// or http://.');
    return undefined;
  }

  optionalUrl(name: SettingName): string | undefined {
    const text = this.optional(name);
    return text === undefined ? undefined : this.url(name, text)?.href;
  }

  /** Settings that belong together: all or none. */
  group<const T extends Partial<Record<SettingName, string>>>(
    title: string,
    members: T,
  ): { [Name in keyof T]: string } | undefined {
    const names = Object.keys(members).filter((name): name is SettingName & string => name in SETTINGS);
    const given = names.filter((name) => this.optional(name) !== undefined);
    if (given.length === 0) return undefined;
    for (const name of names) {
      if (this.optional(name) === undefined)
        this.fail(
          name,
          `is not set, but ${given.join(' and ')} ${given.length === 1 ? 'is' : 'are'}: ${title} needs it. ${members[name] ?? ''}`,
        );
    }
    const values: Partial<Record<keyof T, string>> = {};
    for (const name of names) values[name] = this.optional(name) ?? '';
    return values as { [Name in keyof T]: string };
  }

  throwProblems(): void {
    if (this.problems.length === 0) return;
    const count = this.problems.length === 1 ? 'a mistake' : `${this.problems.length} mistakes`;
    throw new BehalfError(
      'config.invalid',
      `The configuration has ${count}:\n${this.problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
  }
}

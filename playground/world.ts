import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoAppsOptions } from './apps/index.js';
import { Conversations } from './conversations.js';
import { type RunningDemoApps, spawnDemoApps } from './demo-apps.js';
import { entriesOf } from './entries.js';
import type { FrontPage } from './front/ports.js';
import { type Front, startFront } from './front.js';
import { freePort } from './http.js';
import { PEOPLE, type Person, SLACK_CLIENT_ID, TEAMS_APP_ID, TEAMS_TENANT_ID } from './people.js';
import { newProgramKey } from './program-key.js';
import { type SlackEmulator, startSlackEmulator } from './slack/emulator.js';
import type { DeliveryTiming } from './teams/bot-endpoint.js';
import { startTeamsEmulator, type TeamsEmulator } from './teams/index.js';

const CONFIG_DIR = join(__dirname, 'config');

export interface WorldOptions {
  /** How the chat clients of people are set. */
  readonly clients?: Readonly<Partial<Record<Person['id'], Pick<Person, 'locale'>>>>;
  /** Port of the page and of the service's public URL; any free one unless told. */
  readonly frontPort?: number;
  /** Port that the service is to listen on; any free one unless told. */
  readonly servicePort?: number;
  /** The page to show; the playground's own, built when somebody first asks for it, unless told. */
  readonly page?: FrontPage;
  /** Unset: the embedded store in a temporary folder. */
  readonly redisUrl?: string;
  /** Folder of the service's data; a temporary one that goes with the world unless told. */
  readonly dataDir?: string;
  /** Lifetime of the demo apps' access tokens. */
  readonly accessTokenSeconds?: number;
  /** Where the demo apps listen, and what they call themselves when something stands in front of them. */
  readonly demoApps?: Pick<DemoAppsOptions, 'ports' | 'publicUrl'>;
  readonly teamsTiming?: DeliveryTiming;
  /** How long Slack waits before each redelivery of an event. */
  readonly slackRetryDelaysMs?: readonly number[];
}

/** Everything that surrounds the service: chat platforms, demo apps, load balancer. The service itself is not in it. */
export interface World {
  /** The service's public URL; the page is at `/playground`. */
  readonly frontUrl: string;
  readonly serviceUrl: string;
  readonly conversations: Conversations;
  readonly slack: SlackEmulator;
  readonly teams: TeamsEmulator;
  readonly apps: RunningDemoApps;
  /** For programs: the service opens its callable recipes to it. */
  readonly programKey: string;
  /** The environment that an operator would set for this world. */
  readonly serviceEnv: Readonly<Record<string, string>>;
  /** What they would set besides for people to sign in with Slack before a login. */
  readonly signInEnv: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Builds the page once. */
function pageOnDemand(): () => Promise<FrontPage> {
  let built: Promise<FrontPage> | undefined;
  return () => {
    // The page is a program for browsers with a compiler configuration of its own; it is built when somebody looks at it.
    const { buildPage }: { buildPage(): Promise<FrontPage> } = require('./page/build.js');
    built ??= buildPage();
    return built;
  };
}

/** Starts the world around the service. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const stops: (() => Promise<void>)[] = [];
  try {
    return await build(options, stops);
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

/** Each part that starts leaves in `stops` how it ends. */
async function build(options: WorldOptions, stops: (() => Promise<void>)[]): Promise<World> {
  const conversations = new Conversations();
  const servicePort = options.servicePort ?? (await freePort());
  const serviceUrl = `http://127.0.0.1:${servicePort}`;
  const secrets = newSecrets();
  // Everybody else needs the front's address, and the front needs them only when somebody comes.
  const parts: { slack?: SlackEmulator; teams?: TeamsEmulator; apps?: RunningDemoApps } = {};
  const front = await startFront({
    port: options.frontPort ?? 0,
    page: options.page ?? pageOnDemand(),
    conversations,
    serviceUrl: () => serviceUrl,
    slack: {
      say: (...call) => present(parts.slack).say(...call),
      command: (...call) => present(parts.slack).command(...call),
      press: (...call) => present(parts.slack).press(...call),
      select: (...call) => present(parts.slack).select(...call),
      shortcut: (...call) => present(parts.slack).shortcut(...call),
      modals: () => present(parts.slack).modals,
      homeOf: (person) => parts.slack?.homes.viewOf(person),
      homes: () => present(parts.slack).homes,
    },
    teams: {
      say: (...call) => present(parts.teams).say(...call),
      act: (...call) => present(parts.teams).act(...call),
      consent: (...call) => present(parts.teams).consent(...call),
      verifyState: (...call) => present(parts.teams).verifyState(...call),
      shortcut: (...call) => present(parts.teams).shortcut(...call),
      shortcutOn: (...call) => present(parts.teams).shortcutOn(...call),
      viewFor: (...call) => present(parts.teams).viewFor(...call),
      dialogs: () => present(parts.teams).dialogs,
    },
    apps: { records: () => recordsOf(present(parts.apps)) },
    entries: entriesOf(join(CONFIG_DIR, 'recipes')),
    programKey: secrets.program.key,
  });
  stops.push(front.stop);
  const apps = await spawnDemoApps(demoAppsOptions(front, secrets, options));
  parts.apps = apps;
  stops.push(apps.stop);
  const people = PEOPLE.map((person) => ({ ...person, ...options.clients?.[person.id] }));
  const slack = await startSlackEmulator({
    signingSecret: secrets.slackSigningSecret,
    botToken: secrets.slackBotToken,
    eventsUrl: `${front.url}/slack/events`,
    people,
    conversations,
    client: {
      id: SLACK_CLIENT_ID,
      secret: secrets.slackClientSecret,
      redirectUris: [`${front.url}/slack/openid_redirect`],
    },
    ...(options.slackRetryDelaysMs ? { retryDelaysMs: options.slackRetryDelaysMs } : {}),
  });
  parts.slack = slack;
  stops.push(slack.stop);
  const teams = await startTeamsEmulator({
    appId: TEAMS_APP_ID,
    appPassword: secrets.teamsPassword,
    tenantId: TEAMS_TENANT_ID,
    messagesUrl: `${front.url}/api/messages`,
    people,
    conversations,
    ...(options.teamsTiming ? { timing: options.teamsTiming } : {}),
  });
  parts.teams = teams;
  stops.push(teams.stop);
  const dataDir = options.dataDir ?? (await temporaryFolder(stops));
  const places = { front, slack, teams, apps, servicePort, dataDir };
  const redis = options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl };
  const serviceEnv = { ...environment(places, secrets), ...redis };
  const signInEnv = {
    SLACK_CLIENT_ID,
    SLACK_CLIENT_SECRET: secrets.slackClientSecret,
    SLACK_SIGN_IN: 'on',
  };
  const stop = (): Promise<void> => stopAll(stops);
  const { key: programKey } = secrets.program;
  return {
    frontUrl: front.url,
    serviceUrl,
    conversations,
    slack,
    teams,
    apps,
    programKey,
    serviceEnv,
    signInEnv,
    stop,
  };
}

type Secrets = ReturnType<typeof newSecrets>;

function newSecrets() {
  const random = (): string => randomBytes(24).toString('base64url');
  return {
    slackSigningSecret: randomBytes(16).toString('hex'),
    slackClientSecret: randomBytes(16).toString('hex'),
    slackBotToken: `xoxb-playground-${random()}`,
    teamsPassword: random(),
    crmClientSecret: random(),
    filesClientSecret: random(),
    encryptionKey: randomBytes(32).toString('base64'),
    program: newProgramKey('playground'),
  };
}

function demoAppsOptions(front: Front, secrets: Secrets, options: WorldOptions) {
  const callback = (connection: string): string[] => [`${front.url}/oauth/callback/${connection}`];
  const lifetime = options.accessTokenSeconds;
  return {
    clients: {
      crm: { id: 'behalf-crm', secret: secrets.crmClientSecret, redirectUris: callback('acme-crm'), name: 'Behalf' },
      files: {
        id: 'behalf-files',
        secret: secrets.filesClientSecret,
        redirectUris: callback('acme-files'),
        name: 'Behalf',
      },
    },
    ...(lifetime === undefined ? {} : { accessTokenSeconds: lifetime }),
    ...options.demoApps,
  };
}

function environment(
  places: {
    readonly front: Front;
    readonly slack: SlackEmulator;
    readonly teams: TeamsEmulator;
    readonly apps: RunningDemoApps;
    readonly servicePort: number;
    readonly dataDir: string;
  },
  secrets: Secrets,
): Record<string, string> {
  const { apps, front, slack, teams } = places;
  return {
    PORT: String(places.servicePort),
    PUBLIC_URL: front.url,
    CONFIG_DIR,
    DATA_DIR: places.dataDir,
    ENCRYPTION_KEYS: `k1:${secrets.encryptionKey}`,
    API_KEYS: secrets.program.entry,
    SLACK_SIGNING_SECRET: secrets.slackSigningSecret,
    SLACK_BOT_TOKEN: secrets.slackBotToken,
    SLACK_API_URL: slack.apiUrl,
    MicrosoftAppId: TEAMS_APP_ID,
    MicrosoftAppPassword: secrets.teamsPassword,
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppTenantId: TEAMS_TENANT_ID,
    BOT_OPENID_METADATA_URL: teams.openIdMetadataUrl,
    BOT_TOKEN_URL: teams.tokenUrl,
    BOT_SERVICE_HOSTS: teams.serviceHost,
    BOT_FILE_HOSTS: teams.serviceHost,
    EGRESS_ALLOW: [apps.crm.url, apps.files.url, teams.serviceUrl].map((url) => new URL(url).host).join(','),
    ACME_CRM_URL: apps.crm.url,
    ACME_CRM_CLIENT_ID: apps.crm.clientId,
    ACME_CRM_CLIENT_SECRET: apps.crm.clientSecret,
    ACME_CRM_API_KEY: apps.crm.apiKey,
    ACME_FILES_URL: apps.files.url,
    ACME_FILES_CLIENT_ID: apps.files.clientId,
    ACME_FILES_CLIENT_SECRET: apps.files.clientSecret,
  };
}

async function recordsOf(apps: RunningDemoApps) {
  const [crm, files] = await Promise.all([apps.crmControl.records(), apps.filesControl.records()]);
  return { opportunities: crm.opportunities, notes: crm.notes, files: files.files };
}

async function temporaryFolder(stops: (() => Promise<void>)[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-playground-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The playground is still starting');
  return part;
}

async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

export interface Setting {
  /** One line for `.env.example` and the README. */
  readonly help: string;
  readonly group: 'Service' | 'Storage' | 'Slack' | 'Microsoft Teams' | 'Behaviour' | 'Traces';
  readonly example?: string;
  readonly default?: string;
  readonly secret?: boolean;
}

/** Every environment variable that the service knows, in the order in which people set them. */
export const SETTINGS = {
  PUBLIC_URL: {
    group: 'Service',
    help: 'URL at which browsers and the chat platforms reach the service (https; http only for localhost)',
    example: 'https://behalf.example.com',
  },
  PORT: { group: 'Service', help: 'Port to listen on', default: '3000' },
  CONFIG_DIR: { group: 'Service', help: 'Folder that holds recipes/, connectors/ and connections.yaml', default: '.' },
  NODE_ENV: { group: 'Service', help: 'production refuses what is only fit for trying out', example: 'production' },
  LOG_LEVEL: { group: 'Service', help: 'fatal, error, warn, info, debug, trace or silent', default: 'info' },
  ENCRYPTION_KEYS: {
    group: 'Storage',
    help: 'id:base64 of 32 bytes, or wrapped by a KMS, comma-separated; the first encrypts, all decrypt. Required in production, or the file. Make one: behalf keys generate',
    example: 'k1:…',
    secret: true,
  },
  ENCRYPTION_KEYS_FILE: {
    group: 'Storage',
    help: 'File with the keys in place of ENCRYPTION_KEYS, one a line, comments behind #; a secret of Docker or Kubernetes',
    example: '/run/secrets/encryption-keys',
  },
  VAULT_ADDR: {
    group: 'Storage',
    help: 'HashiCorp Vault, for keys wrapped by vault-transit (https; http only for an agent on localhost)',
    example: 'https://vault.example.com:8200',
  },
  VAULT_TOKEN: { group: 'Storage', help: 'Token of Vault; an agent may add its own', secret: true },
  VAULT_TOKEN_FILE: {
    group: 'Storage',
    help: 'File with that token, as the Vault agent writes it',
    example: '/vault/secrets/token',
  },
  VAULT_NAMESPACE: { group: 'Storage', help: 'Namespace of Vault Enterprise' },
  VAULT_CACERT: { group: 'Storage', help: 'PEM file with the certificate authorities that Vault is trusted by' },
  REDIS_URL: {
    group: 'Storage',
    help: 'redis://, rediss://, redis+sentinel:// or redis+cluster://; unset: one process with an embedded store',
    example: 'redis://localhost:6379',
    secret: true,
  },
  REDIS_TLS_CA_FILE: {
    group: 'Storage',
    help: 'PEM file of the authority that the certificate of Redis comes from; unset: those that Node trusts',
    example: '/etc/behalf/redis-ca.pem',
  },
  DATA_DIR: {
    group: 'Storage',
    help: 'Folder of the embedded store, used when REDIS_URL is not set',
    default: './data',
  },
  SLACK_SIGNING_SECRET: { group: 'Slack', help: 'Basic Information → App Credentials → Signing Secret', secret: true },
  SLACK_BOT_TOKEN: {
    group: 'Slack',
    help: 'OAuth & Permissions → Bot User OAuth Token (xoxb-…): the bot works in that one workspace',
    secret: true,
  },
  SLACK_CLIENT_ID: {
    group: 'Slack',
    help: 'Basic Information → App Credentials: people sign in with Slack before a login; without SLACK_BOT_TOKEN workspaces also install the app at /slack/install',
  },
  SLACK_CLIENT_SECRET: { group: 'Slack', help: 'Client secret of that app', secret: true },
  SLACK_ALLOWED_TEAMS: {
    group: 'Slack',
    help: 'Workspaces and organisations that may install and use the app (T… and E… ids, comma-separated); unset: all that Slack lets',
    example: 'T0123456789,E0123456789',
  },
  SLACK_APP_TOKEN: {
    group: 'Slack',
    help: 'App-level token (xapp-…) with connections:write: Socket Mode, in place of SLACK_SIGNING_SECRET',
    secret: true,
  },
  SLACK_SIGN_IN: {
    group: 'Slack',
    help: 'on: people sign in with Slack in the browser before they log in to an app; off: they do not. Unset: on where SLACK_CLIENT_ID is set and PUBLIC_URL is https',
  },
  SLACK_API_URL: {
    group: 'Slack',
    help: 'Base URL of the Slack Web API, for GovSlack and tests',
    default: 'https://slack.com/api/',
  },
  MicrosoftAppId: { group: 'Microsoft Teams', help: 'Azure Bot → Configuration → Microsoft App ID' },
  MicrosoftAppPassword: { group: 'Microsoft Teams', help: 'Client secret of that app registration', secret: true },
  MicrosoftAppCertificateFile: {
    group: 'Microsoft Teams',
    help: 'PEM file with the certificate of that app registration, in place of a client secret',
    example: '/run/secrets/bot.pem',
  },
  MicrosoftAppCertificateKeyFile: {
    group: 'Microsoft Teams',
    help: 'PEM file with its private key (RSA, no passphrase), where it is not in the same file',
  },
  MicrosoftAppType: {
    group: 'Microsoft Teams',
    help: 'SingleTenant, or UserAssignedMSI: a managed identity of Azure in place of secret and certificate',
    default: 'SingleTenant',
  },
  MicrosoftAppTenantId: {
    group: 'Microsoft Teams',
    help: 'Directory (tenant) id, not a domain; people of other tenants are refused',
  },
  BOT_ALLOWED_TENANTS: {
    group: 'Microsoft Teams',
    help: 'More tenant ids whose people are served, comma-separated',
  },
  BOT_CLOUD: {
    group: 'Microsoft Teams',
    help: 'Cloud of the tenant: public, gcc, gcc-high, dod or china (21Vianet)',
    default: 'public',
  },
  BOT_TARGETED_MESSAGES: {
    group: 'Microsoft Teams',
    help: 'on: what is private is shown in channels and group chats to the person alone (preview of Microsoft), in place of the 1:1 chat',
    default: 'off',
  },
  BOT_SSO_RESOURCE: {
    group: 'Microsoft Teams',
    help: 'Application ID URI of that app registration: connects people to Microsoft 365 without a login, where a connection says single_sign_on',
    example: 'api://botid-00000000-0000-0000-0000-000000000000',
  },
  TEAMS_CATALOG_APP_ID: {
    group: 'Microsoft Teams',
    help: 'App ID that Teams admin center shows for the uploaded app; for the link that adds the app',
  },
  TEAMS_SIGN_IN: {
    group: 'Microsoft Teams',
    help: 'on: people sign in with Microsoft (Entra ID) in the browser before they log in to an app; needs a redirect URI at the app registration',
    default: 'off',
  },
  BOT_LOGIN_URL: {
    group: 'Microsoft Teams',
    help: "Base URL of Entra ID for that, in place of the cloud's",
  },
  BOT_OPENID_METADATA_URL: {
    group: 'Microsoft Teams',
    help: "OpenID metadata of the Bot Framework, in place of the cloud's",
  },
  BOT_TOKEN_URL: {
    group: 'Microsoft Teams',
    help: "Token endpoint for the bot's own calls, in place of the cloud's",
  },
  BOT_SERVICE_HOSTS: {
    group: 'Microsoft Teams',
    help: "Hosts (host or host:port) that the bot may answer to, in place of the cloud's",
  },
  IDENTITY_ENDPOINT: {
    group: 'Microsoft Teams',
    help: 'Set by Azure App Service and Container Apps: where a managed identity gets its tokens',
  },
  IDENTITY_HEADER: { group: 'Microsoft Teams', help: 'Set along with it', secret: true },
  AZURE_FEDERATED_TOKEN_FILE: {
    group: 'Microsoft Teams',
    help: 'Set by Azure Kubernetes Service with workload identity',
  },
  BOT_FILE_HOSTS: {
    group: 'Microsoft Teams',
    help: "Hosts that files of people are read from and put to (host, host:port, or *.host for any below it), in place of the cloud's",
  },
  API_KEYS: {
    group: 'Behaviour',
    help: 'Keys of programs that may start recipes over HTTP: name:sha256hex, or name:sha256hex:admin, comma-separated. Make one: behalf keys api <name>',
    example: 'erp:…',
  },
  EGRESS_ALLOW: {
    group: 'Behaviour',
    help: 'Private hosts that connectors may call (host, host:port or CIDR, comma-separated)',
    example: 'jira.internal:8443',
  },
  LOGIN_IDENTITY_CHECK: {
    group: 'Behaviour',
    help: 'auto; sign-in: nothing else than signing in to the chat platform counts; or off-insecure: whoever opens a login link connects their account to the person who asked',
    default: 'auto',
  },
  LOGIN_TIMEOUT_MINUTES: { group: 'Behaviour', help: 'How long a request waits for a login', default: '30' },
  UNINSTALL_GRACE_HOURS: {
    group: 'Behaviour',
    help: 'Time after which the logins of people are ended, and all that is kept about them is erased, whose workspace has removed the app, unless it is installed again',
    default: '24',
  },
  DEFAULT_LOCALE: {
    group: 'Behaviour',
    help: 'Language for people whose own is not known or not spoken, and for what everybody reads (en, de, also with a region: de-AT)',
    default: 'en',
  },
  AUDIT_DAYS: {
    group: 'Behaviour',
    help: 'How long entries of the audit log are kept; 0: none are, and those of before go',
    default: '365',
  },
  HISTORY_DAYS: { group: 'Behaviour', help: 'How long finished jobs are kept', default: '30' },
  MAX_FILE_MB: {
    group: 'Behaviour',
    help: 'Largest file that is passed on from a chat to an app; it is held in memory while it is sent',
    default: '20',
  },
  MAX_RUNNING_JOBS: {
    group: 'Behaviour',
    help: 'Jobs that one process runs at the same time; more wait in the queue',
    default: '200',
  },
  PERSON_COMMANDS_PER_MINUTE: {
    group: 'Behaviour',
    help: 'Commands that one person may start in a minute, in all processes together; who is faster is told when to try again. 0: any number',
    default: '120',
  },
  PERSON_OPEN_JOBS: {
    group: 'Behaviour',
    help: 'Jobs of one person that may run or wait for their turn at the same time; waiting for a login or an answer does not count. 0: any number',
    default: '100',
  },
  API_KEY_JOBS_PER_MINUTE: {
    group: 'Behaviour',
    help: 'Jobs that one key of `API_KEYS` may start in a minute, in all processes together; whoever is faster is answered 429 with the time to wait. 0: any number',
    default: '600',
  },
  API_KEY_OPEN_JOBS: {
    group: 'Behaviour',
    help: 'Jobs of one key that may run or wait for their turn at the same time. 0: any number',
    default: '1000',
  },
  JOB_LEASE_SECONDS: {
    group: 'Behaviour',
    help: 'After this much silence of a process, its jobs go on in another one',
    default: '30',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    group: 'Traces',
    help: 'Collector that takes OTLP over HTTP; /v1/traces is put behind it. Unset: nothing is traced',
    example: 'http://otel-collector:4318',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    group: 'Traces',
    help: 'The whole URL that spans are posted to, in place of that',
    example: 'https://traces.example.com/v1/traces',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    group: 'Traces',
    help: 'Headers sent along (key=value, comma-separated, values percent-encoded), e.g. a key of the collector',
    secret: true,
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: { group: 'Traces', help: 'http/json, and no other', default: 'http/json' },
  OTEL_SERVICE_NAME: {
    group: 'Traces',
    help: 'Name of the service in traces; unset: the one in OTEL_RESOURCE_ATTRIBUTES, or behalf',
    example: 'behalf',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    group: 'Traces',
    help: 'What else stands on every trace (key=value, comma-separated)',
    example: 'deployment.environment.name=production',
  },
  OTEL_TRACES_SAMPLER: {
    group: 'Traces',
    help: 'always_on, always_off, traceidratio, or the same with parentbased_ in front',
    default: 'parentbased_always_on',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    group: 'Traces',
    help: 'Share of the traces that the samplers by ratio take, from 0 to 1',
    default: '1',
  },
  OTEL_SDK_DISABLED: { group: 'Traces', help: 'true: nothing is traced, whatever the others say', default: 'false' },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** The table above, for the files that are generated from it. */
export function describeSettings(): readonly (Setting & { readonly name: string })[] {
  return Object.entries<Setting>(SETTINGS).map(([name, setting]) => ({ name, ...setting }));
}

/** Microsoft's clouds in which Teams runs. GCC shares all but the bot's host with the public one. */
export const CLOUD_NAMES = ['public', 'gcc', 'gcc-high', 'dod', 'china'] as const;

export type CloudName = (typeof CLOUD_NAMES)[number];

/**
 * What differs between the clouds.
 * https://learn.microsoft.com/azure/bot-service/how-to-deploy-gov-cloud-high,
 * https://docs.azure.cn/bot-service/how-to-deploy-china-cloud
 */
export interface Cloud {
  /** `iss` of the tokens that the channel sends, and audience of the bot's own. */
  readonly api: string;
  /** OpenID metadata of the channel's signing keys. */
  readonly openIdMetadataUrl: string;
  /** Entra ID. */
  readonly login: string;
  /** Issuer of its access tokens of version 1, before the tenant. */
  readonly tokenIssuer: string;
  /** The one host that the bot sends to. Exact: anybody can register beside that of the public cloud. */
  readonly serviceHost: string;
  /** Where OneDrive and SharePoint of work and school accounts keep files: any host below. */
  readonly files: string;
  /** Whether bots give and take files there: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 */
  readonly takesFiles: boolean;
  /** The Teams client in the browser. */
  readonly teams: string;
}

const PUBLIC: Cloud = {
  api: 'https://api.botframework.com',
  openIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
  login: 'https://login.microsoftonline.com',
  tokenIssuer: 'https://sts.windows.net',
  serviceHost: 'smba.trafficmanager.net',
  files: '*.sharepoint.com',
  takesFiles: true,
  teams: 'https://teams.microsoft.com',
};

const GCC_HIGH: Cloud = {
  api: 'https://api.botframework.us',
  openIdMetadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
  login: 'https://login.microsoftonline.us',
  tokenIssuer: 'https://sts.windows.net',
  serviceHost: 'smba.infra.gov.teams.microsoft.us',
  files: '*.sharepoint.us',
  takesFiles: false,
  teams: 'https://gov.teams.microsoft.us',
};

export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  public: PUBLIC,
  gcc: { ...PUBLIC, serviceHost: 'smba.infra.gcc.teams.microsoft.com' },
  'gcc-high': GCC_HIGH,
  dod: {
    ...GCC_HIGH,
    serviceHost: 'smba.infra.dod.teams.microsoft.us',
    files: '*.sharepoint-mil.us',
    teams: 'https://dod.teams.microsoft.us',
  },
  china: {
    api: 'https://api.botframework.azure.cn',
    openIdMetadataUrl: 'https://login.botframework.azure.cn/v1/.well-known/openidconfiguration',
    login: 'https://login.partner.microsoftonline.cn',
    tokenIssuer: 'https://sts.chinacloudapi.cn',
    serviceHost: 'frontend.botapi.msg.infra.teams.microsoftonline.cn',
    files: '*.sharepoint.cn',
    takesFiles: false,
    teams: 'https://teams.microsoftonline.cn',
  },
};

import { Secret } from './kernel/secret.js';
import type { SettingName } from './settings.js';

/** How Microsoft writes ids of apps and tenants, also in what its channel sends. */
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const EXAMPLE = '01234567-89ab-cdef-0123-456789abcdef';

const CLOUDS = ['public', 'gcc', 'gcc-high', 'dod', 'china'] as const;

/** How the bot proves to Microsoft who it is. */
type TeamsCredential =
  | { readonly kind: 'secret'; readonly password: Secret }
  | { readonly kind: 'certificate'; readonly certificateFile: string; readonly keyFile: string }
  | { readonly kind: 'managed-identity'; readonly endpoint?: string; readonly header?: Secret }
  | { readonly kind: 'workload-identity'; readonly tokenFile: string };

export interface TeamsSettings {
  readonly appId: string;
  readonly credential: TeamsCredential;
  readonly tenantId: string;
  readonly allowedTenants: readonly string[];
  readonly cloud: (typeof CLOUDS)[number];
  readonly catalogAppId?: string;
  /** People sign in with Entra ID before they log in to an app. */
  readonly signIn: boolean;
  readonly loginUrl?: string;
  /** What is private is shown in channels, to the person alone. */
  readonly targetedMessages: boolean;
  /** Application ID URI: what Teams clients give tokens for. */
  readonly signInResource?: string;
  readonly openIdMetadataUrl?: string;
  readonly tokenUrl?: string;
  /** Empty: those of the cloud. */
  readonly serviceHosts: readonly string[];
  /** Empty: those of the cloud. */
  readonly fileHosts: readonly string[];
}

/** What is used of the reader of all settings. */
interface Reader {
  fail(name: SettingName, what: string): void;
  optional(name: SettingName): string | undefined;
  optionalUrl(name: SettingName): string | undefined;
  list(name: SettingName): string[];
  oneOf<const T extends string>(name: SettingName, values: readonly [T, ...T[]]): T;
  group<const T extends Partial<Record<SettingName, string>>>(
    title: string,
    members: T,
  ): { [Name in keyof T]: string } | undefined;
}

/** The settings of Microsoft Teams; undefined where there are none. What is wrong with them is told to the reader. */
export function readTeams(reader: Reader): TeamsSettings | undefined {
  const values = reader.group('Microsoft Teams', {
    MicrosoftAppId:
      'Copy it from the Azure Bot: Configuration → Microsoft App ID. Without it the Bot Framework would accept requests from anybody.',
    MicrosoftAppTenantId: 'Copy the Directory (tenant) ID from the app registration.',
  });
  if (!values) {
    for (const name of ['MicrosoftAppPassword', 'MicrosoftAppCertificateFile'] as const)
      if (reader.optional(name) !== undefined)
        reader.fail(
          name,
          'is set, but MicrosoftAppId and MicrosoftAppTenantId are not: Microsoft Teams needs all three.',
        );
    return undefined;
  }
  const allowedTenants = reader.list('BOT_ALLOWED_TENANTS');
  checkIds(reader, { appId: values.MicrosoftAppId, tenantId: values.MicrosoftAppTenantId, allowedTenants });
  const openIdMetadataUrl = reader.optionalUrl('BOT_OPENID_METADATA_URL');
  const tokenUrl = reader.optionalUrl('BOT_TOKEN_URL');
  const catalogAppId = reader.optional('TEAMS_CATALOG_APP_ID');
  if (catalogAppId !== undefined && !GUID.test(catalogAppId))
    reader.fail(
      'TEAMS_CATALOG_APP_ID',
      `must be an id like ${EXAMPLE}. Copy the App ID from the overview of the app in the Teams admin center: Manage apps.`,
    );
  const loginUrl = reader.optionalUrl('BOT_LOGIN_URL');
  const signIn = reader.oneOf('TEAMS_SIGN_IN', ['off', 'on']) === 'on';
  const isManaged = reader.oneOf('MicrosoftAppType', ['SingleTenant', 'UserAssignedMSI']) === 'UserAssignedMSI';
  if (signIn && isManaged)
    reader.fail(
      'TEAMS_SIGN_IN',
      'is on, but MicrosoftAppType is UserAssignedMSI: nobody can sign in at a managed identity. Set it to off, or use an app registration.',
    );
  const signInResource = readSignInResource(reader, values.MicrosoftAppId, isManaged);
  return {
    appId: values.MicrosoftAppId,
    tenantId: values.MicrosoftAppTenantId,
    credential: isManaged ? readManagedIdentity(reader, tokenUrl) : readOwnCredential(reader),
    allowedTenants,
    cloud: reader.oneOf('BOT_CLOUD', CLOUDS),
    targetedMessages: reader.oneOf('BOT_TARGETED_MESSAGES', ['off', 'on']) === 'on',
    ...(catalogAppId === undefined ? {} : { catalogAppId }),
    signIn,
    ...(loginUrl ? { loginUrl } : {}),
    ...(signInResource === undefined ? {} : { signInResource }),
    ...(openIdMetadataUrl ? { openIdMetadataUrl } : {}),
    ...(tokenUrl ? { tokenUrl } : {}),
    serviceHosts: reader.list('BOT_SERVICE_HOSTS'),
    fileHosts: reader.list('BOT_FILE_HOSTS'),
  };
}

/** A name in place of an id, such as a domain of the tenant, would match nothing that Teams sends: everybody would be refused. What is not set has been told. */
function checkIds(
  reader: Reader,
  { allowedTenants, appId, tenantId }: Pick<TeamsSettings, 'allowedTenants' | 'appId' | 'tenantId'>,
): void {
  if (appId !== '' && !GUID.test(appId))
    reader.fail(
      'MicrosoftAppId',
      `must be an id like ${EXAMPLE}. Copy it from the Azure Bot: Configuration → Microsoft App ID.`,
    );
  if (tenantId !== '' && !GUID.test(tenantId))
    reader.fail(
      'MicrosoftAppTenantId',
      `must be an id like ${EXAMPLE}, not a domain. Copy the Directory (tenant) ID from the overview of the app registration.`,
    );
  if (!allowedTenants.every((id) => GUID.test(id)))
    reader.fail(
      'BOT_ALLOWED_TENANTS',
      `must be a list of ids like ${EXAMPLE}, separated by commas, not of domains. Administrators of a tenant find its id in the Microsoft Entra admin center: Overview → Tenant ID.`,
    );
}

/** Teams clients compare it with the app package; Entra ID gives tokens for it whose audience it is. */
function readSignInResource(reader: Reader, appId: string, isManaged: boolean): string | undefined {
  const uri = reader.optional('BOT_SSO_RESOURCE');
  if (uri === undefined) return undefined;
  if (isManaged)
    reader.fail(
      'BOT_SSO_RESOURCE',
      'cannot be used with MicrosoftAppType UserAssignedMSI: a managed identity exposes no API. Use an app registration with a secret.',
    );
  if (!/^api:\/\/[\w.:/-]+$/.test(uri) || !uri.toLowerCase().endsWith(appId.toLowerCase()))
    reader.fail(
      'BOT_SSO_RESOURCE',
      'is not right: it begins with api:// and ends with MicrosoftAppId. Copy the Application ID URI from the app registration: Expose an API.',
    );
  return uri;
}

/** A password or a certificate: one of them. */
function readOwnCredential(reader: Reader): TeamsCredential {
  const password = reader.optional('MicrosoftAppPassword');
  const certificateFile = reader.optional('MicrosoftAppCertificateFile');
  const keyFile = reader.optional('MicrosoftAppCertificateKeyFile') ?? certificateFile;
  if (certificateFile === undefined || keyFile === undefined) {
    if (password === undefined)
      reader.fail(
        'MicrosoftAppPassword',
        'is not set, but MicrosoftAppId is: Microsoft Teams needs it. Make a client secret at the app registration: Certificates & secrets. Or give a certificate in MicrosoftAppCertificateFile.',
      );
    return { kind: 'secret', password: new Secret(password ?? '') };
  }
  if (password !== undefined)
    reader.fail(
      'MicrosoftAppPassword',
      'and MicrosoftAppCertificateFile are both set. Remove the one that is not used.',
    );
  return { kind: 'certificate', certificateFile, keyFile };
}

/** What the platform offers: App Service and Container Apps, Kubernetes with workload identity, a virtual machine. */
function readManagedIdentity(reader: Reader, tokenUrl: string | undefined): TeamsCredential {
  for (const name of ['MicrosoftAppPassword', 'MicrosoftAppCertificateFile'] as const)
    if (reader.optional(name) !== undefined)
      reader.fail(
        name,
        'is not used with MicrosoftAppType UserAssignedMSI. Remove it, or set MicrosoftAppType to SingleTenant.',
      );
  const endpoint = reader.optionalUrl('IDENTITY_ENDPOINT');
  const header = reader.optional('IDENTITY_HEADER');
  if (endpoint !== undefined && header !== undefined)
    return { kind: 'managed-identity', endpoint, header: new Secret(header) };
  const tokenFile = reader.optional('AZURE_FEDERATED_TOKEN_FILE');
  if (tokenFile !== undefined) return { kind: 'workload-identity', tokenFile };
  return { kind: 'managed-identity', ...(tokenUrl === undefined ? {} : { endpoint: tokenUrl }) };
}

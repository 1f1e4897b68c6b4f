import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AppDefinition } from './app-definition.js';
import { startApp } from './app-server.js';
import { Crm } from './crm.js';
import { Files } from './files.js';
import { OAUTH_PATHS } from './identity-provider.js';

const Client = z.strictObject({
  id: z.string().min(1),
  secret: z.string().min(1),
  redirectUris: z.array(z.url()).min(1),
  name: z.string().optional(),
  authMethod: z.enum(['client_secret_basic', 'client_secret_post']).optional(),
});

/** Checks the options of {@link startDemoApps} where they come from outside. */
export const DemoAppsOptionsSchema = z.strictObject({
  /** Address to listen on; `127.0.0.1` by default. */
  host: z.string().optional(),
  /** Any free port by default. */
  ports: z.strictObject({ crm: z.int().optional(), files: z.int().optional() }).optional(),
  clients: z.strictObject({ crm: Client, files: Client }),
  /** Lifetime of access tokens, 300 seconds by default. */
  accessTokenSeconds: z.int().min(1).optional(),
  /** Host name in the apps' URLs; `localhost` by default. */
  publicHost: z.string().optional(),
  /** Whole base URLs, when a proxy stands in front; without a slash at the end. */
  publicUrl: z.strictObject({ crm: z.url().optional(), files: z.url().optional() }).optional(),
  /** Credentials of the integration user of both apps; random by default. */
  integration: z.strictObject({ apiKey: z.string(), username: z.string(), password: z.string() }).optional(),
  /** With it, `/control` wants it as a bearer token; without it, `/control` answers this machine only. */
  controlToken: z.string().min(1).optional(),
});

export type DemoAppsOptions = Readonly<z.input<typeof DemoAppsOptionsSchema>>;

/** Where one running demo app is, and how to authenticate with it. Plain JSON. */
export interface DemoApp {
  readonly name: string;
  /** Base URL; a page there shows the records. */
  readonly url: string;
  readonly apiUrl: string;
  readonly controlUrl: string;
  readonly issuer: string;
  readonly metadataUrl: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  readonly introspectionEndpoint: string;
  readonly userinfoEndpoint: string;
  /** All scopes that a client may ask for. */
  readonly scope: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
  readonly basic: { readonly username: string; readonly password: string };
}

export interface DemoAppAddresses {
  readonly crm: DemoApp;
  readonly files: DemoApp;
}

export interface DemoApps extends DemoAppAddresses {
  stop(): Promise<void>;
}

/** Starts Acme CRM and Acme Files, each with an identity provider of its own, in this process. */
export async function startDemoApps(options: DemoAppsOptions): Promise<DemoApps> {
  const crm = await startOne('crm', () => new Crm(), options);
  const files = await startOne('files', (url) => new Files(url), options).catch(async (error: unknown) => {
    await crm.stop();
    throw error;
  });
  return {
    crm: crm.app,
    files: files.app,
    stop: async () => {
      await Promise.all([crm.stop(), files.stop()]);
    },
  };
}

async function startOne(
  kind: 'crm' | 'files',
  define: (url: () => string) => AppDefinition,
  options: DemoAppsOptions,
): Promise<{ app: DemoApp; stop(): Promise<void> }> {
  const client = options.clients[kind];
  const integration = options.integration ?? {
    apiKey: randomBytes(24).toString('base64url'),
    username: 'integration',
    password: randomBytes(18).toString('base64url'),
  };
  const { url, stop } = await startApp(define, {
    host: options.host ?? '127.0.0.1',
    port: options.ports?.[kind] ?? 0,
    publicHost: options.publicHost ?? 'localhost',
    publicUrl: options.publicUrl?.[kind],
    client,
    accessTokenSeconds: options.accessTokenSeconds ?? 300,
    integration,
    controlToken: options.controlToken,
  });
  const app: DemoApp = {
    name: kind === 'crm' ? 'Acme CRM' : 'Acme Files',
    ...addresses(url),
    clientId: client.id,
    clientSecret: client.secret,
    apiKey: integration.apiKey,
    basic: { username: integration.username, password: integration.password },
  };
  return { app, stop };
}

function addresses(url: string) {
  return {
    url,
    apiUrl: `${url}/api`,
    controlUrl: `${url}/control`,
    issuer: url,
    metadataUrl: `${url}/.well-known/oauth-authorization-server`,
    authorizationEndpoint: `${url}${OAUTH_PATHS.authorization}`,
    tokenEndpoint: `${url}${OAUTH_PATHS.token}`,
    revocationEndpoint: `${url}${OAUTH_PATHS.revocation}`,
    introspectionEndpoint: `${url}${OAUTH_PATHS.introspection}`,
    userinfoEndpoint: `${url}${OAUTH_PATHS.userinfo}`,
    scope: 'openid profile email offline_access api',
  };
}

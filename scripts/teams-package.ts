import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';
import { z } from 'zod';

const ROOT = path.resolve(__dirname, '..');
const FOLDER = path.join(ROOT, 'appPackage');
const OUTPUT = path.join(FOLDER, 'behalf-teams.zip');

const USAGE = `Usage: npm run teams:package -- --app-id <guid> --public-url https://<host> [--developer <name>]

Makes appPackage/behalf-teams.zip, the app to upload at Teams admin center → Teams apps → Manage apps.

  --app-id      Microsoft App ID of the Azure Bot (MicrosoftAppId)
  --public-url  where browsers reach the service (PUBLIC_URL); the login pop-up opens only on this host
  --developer   who offers the app in the app list; your organisation. Default: Behalf`;

/** What differs from one installation to the next. */
export interface PackageValues {
  readonly appId: string;
  readonly publicUrl: string;
  readonly developer: string;
  readonly version: string;
}

const guid = z.guid();
const page = z.url({ protocol: /^https$/ }).max(2048);
const scope = z.enum(['personal', 'team', 'groupChat']);
const command = z.strictObject({ title: z.string().min(1).max(128), description: z.string().min(1).max(4000) });

/** What Teams demands of the parts that our manifest has (schema 1.29); an unknown key is a mistake. */
const Manifest = z.strictObject({
  $schema: page,
  manifestVersion: z.literal('1.29'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  id: guid,
  developer: z.strictObject({
    name: z.string().min(1).max(32),
    websiteUrl: page,
    privacyUrl: page,
    termsOfUseUrl: page,
  }),
  name: z.strictObject({ short: z.string().min(1).max(30), full: z.string().max(100) }),
  description: z.strictObject({ short: z.string().min(1).max(80), full: z.string().min(1).max(4000) }),
  icons: z.strictObject({ color: z.literal('color.png'), outline: z.literal('outline.png') }),
  accentColor: z.string().regex(/^#[\dA-Fa-f]{6}$/),
  bots: z.tuple([
    z.strictObject({
      botId: guid,
      scopes: z.array(scope).min(1),
      isNotificationOnly: z.literal(false),
      supportsFiles: z.boolean(),
      commandLists: z
        .array(z.strictObject({ scopes: z.array(scope).min(1), commands: z.array(command).min(1).max(10) }))
        .max(3),
    }),
  ]),
  defaultInstallScope: scope,
  permissions: z.array(z.enum(['identity', 'messageTeamMembers'])),
  validDomains: z.tuple([z.hostname()]),
});

/**
 * The app as Teams takes it: the manifest with its values, and both icons.
 * @throws Error with a line for each mistake
 */
export function buildTeamsPackage(values: PackageValues): Uint8Array {
  const manifest = JSON.stringify(
    fillManifest(readFileSync(path.join(FOLDER, 'manifest.json'), 'utf8'), values),
    null,
    2,
  );
  const files = {
    'manifest.json': Buffer.from(`${manifest}\n`),
    'color.png': readIcon('color.png', 192),
    'outline.png': readIcon('outline.png', 32),
  };
  // A fixed date, so that the same input makes the same file.
  return zipSync(files, { level: 9, mtime: '1980-01-02T00:00:00Z' });
}

/** @throws Error with a line for each mistake */
export function fillManifest(template: string, values: PackageValues): z.infer<typeof Manifest> {
  const url = publicUrl(values.publicUrl);
  const filled: Readonly<Record<string, string>> = {
    APP_ID: values.appId.toLowerCase(),
    DEVELOPER: values.developer,
    PUBLIC_HOST: url.hostname,
    PUBLIC_URL: url.origin,
    VERSION: values.version,
  };
  // Inside of JSON strings, so what is filled in must be escaped as one.
  const text = template.replaceAll(/\$\{\{(\w+)\}\}/g, (hole, name: string) =>
    JSON.stringify(filled[name] ?? hole).slice(1, -1),
  );
  const checked = Manifest.safeParse(JSON.parse(text));
  if (checked.success) return checked.data;
  const mistakes = checked.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The manifest would not be accepted:\n${mistakes.join('\n')}`);
}

function publicUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.port === '' && url.hostname.includes('.') && url.pathname === '/') return url;
  throw new Error('--public-url must be https://<host>, without port or path: Teams opens login windows only there.');
}

function readIcon(name: string, size: number): Buffer {
  const file = readFileSync(path.join(FOLDER, name));
  if (
    file.subarray(1, 4).toString('latin1') === 'PNG' &&
    file.readUInt32BE(16) === size &&
    file.readUInt32BE(20) === size
  )
    return file;
  throw new Error(`appPackage/${name} must be a PNG of ${size} × ${size} pixels.`);
}

function readVersion(): string {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')));
  return version;
}

function main(): void {
  try {
    const { values } = parseArgs({
      options: {
        'app-id': { type: 'string' },
        'public-url': { type: 'string' },
        developer: { type: 'string', default: 'Behalf' },
        help: { type: 'boolean' },
      },
    });
    const { 'app-id': appId, 'public-url': publicUrl, developer, help } = values;
    if (help) {
      console.log(USAGE);
      return;
    }
    if (appId === undefined || publicUrl === undefined)
      throw new Error(`--app-id and --public-url are needed.\n\n${USAGE}`);
    writeFileSync(OUTPUT, buildTeamsPackage({ appId, publicUrl, developer, version: readVersion() }));
    console.log(`Wrote ${path.relative(process.cwd(), OUTPUT)}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

if (require.main === module) main();

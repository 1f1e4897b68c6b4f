import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { z } from 'zod';
import { clip } from '../../src/chat/clip.js';
import { BehalfError } from '../../src/kernel/errors.js';

/** Beside `adapters`, also when that is built into `dist/src`. */
const ROOT = ['../..', '../../..']
  .map((up) => path.resolve(__dirname, up))
  .find((folder) => existsSync(path.join(folder, 'appPackage')));
const FOLDER = path.join(ROOT ?? '.', 'appPackage');

/** Teams shows ten commands a list; two are ours. */
const MAX_RECIPES = 8;
const MAX_TITLE = 128;
/** Commands of a message extension. */
const MAX_SHORTCUTS = 10;

/** What differs from one installation to the next. */
export interface PackageValues {
  readonly appId: string;
  readonly publicUrl: string;
  readonly developer: string;
  readonly version: string;
  /** https pages that people find at the app in Teams; without them, the first page of the service. */
  readonly links?: { readonly website?: string; readonly privacy?: string; readonly terms?: string };
  /** Application ID URI: Teams clients vouch for people. */
  readonly signInResource?: string;
  /** Commands of recipes, offered below the built-in ones; eight at most. */
  readonly commands?: readonly AppCommand[];
  /** Ten at most. */
  readonly shortcuts?: readonly AppShortcut[];
}

/** A choice in the menus of Teams that starts a recipe. */
export interface AppShortcut {
  readonly kind: 'global' | 'message';
  /** Teams says it when somebody chooses it; 64 characters at most. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface AppCommand {
  readonly title: string;
  readonly description: string;
}

const guid = z.guid();
const page = z.url({ protocol: /^https$/ }).max(2048);
const scope = z.enum(['personal', 'team', 'groupChat']);
const command = z.strictObject({ title: z.string().min(1).max(128), description: z.string().min(1).max(4000) });

const extensionCommand = z.strictObject({
  id: z.string().min(1).max(64),
  type: z.literal('action'),
  title: z.string().min(1).max(32),
  description: z.string().max(128),
  context: z.array(z.enum(['compose', 'commandBox', 'message'])).min(1),
  fetchTask: z.literal(true),
});

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
  composeExtensions: z
    .tuple([z.strictObject({ botId: guid, commands: z.array(extensionCommand).min(1).max(MAX_SHORTCUTS) })])
    .exactOptional(),
  defaultInstallScope: scope,
  permissions: z.array(z.enum(['identity', 'messageTeamMembers'])),
  validDomains: z.tuple([z.hostname()]),
  webApplicationInfo: z.strictObject({ id: guid, resource: z.string().max(100) }).exactOptional(),
});

type Manifest = z.infer<typeof Manifest>;

/**
 * The app as Teams takes it: the manifest with its values, and both icons.
 * @throws BehalfError `config.invalid` with a line for each mistake
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

/** @throws BehalfError `config.invalid` with a line for each mistake */
export function fillManifest(template: string, values: PackageValues): Manifest {
  const url = publicUrl(values.publicUrl);
  const { links = {} } = values;
  const filled: Readonly<Record<string, string>> = {
    APP_ID: values.appId.toLowerCase(),
    DEVELOPER: values.developer,
    PUBLIC_HOST: url.hostname,
    VERSION: values.version,
    WEBSITE_URL: links.website ?? url.origin,
    PRIVACY_URL: links.privacy ?? url.origin,
    TERMS_URL: links.terms ?? url.origin,
  };
  // Inside of JSON strings, so what is filled in must be escaped as one.
  const text = template.replaceAll(/\$\{\{(\w+)\}\}/g, (hole, name: string) =>
    JSON.stringify(filled[name] ?? hole).slice(1, -1),
  );
  const checked = Manifest.safeParse(JSON.parse(text));
  if (checked.success) {
    const named = withShortcuts(withCommands(checked.data, values.commands ?? []), values.shortcuts ?? []);
    return withSignIn(named, values.signInResource);
  }
  const mistakes = checked.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw invalid(`The manifest would not be accepted:\n${mistakes.join('\n')}`);
}

function publicUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.port === '' && url.hostname.includes('.') && url.pathname === '/') return url;
  throw invalid('PUBLIC_URL must be https://<host>, without port or path: Teams opens login windows only there.');
}

function readIcon(name: string, size: number): Buffer {
  const file = readFileSync(path.join(FOLDER, name));
  if (
    file.subarray(1, 4).toString('latin1') === 'PNG' &&
    file.readUInt32BE(16) === size &&
    file.readUInt32BE(20) === size
  )
    return file;
  throw invalid(`appPackage/${name} must be a PNG of ${size} × ${size} pixels.`);
}

/** Commands that are no words for a list are left out; they can be typed all the same. */
function withCommands(manifest: Manifest, commands: readonly AppCommand[]): Manifest {
  const offered = commands
    .filter(({ title }) => title.trim() !== '' && title.length <= MAX_TITLE)
    .slice(0, MAX_RECIPES)
    .map(({ description, title }) => ({ title, description: clip(description.trim() || title, MAX_TITLE) }));
  const [bot] = manifest.bots;
  const lists = bot.commandLists.map((list) => ({ ...list, commands: [...list.commands, ...offered] }));
  return { ...manifest, bots: [{ ...bot, commandLists: lists }] };
}

function withSignIn(manifest: Manifest, resource: string | undefined): Manifest {
  const [{ botId }] = manifest.bots;
  return resource === undefined ? manifest : { ...manifest, webApplicationInfo: { id: botId, resource } };
}

/** Each is an action of the message extension; the service shows the dialog. */
function withShortcuts(manifest: Manifest, shortcuts: readonly AppShortcut[]): Manifest {
  if (shortcuts.length === 0) return manifest;
  const commands = shortcuts.map(({ description, id, kind, name }) => ({
    id,
    type: 'action' as const,
    title: name,
    description: clip(description, MAX_TITLE),
    context: kind === 'message' ? ['message' as const] : ['compose' as const, 'commandBox' as const],
    fetchTask: true as const,
  }));
  return { ...manifest, composeExtensions: [{ botId: manifest.bots[0].botId, commands }] };
}

function invalid(message: string): BehalfError {
  return new BehalfError('config.invalid', message);
}

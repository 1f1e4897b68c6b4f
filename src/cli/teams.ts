import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readOfferedRecipes } from '../compose/offered-recipes.js';
import { openTeamsPackager } from '../compose/tools.js';
import { parseConfig } from '../config.js';
import { asBehalfError, BehalfError } from '../kernel/errors.js';
import { shortcutId } from '../recipes/shortcut-ids.js';
import type { Environment } from './environment.js';

const DEVELOPER_HELP = 'who offers the app in the list of apps; your organisation, in 32 characters at most';
/** Raised by hand where an update of the app has to be told from the last one. */
const FIRST_VERSION = '1.0.0';
/** Characters that Teams takes of its name. */
const MAX_DEVELOPER = 32;

interface PackageOptions {
  readonly out: string;
  readonly developer: string;
  readonly appVersion: string;
  readonly websiteUrl?: string;
  readonly privacyUrl?: string;
  readonly termsUrl?: string;
}

/** `behalf teams`: what administrators of Teams need. */
export function addTeamsCommand(program: Command, environment: Environment): void {
  const teams = program.command('teams').description('Microsoft Teams');
  teams
    .command('package')
    .description('make the app package to upload at Teams admin center, from the configuration and its recipes')
    .option('--out <file>', 'where the package is written', 'behalf-teams.zip')
    .option('--developer <name>', DEVELOPER_HELP, 'Behalf')
    .option('--app-version <version>', 'version of the app; raise it for an update', FIRST_VERSION)
    .option('--website-url <url>', 'https page about the app; without it, the first page of the service')
    .option('--privacy-url <url>', 'https page with your privacy statement; without it, the first page of the service')
    .option('--terms-url <url>', 'https page with your terms of use; without it, the first page of the service')
    .action((options: PackageOptions) => writePackage(environment, options));
}

/** @throws BehalfError `config.invalid` that says what Teams would not accept */
async function writePackage(environment: Environment, options: PackageOptions): Promise<void> {
  const config = parseConfig(environment);
  if (!config.teams)
    throw new BehalfError(
      'config.invalid',
      'Microsoft Teams is not configured: set MicrosoftAppId and what belongs to it.',
    );
  checkNames(options);
  const recipes = await readOfferedRecipes(config.configDir, 'package');
  const buildTeamsPackage = await openTeamsPackager();
  const { appId, signInResource } = config.teams;
  const app = buildTeamsPackage({
    appId,
    ...(signInResource === undefined ? {} : { signInResource }),
    publicUrl: config.publicUrl,
    developer: options.developer,
    version: options.appVersion,
    links: readLinks(options),
    commands: recipes.map(({ description, name, trigger }) => ({
      title: trigger.command,
      description: description ?? name,
    })),
    shortcuts: recipes.flatMap((recipe) =>
      recipe.trigger.shortcuts.map((shortcut) => ({
        kind: shortcut.kind,
        id: shortcutId(recipe, shortcut),
        name: shortcut.name,
        description: shortcut.description ?? recipe.description,
      })),
    ),
  });
  try {
    writeFileSync(options.out, app);
  } catch (error) {
    throw new BehalfError('config.invalid', `${options.out} cannot be written (${asBehalfError(error).code}).`);
  }
  process.stdout.write(`Wrote ${options.out}. Upload it at Teams admin center → Teams apps → Manage apps.\n`);
}

/** @throws BehalfError `config.invalid` for what Teams does not take of who offers the app, and of its version */
function checkNames({ appVersion, developer }: PackageOptions): void {
  if (developer.trim() === '' || developer.length > MAX_DEVELOPER)
    throw new BehalfError('config.invalid', `--developer must be a name of ${MAX_DEVELOPER} characters at most.`);
  if (!/^\d+\.\d+\.\d+$/.test(appVersion))
    throw new BehalfError('config.invalid', '--app-version must be three numbers, like 1.2.0.');
}

/** @throws BehalfError `config.invalid` for what Teams would not open */
function readLinks({ privacyUrl, termsUrl, websiteUrl }: PackageOptions) {
  return {
    ...(websiteUrl === undefined ? {} : { website: readLink('--website-url', websiteUrl) }),
    ...(privacyUrl === undefined ? {} : { privacy: readLink('--privacy-url', privacyUrl) }),
    ...(termsUrl === undefined ? {} : { terms: readLink('--terms-url', termsUrl) }),
  };
}

function readLink(option: string, url: string): string {
  if (URL.canParse(url) && new URL(url).protocol === 'https:') return url;
  throw new BehalfError('config.invalid', `${option} must be the whole address of a page, with https://.`);
}

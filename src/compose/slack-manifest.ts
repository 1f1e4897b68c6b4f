import { BehalfError } from '../kernel/errors.js';
import { readSlackEntries } from './slack-entries.js';

type Environment = Readonly<Record<string, string | undefined>>;

interface ManifestWishes {
  /** Folder that holds recipes/; none: an app for recipes that have no entry of their own in Slack. */
  readonly configDir?: string;
  readonly organization: boolean;
  readonly tokenRotation: boolean;
}

/**
 * The manifest of the Slack app that fits the environment, as JSON text. It is made before the app has any secrets, so that
 * none of them has to be set. Slash commands and shortcuts are those of the recipes.
 * @throws BehalfError `config.invalid` without a PUBLIC_URL that Slack could call, unless SLACK_APP_TOKEN is set, and for recipes with mistakes
 */
export async function slackManifestText(environment: Environment, wishes: ManifestWishes): Promise<string> {
  const { slackManifest } = await import('../../adapters/slack/manifest.js');
  const isSet = (name: string) => (environment[name] ?? '').trim() !== '';
  const socketMode = isSet('SLACK_APP_TOKEN');
  const hasClient = isSet('SLACK_CLIENT_ID') || !isSet('SLACK_BOT_TOKEN');
  const { configDir, ...rest } = wishes;
  const manifest = slackManifest({
    ...rest,
    recipes: configDir === undefined ? [] : await readSlackEntries(configDir),
    publicUrl: socketMode && !isSet('PUBLIC_URL') ? '' : readOrigin(environment['PUBLIC_URL'] ?? '', socketMode),
    socketMode,
    // A bot token alone says that there is one workspace, and nobody comes back from Slack's pages.
    redirects: hasClient,
    signIn: hasClient && (environment['SLACK_SIGN_IN'] ?? '').trim() !== 'off',
  });
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

function readOrigin(text: string, acceptsHttp: boolean): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const isUsable = url?.protocol === 'https:' || (acceptsHttp && url?.protocol === 'http:');
  if (url && isUsable && url.href === `${url.origin}/`) return url.origin;
  throw new BehalfError(
    'config.invalid',
    'PUBLIC_URL must be set to the https:// address of the service, without a path: Slack calls it there. With SLACK_APP_TOKEN (Socket Mode) it may be left out.',
  );
}

import { clip } from '../../src/chat/clip.js';
import { INSTALL_PATH } from './install.js';
import { EVENT_SCOPES, REQUIRED_SCOPES, SIGN_IN_SCOPES } from './scopes.js';
import { SIGN_IN_PATH } from './sign-in.js';

/** What starts a recipe in Slack beside its words. */
export interface RecipeEntry {
  /** What it does, in one line. */
  readonly description: string;
  /** With the slash. */
  readonly slashCommand?: { readonly name: string; readonly usage: string };
  readonly shortcuts: readonly RecipeShortcutEntry[];
}

interface RecipeShortcutEntry {
  readonly kind: 'global' | 'message';
  /** Slack says it when somebody chooses it. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

/** https://docs.slack.dev/reference/app-manifest: lengths, in characters. */
const MAX = { shortcutDescription: 150, commandDescription: 2000, usage: 1000 } as const;

interface ManifestOptions {
  /** Where Slack and browsers reach the service, without a slash at the end. https, except with `socketMode`. */
  readonly publicUrl: string;
  /** Slack reaches us over Socket Mode: no address for its requests. */
  readonly socketMode: boolean;
  /** The app is installed through its OAuth client. */
  readonly redirects: boolean;
  /** People sign in with Slack before they log in to an app. */
  readonly signIn: boolean;
  /** May be installed for a whole Enterprise Grid organisation. */
  readonly organization: boolean;
  /** Tokens end after twelve hours. Slack never takes it back. */
  readonly tokenRotation: boolean;
  /** The recipes that have a slash command or shortcuts, in the order in which Slack shows them. */
  readonly recipes: readonly RecipeEntry[];
}

/** The Slack app as Slack creates it. https://docs.slack.dev/reference/app-manifest */
export function slackManifest(options: ManifestOptions) {
  const { organization, publicUrl, recipes, redirects, signIn, socketMode, tokenRotation } = options;
  const url = `${publicUrl}/slack/events`;
  const shortcuts = recipes.flatMap((recipe) => recipe.shortcuts.map(toShortcut));
  const commandUrl = socketMode ? {} : { url };
  const requestUrl = socketMode ? {} : { request_url: url };
  // Slack leads back to https addresses only.
  const paths = [...(redirects ? [INSTALL_PATH] : []), ...(signIn ? [SIGN_IN_PATH] : [])];
  const redirectUrls = publicUrl.startsWith('https://') ? paths.map((path) => publicUrl + path) : [];
  return {
    _metadata: { major_version: 2 },
    display_information: {
      name: 'Behalf',
      description: 'Does work in your other apps, as you',
      long_description:
        'Behalf runs commands in other apps in your own name. Write a command in a direct message, or mention Behalf in a channel. The first time a command needs an app, you are asked to log in to it once; from then on Behalf acts there with your account and your permissions. Write help to see the commands, and personal_connections to see and end your logins.',
      background_color: '#1f3a5f',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'behalf', always_online: true },
      slash_commands: [
        {
          command: '/behalf',
          description: 'Run a command, only for your eyes',
          usage_hint: 'help',
          should_escape: true,
          ...commandUrl,
        },
        ...recipes.flatMap(({ description, slashCommand }) =>
          slashCommand
            ? [
                {
                  command: slashCommand.name,
                  description: clip(description, MAX.commandDescription),
                  ...(slashCommand.usage === '' ? {} : { usage_hint: clip(slashCommand.usage, MAX.usage) }),
                  should_escape: true,
                  ...commandUrl,
                },
              ]
            : [],
        ),
      ],
      ...(shortcuts.length === 0 ? {} : { shortcuts }),
    },
    oauth_config: {
      ...(redirectUrls.length > 0 ? { redirect_urls: redirectUrls } : {}),
      scopes: { bot: [...REQUIRED_SCOPES], ...(signIn ? { user: [...SIGN_IN_SCOPES] } : {}) },
    },
    settings: {
      event_subscriptions: { ...requestUrl, bot_events: Object.keys(EVENT_SCOPES) },
      interactivity: {
        is_enabled: true,
        ...requestUrl,
        ...(socketMode ? {} : { message_menu_options_url: url }),
      },
      org_deploy_enabled: organization,
      socket_mode_enabled: socketMode,
      token_rotation_enabled: tokenRotation,
    },
  };
}

function toShortcut({ description, id, kind, name }: RecipeShortcutEntry) {
  return { name, type: kind, callback_id: id, description: clip(description, MAX.shortcutDescription) };
}

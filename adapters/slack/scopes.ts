/** The methods of the Web API that the adapter calls, with the bot scopes that each needs. */
export const METHOD_SCOPES = {
  'auth.test': [],
  'chat.delete': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.open': ['im:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.delete': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  // Its answer also says where the file is read from, which needs the same.
  'files.info': ['files:read'],
  'usergroups.users.list': ['usergroups:read'],
  // The e-mail address decides whether an app's account is the person's own.
  'users.info': ['users:read', 'users:read.email'],
  'views.open': [],
  'views.publish': [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Events that tell of people and workspaces that leave or come back. */
export const LIFECYCLE_EVENTS = [
  'app_uninstalled',
  'team_access_granted',
  'team_access_revoked',
  'tokens_revoked',
  'user_change',
] as const;

/** The events that the app subscribes to, with the bot scopes that each needs. */
export const EVENT_SCOPES = {
  app_mention: ['app_mentions:read'],
  'message.im': ['im:history'],
  app_home_opened: [],
  app_uninstalled: [],
  team_access_granted: [],
  team_access_revoked: [],
  tokens_revoked: [],
  user_change: ['users:read'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What slash commands need. */
const COMMAND_SCOPES = ['commands'] as const;

/** Every bot scope that the app has to be installed with, sorted. */
export const REQUIRED_SCOPES: readonly string[] = [
  ...new Set<string>([...Object.values(METHOD_SCOPES), ...Object.values(EVENT_SCOPES), COMMAND_SCOPES].flat()),
].sort();

/** User scopes of Sign in with Slack; more than who somebody is nobody needs to know. */
export const SIGN_IN_SCOPES: readonly string[] = ['openid'];

/** The scopes that are needed and not among these. */
export function missingScopes(granted: readonly string[]): readonly string[] {
  return REQUIRED_SCOPES.filter((scope) => !granted.includes(scope));
}

export type SlackMethod = keyof typeof METHOD_SCOPES;

import type { Installation } from '../../src/connections/installations.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { textAt } from './json.js';
import { missingScopes } from './scopes.js';
import { type SlackApi, slackErrorOf } from './web-api.js';

/** The workspace or organisation that the app is installed in, and who the bot is there. */
export interface Workspace {
  /** The organisation's id where the app is installed for all of it. */
  readonly teamId: string;
  readonly teamName: string;
  /** Present on Enterprise Grid. */
  readonly enterpriseId?: string;
  readonly botUserId: string;
  /** Scopes that the app needs and was not given. */
  readonly missingScopes: readonly string[];
  /** Since when, in ms since the epoch: what Slack says of earlier times does not count any more. */
  readonly installedAt: number;
}

/** Refusals that no repeat will change: the token is dead. https://docs.slack.dev/reference/methods/auth.test#errors */
export const BAD_TOKEN: readonly (string | undefined)[] = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
  'org_login_required',
  'not_allowed_token_type',
  'access_denied',
];

/** Whom people there belong to: on Grid one person works in several workspaces of the organisation. */
export function tenantOf({ enterpriseId, teamId }: Pick<Workspace, 'teamId' | 'enterpriseId'>): string {
  return enterpriseId ?? teamId;
}

/**
 * Asks Slack whose token it is.
 * @throws BehalfError `config.invalid` when Slack refuses the token, `chat.delivery_failed` when it cannot be reached
 */
export async function identifyWorkspace(api: SlackApi): Promise<Omit<Workspace, 'installedAt'>> {
  const { body: answer, scopes } = await api.identify().catch((error: unknown) => {
    throw BAD_TOKEN.includes(slackErrorOf(error)) ? badToken(`Slack refuses it: ${slackErrorOf(error)}`) : error;
  });
  const botUserId = textAt(answer, 'user_id');
  const enterpriseId = textAt(answer, 'enterprise_id');
  const isForAll = answer['is_enterprise_install'] === true;
  const teamId = (isForAll ? enterpriseId : undefined) ?? textAt(answer, 'team_id');
  if (teamId === undefined || botUserId === undefined || textAt(answer, 'bot_id') === undefined)
    throw badToken('it is not the token of a bot');
  const teamName = textAt(answer, 'team') ?? 'Slack';
  const grid = enterpriseId === undefined ? {} : { enterpriseId };
  return { teamId, teamName, botUserId, missingScopes: scopes ? missingScopes(scopes) : [], ...grid };
}

/** True where the operator lets it in; all are let in where none is named. */
export function isAllowed(
  allowedTeams: readonly string[],
  { enterpriseId, teamId }: Pick<Workspace, 'teamId' | 'enterpriseId'>,
): boolean {
  return (
    allowedTeams.length === 0 || [teamId, enterpriseId].some((id) => id !== undefined && allowedTeams.includes(id))
  );
}

/** Of the last installation that lacked any: most that do lack the same ones, and need no list each. */
let lacking: readonly string[] = [];

function sharedList(scopes: readonly string[]): readonly string[] {
  if (scopes.length !== lacking.length || scopes.some((scope, index) => scope !== lacking[index])) lacking = scopes;
  return lacking;
}

export function installedWorkspace(installation: Installation): Workspace {
  const { botUserId, installedAt, name, organization, scopes, tenantId } = installation;
  const grid = organization === undefined ? {} : { enterpriseId: organization };
  return {
    teamId: tenantId,
    teamName: name,
    botUserId,
    installedAt,
    missingScopes: sharedList(missingScopes(scopes)),
    ...grid,
  };
}

function badToken(why: string): BehalfError {
  return new BehalfError(
    'config.invalid',
    `SLACK_BOT_TOKEN cannot be used: ${why}. Copy the Bot User OAuth Token (xoxb-…) from the Slack app: OAuth & Permissions. Reinstall the app there if it was removed.`,
  );
}

import type { LifecycleHandler } from '../../src/chat/lifecycle-event.js';
import type { Installations } from '../../src/connections/installations.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { type JsonObject, objectAt, present, textAt } from './json.js';
import type { Session } from './session.js';
import { slackErrorOf } from './web-api.js';
import { BAD_TOKEN, tenantOf, type Workspace } from './workspace.js';
import { installationIds, type Workspaces } from './workspaces.js';

export interface LifecycleParts {
  readonly workspaces: Workspaces;
  /** Present where the app is installed in many workspaces. */
  readonly installed?: {
    readonly installations: Installations;
    readonly forget: (id: string) => void;
  };
  readonly onLifecycle: LifecycleHandler;
  readonly logger: Logger;
}

/**
 * What follows when somebody is deactivated or the app is removed. Slack sends `app_uninstalled` and `tokens_revoked` in any
 * order, several times, and perhaps after the app has been installed again: what counts is that the token is dead. Of
 * workspaces that are not known nothing follows.
 * @throws BehalfError `store.unavailable`, `chat.delivery_failed`: Slack delivers the event again
 */
export async function takeLifecycle(parts: LifecycleParts, body: JsonObject): Promise<void> {
  const event = objectAt(body, 'event');
  const type = textAt(event, 'type') ?? '';
  const session = await parts.workspaces.hearing(body);
  if (!session) {
    const gone = isRemoval(event) ? await endedOne(parts, installationIds(body)) : undefined;
    if (gone) return leave(parts, gone);
    return parts.logger.info({ type }, 'of a workspace that the app is not installed in, so nothing follows');
  }
  if (isRemoval(event)) return takeRemoval(parts, session, body);
  switch (type) {
    case 'user_change':
      return takeUserChange(parts, session, objectAt(event, 'user'));
    case 'tokens_revoked':
      return;
    default:
      // On Grid people belong to the organisation: its app may still be in other workspaces of theirs.
      parts.logger.info(
        { type, teams: event['team_ids'] },
        'the workspaces of an organisation that may use the app changed',
      );
  }
}

/** Of people's own tokens, those of Sign in with Slack, nothing is kept. */
function isRemoval(event: JsonObject): boolean {
  const type = textAt(event, 'type');
  const revoked = objectAt(event, 'tokens')['bot'];
  return type === 'app_uninstalled' || (type === 'tokens_revoked' && Array.isArray(revoked) && revoked.length > 0);
}

/** Where tokens are rotated, a refresh may have come between the removal and its event: it found the tokens dead. */
async function endedOne(
  { installed }: LifecycleParts,
  ids: readonly string[],
): Promise<Pick<Workspace, 'teamId' | 'enterpriseId'> | undefined> {
  for (const id of ids) {
    const facts = await installed?.installations.ended(id);
    if (facts) return { teamId: id, ...present('enterpriseId', facts.organization) };
  }
  return undefined;
}

/** https://docs.slack.dev/reference/events/user_change */
async function takeUserChange(
  { logger, onLifecycle }: LifecycleParts,
  session: Session,
  user: JsonObject,
): Promise<void> {
  const userId = textAt(user, 'id');
  if (userId === undefined) return;
  session.people.forget(userId);
  if (user['deleted'] !== true) return;
  const workspace = await session.workspace();
  const tenantId = tenantOf(workspace);
  // People of other organisations, in shared channels, are not ours to judge.
  const isOurs =
    textAt(user, 'team_id') === workspace.teamId ||
    (workspace.enterpriseId !== undefined &&
      textAt(objectAt(user, 'enterprise_user'), 'enterprise_id') === workspace.enterpriseId);
  if (!isOurs) return;
  // Somebody who leaves one workspace of an organisation may stay in others.
  const workspaces = objectAt(user, 'enterprise_user')['teams'];
  if (Array.isArray(workspaces) && workspaces.length > 0) return;
  logger.info({ tenantId, userId }, 'a person was deactivated');
  await onLifecycle({ kind: 'person-left', why: 'deactivated', platform: 'slack', tenantId, userId });
}

async function takeRemoval(parts: LifecycleParts, session: Session, body: JsonObject): Promise<void> {
  const { logger } = parts;
  const { teamId } = await session.workspace();
  const isGood = await isTokenGood(session);
  // Another process may have taken in a new installation, whose token it was, or the removal: the next one that hears is that
  // of the organisation then.
  const workspace = await (await parts.workspaces.hearing(body))?.workspace();
  if (workspace?.teamId !== teamId) {
    const gone = await endedOne(parts, [teamId]);
    return gone && leave(parts, gone);
  }
  if (isGood) {
    if (!isOld(body, workspace)) throw notYet();
    return logger.info({ teamId }, 'the removal of the app is older than its installation, so nothing follows');
  }
  await leave(parts, workspace);
}

async function leave(
  { installed, logger, onLifecycle }: LifecycleParts,
  workspace: Pick<Workspace, 'enterpriseId' | 'teamId'>,
): Promise<void> {
  const { enterpriseId, teamId } = workspace;
  const tenantId = tenantOf(workspace);
  // Durable before the installation goes: a repeated event would find no workspace any more.
  await onLifecycle({ kind: 'tenant-left', platform: 'slack', tenantId });
  logger.info({ teamId }, 'the app was removed');
  if (!installed) return;
  await installed.installations.remove(teamId);
  installed.forget(teamId);
  if (enterpriseId !== undefined && (await installed.installations.hasAnyOf(enterpriseId)))
    await onLifecycle({ kind: 'tenant-back', platform: 'slack', tenantId });
}

/** The event may be faster than the end of the token: Slack delivers it three times more, within minutes. */
function notYet(): BehalfError {
  return new BehalfError('chat.delivery_failed', 'Slack says that the app was removed, but its token still works');
}

/** `event_time` comes in whole seconds. */
function isOld(body: JsonObject, { installedAt }: Workspace): boolean {
  const seconds = body['event_time'];
  return typeof seconds === 'number' && (seconds + 1) * 1000 <= installedAt;
}

/** The clocks of two machines differ; whether the token still works tells what is true. */
async function isTokenGood({ api }: Session): Promise<boolean> {
  try {
    await api.identify();
    return true;
  } catch (error) {
    if (BAD_TOKEN.includes(slackErrorOf(error))) return false;
    throw error;
  }
}

import { BehalfError } from '../../src/kernel/errors.js';
import { isJsonObject, type JsonObject, objectAt, textAt } from './json.js';
import type { Session } from './session.js';

/** The workspaces that the bot works in: one, or all where it is installed. */
export interface Workspaces {
  /** Rejects with `config.invalid` when the bot cannot work at all; resolves also while Slack is away. */
  start(): Promise<void>;
  /**
   * The workspace that a genuine request of Slack is for; undefined where the app is not installed there, as far as we know.
   * @throws BehalfError `chat.delivery_failed` while Slack has not told whose the token is, `store.unavailable`
   */
  hearing(body: JsonObject): Promise<Session | undefined>;
  /**
   * The workspace that a place is in.
   * @throws BehalfError `chat.delivery_failed` where the app is not installed there (any more), `store.unavailable`
   */
  speaking(workspace: string | undefined): Promise<Session>;
}

/** A place in a workspace whose token we do not have. */
export function notThere(): BehalfError {
  return new BehalfError('chat.delivery_failed', 'The app is not installed in that workspace', {
    details: { slackError: 'not_installed' },
  });
}

/**
 * Under which ids the installation may be kept that a request is for, the likeliest first. Events name it in
 * `authorizations`, also where people of several organisations share a channel; clicks in `team` and `enterprise`, commands
 * in plain fields; a form knows the workspace that it was opened from. With an installation for a whole organisation `team`
 * may be null. https://docs.slack.dev/apis/events-api/#authorizations
 */
export function installationIds(body: JsonObject): readonly string[] {
  const authorizations = body['authorizations'];
  const first: unknown = Array.isArray(authorizations) ? authorizations[0] : undefined;
  const named = isJsonObject(first) ? first : body;
  const team =
    textAt(objectAt(body, 'view'), 'app_installed_team_id') ??
    (named === body ? textAt(body, 'context_team_id') : undefined) ??
    textAt(named, 'team_id') ??
    textAt(objectAt(body, 'team'), 'id');
  const enterprise =
    (named === body ? textAt(body, 'context_enterprise_id') : undefined) ??
    textAt(named, 'enterprise_id') ??
    textAt(objectAt(body, 'enterprise'), 'id') ??
    textAt(objectAt(body, 'team'), 'enterprise_id');
  // Commands are forms, in which everything is text.
  const isForAll = String(named['is_enterprise_install']) === 'true';
  const ids = isForAll ? [enterprise, team] : [team, enterprise];
  return ids.filter((id): id is string => id !== undefined);
}

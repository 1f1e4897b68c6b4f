import type { App } from '@slack/bolt';
import { AnswerInTime } from '../../src/chat/answer-in-time.js';
import type { Admits } from '../../src/chat/chat-adapter.port.js';
import type { ChatEventHandler } from '../../src/chat/chat-event.js';
import type { ChatUser } from '../../src/chat/chat-user.js';
import { inLanguage, textMessage } from '../../src/chat/message.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import { spoken, textsFor } from '../../src/texts/texts-for.js';
import { publishHome } from './home.js';
import {
  type Heard,
  type HearingContext,
  hearHome,
  hearMessage,
  hearPress,
  hearSlashCommand,
  hearSubmission,
  hearSuggestion,
} from './inbound.js';
import { isJsonObject, type JsonObject } from './json.js';
import type { Standing } from './people.js';
import type { Session } from './session.js';
import { hearShortcut, withNames } from './shortcuts.js';
import { type Give, toEvent, withFiles } from './to-event.js';
import { isAllowed, tenantOf } from './workspace.js';
import type { Workspaces } from './workspaces.js';

export interface HearingParts {
  readonly workspaces: Workspaces;
  readonly handler: ChatEventHandler;
  readonly admits: Admits;
  /** Workspaces and organisations that the bot works in, of those that have it; empty: all. */
  readonly allowedTeams: readonly string[];
  /** Origins that a response_url may have. */
  readonly responseOrigins: readonly string[];
  /** For people whose language is not known or not spoken. */
  readonly defaultLocale: string | undefined;
  readonly inBackground: (work: Promise<void>) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type Hear = (body: JsonObject, context: HearingContext) => Heard;
/** Where the listeners find what takes the answer to Slack's request. */
export const ANSWER = 'behalfAnswer';

/**
 * Joins Bolt's events to the service. Messages, the busy ones, are taken before the listeners: Bolt runs the chain of every
 * listener for every request. Of the other kinds each has one.
 */
export function listen(app: App, parts: HearingParts): void {
  const take = (hear: Hear, body: unknown, give: Give = () => false): Promise<void> =>
    takeIn(parts, hear, isJsonObject(body) ? body : {}, give);
  app.use(({ body, next, payload }) => (isMessage(body, payload) ? take(hearMessage, body) : next()));
  app.event('app_home_opened', ({ body }) => take(hearHome, body));
  app.action({ type: 'block_actions' }, ({ body }) => take(hearPress, body));
  app.view({ type: 'view_submission' }, ({ body, context }) => take(hearSubmission, body, answering(context)));
  app.options({ type: 'block_suggestion' }, ({ body, context }) => take(hearSuggestion, body, answering(context)));
  app.shortcut(/^/, ({ body }) => take(hearShortcut, body));
  app.command(/./, ({ body }) => take(hearSlashCommand, body));
  app.error(async (error) => {
    throw error;
  });
}

function isMessage(body: object, payload: object): boolean {
  const isEvent = 'type' in body && body.type === 'event_callback';
  return isEvent && 'type' in payload && (payload.type === 'message' || payload.type === 'app_mention');
}

async function takeIn(parts: HearingParts, hear: Hear, body: JsonObject, give: Give): Promise<void> {
  const { admits, allowedTeams, clock, defaultLocale, handler, logger, metrics, responseOrigins, workspaces } = parts;
  const session = await workspaces.hearing(body);
  if (!session) {
    metrics.count('chat_requests_refused', { platform: 'slack', reason: 'not_installed' });
    logger.warn({}, 'request of Slack for a workspace that the app is not installed in');
    return;
  }
  const workspace = await session.workspace();
  const { botUserId, teamId } = workspace;
  if (!isAllowed(allowedTeams, workspace)) {
    metrics.count('chat_requests_refused', { platform: 'slack', reason: 'not_allowed' });
    logger.warn({ teamId }, 'request of Slack for a workspace that is not among SLACK_ALLOWED_TEAMS');
    return;
  }
  const heard = hear(body, { workspace: teamId, botUserId, nowMs: clock.now(), responseOrigins });
  const { people } = session;
  const standing = await people.standing(heard.userId, heard.userTeam);
  if (standing === 'bot') return;
  if (standing !== 'member' && !admits(standing)) return turnAway(parts, session, heard, standing);
  const host = tenantOf(workspace);
  // Ids of people count within their own workspace: whoever shares a channel with us is no person of ours.
  const home = standing === 'external' ? (heard.userTeam ?? people.homeOf(heard.userId) ?? host) : host;
  const user: ChatUser = { platform: 'slack', tenantId: home, userId: heard.userId };
  const who = {
    user,
    person: standing === 'member' ? undefined : standing,
    hostTenantId: home === host ? undefined : host,
    timeZone: people.timeZone(heard.userId),
    locale: spoken(people.locale(heard.userId), defaultLocale),
  };
  const { api } = session;
  await handler(toEvent(await withNames(await withFiles(heard, api), people), who, { api, give }));
}

/** Guests and people of other organisations: they are told so, after the ack, and nothing else happens. */
function turnAway(
  { defaultLocale, inBackground, logger, metrics }: HearingParts,
  { api, outbox, people }: Session,
  heard: Heard,
  standing: Exclude<Standing, 'member' | 'bot'>,
): void {
  metrics.count('chat_requests_refused', { platform: 'slack', reason: standing });
  logger.info({ eventId: heard.event.id, reason: standing }, 'person turned away');
  const locale = spoken(people.locale(heard.userId), defaultLocale);
  const { chat } = textsFor(locale);
  const words = standing === 'guest' ? chat.noGuestsOfWorkspace : chat.onlyMembersOfWorkspace;
  const refusal = inLanguage(textMessage(words), locale);
  const { event, place, userId } = heard;
  const saying =
    event.kind === 'home'
      ? publishHome(api, { place, userId }, refusal)
      : outbox.postPrivately(place, userId, refusal).then(() => {});
  inBackground(
    saying.catch((error: unknown) => logger.warn({ err: asBehalfError(error) }, 'refusal could not be delivered')),
  );
}

/** Not Bolt's own way: it does not tell what comes too late. */
function answering(context: Readonly<Record<string, unknown>>): Give | undefined {
  const answer = context[ANSWER];
  return answer instanceof AnswerInTime ? (body) => answer.give(body) : undefined;
}

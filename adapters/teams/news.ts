import { type Activity, localeOf } from './activity.js';
import type { Target } from './bot-framework.js';

interface Where {
  readonly tenantId: string;
  readonly target: Target;
  readonly isDirect: boolean;
  /** What the person's client is written in (BCP 47), where it is said. */
  readonly locale?: string;
}

/** What Teams tells of the app and the people in a conversation. */
export type TeamsNews = Where &
  (
    | {
        readonly kind: 'app-added' | 'app-removed';
        readonly person?: { readonly id: string; readonly aadObjectId: string };
      }
    /** Entra object ids. */
    | { readonly kind: 'people-left'; readonly people: readonly string[] }
  );

/**
 * Reads an activity that is no event of a person; undefined where it says nothing to us. Teams tells of an installation
 * twice; `installationUpdate` is the one that says so, also for updates of the app.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
 */
export function readNews(activity: Activity, tenantId: string): TeamsNews | undefined {
  const { conversation, from, recipient, serviceUrl } = activity;
  if (!conversation || !recipient || !serviceUrl) return undefined;
  const locale = localeOf(activity);
  const where: Where = {
    tenantId,
    target: { serviceUrl, conversationId: conversation.id, botId: recipient.id },
    isDirect: conversation.conversationType === 'personal',
    ...(locale === undefined ? {} : { locale }),
  };
  const person = from?.aadObjectId ? { person: { id: from.id, aadObjectId: from.aadObjectId.toLowerCase() } } : {};
  if (activity.type === 'installationUpdate') {
    if (activity.action === 'add') return { ...where, kind: 'app-added', ...person };
    return activity.action === 'remove' ? { ...where, kind: 'app-removed', ...person } : undefined;
  }
  if (activity.type !== 'conversationUpdate') return undefined;
  const removed = activity.membersRemoved ?? [];
  if (removed.some(({ id }) => id === recipient.id)) return { ...where, kind: 'app-removed', ...person };
  const people = removed.flatMap(({ aadObjectId }) => aadObjectId?.toLowerCase() ?? []);
  return people.length > 0 ? { ...where, kind: 'people-left', people } : undefined;
}

import type { Person } from '../people.js';
import { BOT_NAME, escapeHtml } from './activities.js';
import { ADAPTIVE_CARD } from './cards.js';
import type { SeenMessage } from './types.js';

/**
 * What Teams tells of the message that a command of a message extension is chosen on.
 * https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/define-action-command
 */
export function messagePayload(
  message: SeenMessage,
  { appId, author }: { readonly appId: string; readonly author: Person | undefined },
): object {
  const { cards, conversationId, id, text, threadId } = message;
  const application = { id: appId, displayName: BOT_NAME, applicationIdentityType: 'bot' };
  const user = author && { id: author.aadObjectId, displayName: author.name, userIdentityType: 'aadUser' };
  const isMentioned = text.includes(`@${BOT_NAME}`);
  const attachments = cards.map((card, index) => ({
    id: `${id}-${index}`,
    contentType: ADAPTIVE_CARD,
    content: JSON.stringify(card),
  }));
  return {
    id,
    replyToId: threadId === undefined || threadId === id ? null : threadId,
    createdDateTime: new Date(Number(id)).toISOString(),
    deleted: false,
    subject: null,
    importance: 'normal',
    linkToMessage: `https://teams.microsoft.com/l/message/${encodeURIComponent(conversationId)}/${id}`,
    from: { device: null, conversation: null, ...(user ? { user, application: null } : { user: null, application }) },
    body: {
      contentType: 'html',
      content: `${htmlOf(text)}${attachments.map((one) => `<attachment id="${one.id}"></attachment>`).join('')}`,
    },
    attachments,
    mentions: isMentioned ? [{ id: 0, mentionText: BOT_NAME, mentioned: { application } }] : [],
    reactions: [],
  };
}

function htmlOf(text: string): string {
  if (text === '') return '';
  const mention = `<at id="0">${BOT_NAME}</at>`;
  return `<div>${escapeHtml(text).replaceAll(`@${BOT_NAME}`, mention).replaceAll('\n', '<br>')}</div>`;
}

import type { Texts } from '../texts/english.js';
import type { ConversationRef } from './conversation.js';
import type { Block } from './message.js';

/**
 * What stands below a question that is answered by typing, where words reach the bot only if they mention it: channels and group
 * chats. Nothing in a direct chat. Where nobody saw what was asked, the bot need not even be.
 */
export function howToAnswer({ kind, unseen }: ConversationRef, { chat }: Texts): readonly Block[] {
  if (kind === 'direct') return [];
  return [{ kind: 'note', text: [{ text: unseen ? chat.answerInOwnChat : chat.answerInChannel }] }];
}

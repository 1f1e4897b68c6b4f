import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Clicks } from '../chat/clicks.js';
import type { MessageRef } from '../chat/conversation.js';
import type { RenderedAnswer } from '../recipes/render-ask.js';
import { textsFor } from '../texts/texts-for.js';
import type { OpenAskInChat } from './ask-in-chat.js';
import { answeredText, askMessage, closedAskMessage, isTypedFor } from './ask-messages.js';
import type { DeliveredReply } from './deliver-reply.js';
import type { Answer, OpenAsk } from './job.js';
import type { ChatJob } from './job-record.js';
import type { FindCommand } from './reply-message.js';

interface AskTarget {
  readonly job: ChatJob;
  readonly chat: ChatAdapter;
  readonly clicks: Clicks;
  readonly askInChat: OpenAskInChat;
  readonly findCommand: FindCommand;
}

export interface AskDelivery {
  readonly answer: RenderedAnswer;
  readonly visibleTo: 'user' | 'channel';
  /** It may have been said before an interruption. */
  readonly again: boolean;
}

/**
 * Says a question where it belongs: for all in the channel, or privately, in place of the login prompt if there is one. What
 * the person who asked may type in the chat is expected from then on.
 */
export async function deliverAsk(
  { askInChat, chat, clicks, findCommand, job }: AskTarget,
  asking: OpenAsk,
  options: AskDelivery,
): Promise<DeliveredReply> {
  const { conversation, prompt } = job.state;
  const message = await askMessage({ clicks, findCommand }, job, { asking, ...options });
  if (isTypedFor(asking)) await askInChat(job, asking);
  if (conversation.kind === 'channel' && options.visibleTo === 'channel')
    return { message: await chat.post(conversation, message), promptReplaced: false };
  if (prompt) return { message: await chat.update(prompt, message), promptReplaced: true };
  const posted = await (conversation.kind === 'direct'
    ? chat.post(conversation, message)
    : chat.postPrivately(conversation, job.user, message));
  return { message: posted, promptReplaced: false };
}

/** Where the platform named the message that was pressed, that one: it knows best how it is edited. */
export async function closeAsk(
  chat: ChatAdapter,
  { state }: Pick<ChatJob, 'state'>,
  asking: OpenAsk,
  answer: Answer,
): Promise<void> {
  const pressed: MessageRef | undefined = answer.kind === 'given' ? answer.message : undefined;
  const message = pressed ?? asking.message;
  if (message) await chat.update(message, closedAskMessage(asking, answeredText(answer, textsFor(state.locale))));
}

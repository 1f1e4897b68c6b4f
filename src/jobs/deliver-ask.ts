import { isDeepStrictEqual } from 'node:util';
import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Clicks } from '../chat/clicks.js';
import type { MessageRef } from '../chat/conversation.js';
import type { Block, Message, RichText } from '../chat/message.js';
import { BehalfError } from '../kernel/errors.js';
import type { RenderedAnswer } from '../recipes/render-ask.js';
import { textsFor } from '../texts/texts-for.js';
import type { OpenAskInChat } from './ask-in-chat.js';
import { answeredText, askMessage, closedAskMessage, howToType, isTypedFor } from './ask-messages.js';
import type { DeliveredReply } from './deliver-reply.js';
import type { Answer, OpenAsk } from './job.js';
import type { ChatJob } from './job-record.js';
import type { FindCommand } from './reply-message.js';
import { placeIn, postForAll, type SayProgress, sayParts } from './say-parts.js';

interface AskTarget {
  readonly job: ChatJob;
  readonly chat: ChatAdapter;
  readonly clicks: Clicks;
  readonly askInChat: OpenAskInChat;
  readonly findCommand: FindCommand;
}

export interface AskDelivery extends SayProgress {
  readonly answer: RenderedAnswer;
  readonly visibleTo: 'user' | 'channel';
}

/** `message`: the one that can be answered. */
export interface DeliveredAsk extends DeliveredReply {
  /** What stands in it, where that is only the end of the question. */
  readonly shown?: RichText;
}

/**
 * Says a question where it belongs: for all in the channel, or privately, in place of the login prompt if there is one. What
 * the person who asked may type in the chat is expected from then on. What is too long for one message goes on below it, and is
 * answered in the last one.
 */
export async function deliverAsk(
  { askInChat, chat, clicks, findCommand, job }: AskTarget,
  asking: OpenAsk,
  options: AskDelivery,
): Promise<DeliveredAsk> {
  const { conversation, prompt } = job.state;
  const isPublic = conversation.kind === 'channel' && options.visibleTo === 'channel';
  const message = await askMessage({ clicks, findCommand }, job, { asking, answer: options.answer });
  if (isTypedFor(asking)) await askInChat(job, asking);
  const parts = chat.long.divide(message, { place: placeIn(conversation, isPublic) });
  const replaced = prompt && !isPublic ? [prompt] : [];
  const isAlsoTheirs = asking.who.kind !== 'users' || asking.who.users.includes(job.user.userId);
  const sayNew = (part: Message) => {
    // Where it is for others alone, the person who asked could do nothing with it.
    if (isPublic && isAlsoTheirs) return postForAll(chat, job, part);
    return isPublic || conversation.kind === 'direct'
      ? chat.post(conversation, part)
      : chat.postPrivately(conversation, job.user, part);
  };
  const said = await sayParts(parts, { ...options, chat, replaced, sayNew });
  return { ...answerable(parts, said, howToType(job, asking)), promptReplaced: replaced.length > 0 };
}

/** The buttons stand in the last message that is no file. `passing`: what is not to stand there when the question is closed. */
function answerable(
  parts: readonly Message[],
  said: readonly MessageRef[],
  passing: readonly Block[],
): Pick<DeliveredAsk, 'message' | 'shown'> {
  const place = parts.findLastIndex(({ file }) => file === undefined);
  const [part, message] = [parts[place], said[place]];
  if (!part || !message) throw new BehalfError('internal', 'A question was divided into no message');
  return parts.length === 1
    ? { message }
    : { message, shown: textIn(part.blocks.filter((block) => !passing.some((one) => isDeepStrictEqual(one, block)))) };
}

function textIn(blocks: readonly Block[]): RichText {
  const texts = blocks.flatMap((block) => (block.kind === 'text' || block.kind === 'note' ? [block.text] : []));
  return texts.flatMap((text, index) => (index === 0 ? text : [{ text: '\n' }, ...text]));
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

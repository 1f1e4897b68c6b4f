import type { ChatAdapter, PostOptions } from '../chat/chat-adapter.port.js';
import type { ConversationRef, MessageRef } from '../chat/conversation.js';
import type { ReplyPlace } from '../chat/long-messages.port.js';
import type { Message } from '../chat/message.js';
import { isBehalfError } from '../kernel/errors.js';
import { textsFor } from '../texts/texts-for.js';
import type { ChatJob } from './job-record.js';

/** What is known of messages that may have been said before an interruption. */
export interface SayProgress {
  /** Something may have been said: of what is long, the message that follows those of `said`. */
  readonly again: boolean;
  /** The first messages of a long one, which are known to be there. */
  readonly said?: readonly MessageRef[] | undefined;
  /** Makes it durable which messages of a long one are there, so that none is said twice. */
  readonly keep?: ((said: readonly MessageRef[]) => Promise<void>) | undefined;
}

interface Speaking extends SayProgress {
  readonly chat: Pick<ChatAdapter, 'update'>;
  /** Messages in whose places the first ones are said. */
  readonly replaced: readonly MessageRef[];
  readonly sayNew: (message: Message) => Promise<MessageRef>;
}

/** Says the messages of a long one, those that are known to be there left out. Gives where all of them stand. */
export async function sayParts(
  parts: readonly Message[],
  { again, chat, keep, replaced, said: known = [], sayNew }: Speaking,
): Promise<readonly MessageRef[]> {
  const said = known.slice(0, parts.length);
  for (const [index, part] of parts.entries()) {
    if (index < said.length) continue;
    const place = replaced[index];
    // What stands in the same place twice is seen once.
    const mayStandTwice = again && index === known.length && place === undefined;
    const message = mayStandTwice ? withNote(part, textsFor(part.locale).jobs.repeated) : part;
    said.push(place ? await chat.update(place, message) : await sayNew(message));
    if (said.length < parts.length) await keep?.(said);
  }
  return said;
}

/**
 * Says it to everybody in the channel. Where the bot may not write there, as where a command was typed that it is no member of,
 * the person who asked gets it, with a note: what was done must not read as undone.
 */
export async function postForAll(
  chat: ChatAdapter,
  { state: { conversation }, user }: ChatJob,
  message: Message,
  options?: PostOptions,
): Promise<MessageRef> {
  try {
    return await chat.post(conversation, message, options);
  } catch (error) {
    if (!isRefusedForGood(error)) throw error;
    return chat.postPrivately(conversation, user, withNote(message, textsFor(message.locale).jobs.onlyYouSeeIt));
  }
}

function isRefusedForGood(error: unknown): boolean {
  return isBehalfError(error, 'chat.delivery_failed') && error.retryAfterMs === undefined;
}

export function placeIn({ kind }: ConversationRef, isPublic: boolean): ReplyPlace {
  if (kind === 'direct') return 'direct';
  return isPublic ? 'channel' : 'aside';
}

/** A file has no room for a note. */
export function withNote(message: Message, note: string): Message {
  if (message.file !== undefined) return message;
  return { ...message, blocks: [...message.blocks, { kind: 'note', text: [{ text: note }] }] };
}

import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Clicks } from '../chat/clicks.js';
import type { MessageRef } from '../chat/conversation.js';
import type { Message } from '../chat/message.js';
import { wordsOf } from '../chat/message-words.js';
import { BehalfError, isBehalfError } from '../kernel/errors.js';
import type { RenderedReply } from '../recipes/render-reply.js';
import { textsFor } from '../texts/texts-for.js';
import type { SaidRef } from './job.js';
import type { ChatJob } from './job-record.js';
import { doneMessage } from './messages.js';
import { clicksOf, type FindCommand, toBlocks } from './reply-message.js';
import { placeIn, postForAll, type SayProgress, sayParts } from './say-parts.js';

interface ReplyTarget {
  readonly job: ChatJob;
  readonly recipeName: string;
  readonly chat: ChatAdapter;
  readonly clicks: Clicks;
  readonly findCommand: FindCommand;
  /** Takes what went wrong beside the reply. */
  readonly warn: (error: unknown) => void;
}

/** Waits before a platform that did not take a message is tried again; then the job ends without it. */
const DELIVERY_PAUSES_MS = [10_000, 60_000, 300_000, 900_000];

/** `Ref`: where it stands now. */
export interface DeliveredReply<Ref = MessageRef> {
  readonly message: Ref;
  /** What a long one goes on in. */
  readonly further?: readonly MessageRef[] | undefined;
  /** True when the reply stands where the prompt stood: what is said next is a message of its own. */
  readonly promptReplaced: boolean;
}

/** True when the platform has answered that it did not take the message: said again, it is not there twice. */
export function wasRefused(error: unknown): boolean {
  return isBehalfError(error, 'chat.delivery_failed') && typeof error.details['status'] === 'number';
}

/** Milliseconds until it is said again, after it could not be said `undelivered` times; undefined: not any more. */
export function pauseBeforeDelivery({ code, retryAfterMs }: BehalfError, undelivered: number): number | undefined {
  const pause = DELIVERY_PAUSES_MS[undelivered - 1];
  if (code !== 'chat.delivery_failed' || retryAfterMs === undefined || pause === undefined) return undefined;
  return Math.max(pause, retryAfterMs);
}

export interface Delivery extends SayProgress {
  /** Of the step that says it. */
  readonly path: string;
  /** The earlier reply in whose place it is said, and the messages that it goes on in. */
  readonly replaces?: { readonly message: SaidRef; readonly further?: readonly MessageRef[] | undefined } | undefined;
}

/**
 * Says a reply where it belongs: in place of the reply that it replaces; for all where the recipe says so; else privately, in
 * place of the login prompt if there is one. Buttons of a reply for all count as the clicker's own command. What is too long
 * for one message goes on in others below it.
 */
export async function deliverReply(
  target: ReplyTarget,
  reply: RenderedReply,
  delivery: Delivery,
): Promise<DeliveredReply> {
  const { chat, job, warn } = target;
  const { conversation, prompt } = job.state;
  const isPublic = conversation.kind === 'channel' && reply.visibleTo === 'channel';
  const earlier = earlierOf(delivery);
  const replaced = earlier.length > 0 ? earlier : prompt !== undefined && !isPublic ? [prompt] : [];
  const whole = await toMessage(target, reply, isPublic);
  const parts = chat.long.divide(whole, { place: placeIn(conversation, isPublic) });
  const sayNew = (message: Message) => sayNewReply(target, message, { isPublic, thread: reply.thread });
  const { again, keep, said: known } = delivery;
  const said = await sayParts(parts, { again, keep, said: known, chat, replaced, sayNew });
  for (const left of earlier.slice(parts.length)) await chat.long.remove(left).catch(warn);
  const promptReplaced = prompt !== undefined && replaced[0] === prompt;
  if (prompt !== undefined && !promptReplaced) {
    const done = doneMessage(target.recipeName, textsFor(job.state.locale));
    await chat.update(prompt, done).catch(warn);
  }
  const { further, message } = split(said);
  return { message, further, promptReplaced };
}

function earlierOf({ replaces }: Delivery): readonly MessageRef[] {
  if (replaces === undefined || replaces.message.platform === 'api') return [];
  return [replaces.message, ...(replaces.further ?? [])];
}

async function sayNewReply(
  { chat, job }: ReplyTarget,
  message: Message,
  { isPublic, thread }: { readonly isPublic: boolean; readonly thread: boolean },
): Promise<MessageRef> {
  const { conversation } = job.state;
  if (isPublic) return postForAll(chat, job, message, { thread });
  if (conversation.kind === 'channel') return chat.postPrivately(conversation, job.user, message);
  return chat.post(conversation, message, { thread });
}

function split(said: readonly MessageRef[]): Pick<DeliveredReply, 'message' | 'further'> {
  const [message, ...further] = said;
  if (!message) throw new BehalfError('internal', 'A reply was divided into no message');
  return { message, further: further.length > 0 ? further : undefined };
}

async function toMessage(
  { clicks, findCommand, job }: ReplyTarget,
  { blocks }: RenderedReply,
  isPublic: boolean,
): Promise<Message> {
  const { locale } = job.state;
  const tokens = await clicks.issue(job.user, clicksOf(blocks), isPublic ? 'tenant' : 'person');
  return { fallback: wordsOf(blocks, locale), blocks: toBlocks(blocks, tokens, findCommand), locale };
}

/** Says how a job has ended: in place of the prompt, else privately. What is too long for one message goes on below it. */
export async function deliverLastWord(chat: ChatAdapter, { state, user }: ChatJob, message: Message): Promise<void> {
  const { conversation, prompt } = state;
  const sayNew = (part: Message) =>
    conversation.kind === 'direct' ? chat.post(conversation, part) : chat.postPrivately(conversation, user, part);
  const parts = chat.long.divide(message, { place: placeIn(conversation, false) });
  await sayParts(parts, { chat, again: false, replaced: prompt ? [prompt] : [], sayNew });
}

/** Says one message beside the replies: in place of the prompt, else privately. Gives where it stands. */
export async function deliverPrivately(
  chat: ChatAdapter,
  { state, user }: ChatJob,
  message: Message,
): Promise<MessageRef> {
  const { conversation, prompt } = state;
  if (prompt !== undefined) return chat.update(prompt, message);
  return conversation.kind === 'direct'
    ? chat.post(conversation, message)
    : chat.postPrivately(conversation, user, message);
}

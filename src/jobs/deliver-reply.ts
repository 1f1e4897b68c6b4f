import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Clicks } from '../chat/clicks.js';
import type { MessageRef } from '../chat/conversation.js';
import { type Block, inLanguage, type Message } from '../chat/message.js';
import { isBehalfError } from '../kernel/errors.js';
import type { RenderedReply } from '../recipes/render-reply.js';
import { textsFor } from '../texts/texts-for.js';
import type { SaidRef } from './job.js';
import type { ChatJob } from './job-record.js';
import { doneMessage } from './messages.js';
import { clicksOf, type FindCommand, fallbackOf, toBlocks } from './reply-message.js';

interface ReplyTarget {
  readonly job: ChatJob;
  readonly recipeName: string;
  readonly chat: ChatAdapter;
  readonly clicks: Clicks;
  readonly findCommand: FindCommand;
  /** Takes what went wrong beside the reply. */
  readonly warn: (error: unknown) => void;
}

/** `Ref`: where it stands now. */
export interface DeliveredReply<Ref = MessageRef> {
  readonly message: Ref;
  /** True when the reply stands where the prompt stood: what is said next is a message of its own. */
  readonly promptReplaced: boolean;
}

/** True when the platform has answered that it did not take the message: said again, it is not there twice. */
export function wasRefused(error: unknown): boolean {
  return isBehalfError(error, 'chat.delivery_failed') && typeof error.details['status'] === 'number';
}

export interface Delivery {
  /** Of the step that says it. */
  readonly path: string;
  /** It may have been said before an interruption. */
  readonly again: boolean;
  /** The earlier reply in whose place it is said. */
  readonly replaces?: SaidRef;
}

/**
 * Says a reply where it belongs: in place of the reply that it replaces; for all where the recipe says so; else privately, in
 * place of the login prompt if there is one. Buttons of a reply for all count as the clicker's own command.
 */
export async function deliverReply(
  target: ReplyTarget,
  reply: RenderedReply,
  { again, replaces: earlier }: Delivery,
): Promise<DeliveredReply> {
  const { chat, job } = target;
  const { conversation, prompt } = job.state;
  const replaces = earlier?.platform === 'api' ? undefined : earlier;
  const isPublic = conversation.kind === 'channel' && reply.visibleTo === 'channel';
  const isInPlace = replaces !== undefined || (prompt !== undefined && !isPublic);
  // What stands in the same place twice is seen once.
  const message = await toMessage(target, reply, { again: again && !isInPlace, isPublic });
  if (isInPlace && replaces === undefined && prompt !== undefined)
    return { message: await chat.update(prompt, message), promptReplaced: true };
  const { thread } = reply;
  const said = replaces
    ? await chat.update(replaces, message)
    : isPublic || conversation.kind === 'direct'
      ? await chat.post(conversation, message, { thread })
      : await chat.postPrivately(conversation, job.user, message);
  if (prompt !== undefined)
    await chat.update(prompt, doneMessage(target.recipeName, textsFor(job.state.locale))).catch(target.warn);
  return { message: said, promptReplaced: false };
}

async function toMessage(
  { clicks, findCommand, job }: ReplyTarget,
  { blocks }: RenderedReply,
  { again, isPublic }: { readonly again: boolean; readonly isPublic: boolean },
): Promise<Message> {
  const texts = textsFor(job.state.locale);
  const tokens = await clicks.issue(job.user, clicksOf(blocks), isPublic ? 'tenant' : 'person');
  const drawn = toBlocks(blocks, tokens, findCommand);
  const note: Block = { kind: 'note', text: [{ text: texts.jobs.repeated }] };
  const message = { fallback: fallbackOf(blocks, texts), blocks: again ? [...drawn, note] : drawn };
  return inLanguage(message, job.state.locale);
}

/** Says how a job has ended: in place of the prompt, else privately. */
export async function deliverLastWord(chat: ChatAdapter, { state, user }: ChatJob, message: Message): Promise<void> {
  const { conversation, prompt } = state;
  if (prompt !== undefined) await chat.update(prompt, message);
  else if (conversation.kind === 'direct') await chat.post(conversation, message);
  else await chat.postPrivately(conversation, user, message);
}

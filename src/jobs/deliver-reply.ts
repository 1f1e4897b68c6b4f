import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Click, Clicks } from '../chat/clicks.js';
import type { MessageRef } from '../chat/conversation.js';
import type { Block, Button, Message } from '../chat/message.js';
import { isBehalfError } from '../kernel/errors.js';
import { plainText } from '../kernel/rich-text.js';
import type { RenderedReply } from '../recipes/render-reply.js';
import type { Job } from './job-record.js';
import { doneMessage } from './messages.js';

interface ReplyTarget {
  readonly job: Job;
  readonly recipeName: string;
  readonly chat: ChatAdapter;
  readonly clicks: Clicks;
  /** Takes what went wrong beside the reply. */
  readonly warn: (error: unknown) => void;
}

export interface DeliveredReply {
  readonly message: MessageRef;
  /** True when the reply stands where the prompt stood: what is said next is a message of its own. */
  readonly promptReplaced: boolean;
}

/** Stands under what may have been said before an interruption. */
export const REPEATED = 'I was interrupted while I sent this; you may have seen it already.';

/** True when the platform has answered that it did not take the message: said again, it is not there twice. */
export function wasRefused(error: unknown): boolean {
  return isBehalfError(error, 'chat.delivery_failed') && typeof error.details['status'] === 'number';
}

/**
 * Says a reply where it belongs: for all where the recipe says so, else privately, in place of the login prompt if there is
 * one. Buttons of a reply for all count as the clicker's own command.
 */
export async function deliverReply(target: ReplyTarget, reply: RenderedReply, again: boolean): Promise<DeliveredReply> {
  const { chat, job } = target;
  const { conversation, prompt } = job.state;
  const isPublic = conversation.kind === 'channel' && reply.visibleTo === 'channel';
  const message = await toMessage(target, reply, { again: again && (prompt === undefined || isPublic), isPublic });
  if (isPublic) {
    const posted = await chat.post(conversation, message);
    if (prompt !== undefined) await chat.update(prompt, doneMessage(target.recipeName)).catch(target.warn);
    return { message: posted, promptReplaced: false };
  }
  if (prompt !== undefined) return { message: await chat.update(prompt, message), promptReplaced: true };
  const posted = await (conversation.kind === 'direct'
    ? chat.post(conversation, message)
    : chat.postPrivately(conversation, job.user, message));
  return { message: posted, promptReplaced: false };
}

async function toMessage(
  target: ReplyTarget,
  reply: RenderedReply,
  options: { again: boolean; isPublic: boolean },
): Promise<Message> {
  const blocks: Block[] = [{ kind: 'text', text: reply.text }];
  if (reply.fields.length > 0) blocks.push({ kind: 'fields', fields: reply.fields });
  const buttons = await toButtons(target, reply, options.isPublic);
  if (buttons.length > 0) blocks.push({ kind: 'buttons', buttons });
  if (options.again) blocks.push({ kind: 'note', text: [{ text: REPEATED }] });
  const fields = reply.fields.map(({ label, value }) => `${label}: ${value}`);
  return { fallback: [plainText(reply.text), ...fields].join('\n'), blocks };
}

async function toButtons(target: ReplyTarget, reply: RenderedReply, isPublic: boolean): Promise<Button[]> {
  const commands: Click[] = reply.buttons.flatMap((button) =>
    button.kind === 'command'
      ? [{ kind: 'command' as const, command: button.command, parameters: { ...button.parameters } }]
      : [],
  );
  const tokens = [...(await target.clicks.issue(target.job.user, commands, isPublic ? 'tenant' : 'person'))];
  return reply.buttons.map((button) =>
    button.kind === 'link'
      ? { kind: 'link', label: button.label, url: button.url }
      : { kind: 'action', label: button.label, token: tokens.shift() ?? '' },
  );
}

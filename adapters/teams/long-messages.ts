import { beginningOf, divideBlocks, messagesOf } from '../../src/chat/divide-message.js';
import type { Block, Message } from '../../src/chat/message.js';
import { textsFor } from '../../src/texts/texts-for.js';
import { fitsOneMessage } from './cards.js';

const MAX_MESSAGES = 5;

/**
 * A message as those that Teams takes, of about 40 000 characters each, nothing left out. What is more than five of them says
 * how much it leaves out: a bot can give files to people only in their 1:1 chat, and only after they have agreed to each.
 */
export function divideForTeams(message: Message): readonly Message[] {
  const { blocks, locale } = message;
  const fits = (some: readonly Block[]) => fitsOneMessage(some, locale);
  if (fits(blocks)) return [message];
  const { leftOut } = textsFor(locale).long;
  const limits = { fits, max: MAX_MESSAGES };
  const note = (hidden: number) => ({ kind: 'note' as const, text: [{ text: leftOut(hidden) }] });
  return messagesOf(divideBlocks(blocks, limits) ?? beginningOf(blocks, { ...limits, note }), message);
}

import { divideBlock, loosen } from './divide-block.js';
import type { LongMessages } from './long-messages.port.js';
import { type Block, inLanguage, type Message } from './message.js';
import { wordsOf } from './message-words.js';

/** For a chat that takes everything, and where nothing can be taken away. */
export const takesEverything: LongMessages = { divide: (message) => [message], remove: async () => {} };

/** A block of fewer characters is not torn apart: it stands whole in the next message. */
const KEPT_WHOLE = 800;

export interface MessageLimits {
  /** Whether the platform shows these blocks in one message, whole. More blocks or longer ones fit no better. */
  readonly fits: (blocks: readonly Block[]) => boolean;
  /** How many messages there may be; what is pressed may take one more. */
  readonly max: number;
}

/**
 * The blocks of a message as those of several, in their order, nothing left out. What can be pressed stands together in the
 * last one. Undefined where there would be more than `max`.
 */
export function divideBlocks(
  blocks: readonly Block[],
  limits: MessageLimits,
): readonly (readonly Block[])[] | undefined {
  const { content, pressed } = partsOf(blocks);
  const groups: (readonly Block[])[] = [];
  let rest = content;
  while (rest.length > 0) {
    if (groups.length === limits.max) return undefined;
    const filled = fill(rest, limits.fits);
    groups.push(filled.taken);
    rest = filled.rest;
  }
  return withPressed(groups, pressed, limits.fits);
}

/**
 * As much of the blocks as `max` messages hold. The last one ends with what `note` makes of the number of characters that are
 * left out, and with what can be pressed.
 */
export function beginningOf(
  blocks: readonly Block[],
  { fits, max, note }: MessageLimits & { readonly note: (hidden: number) => Block },
): readonly (readonly Block[])[] {
  const { content, pressed } = partsOf(blocks);
  const groups: (readonly Block[])[] = [];
  let rest = content;
  while (groups.length < max - 1 && rest.length > 0) {
    const filled = fill(rest, fits);
    groups.push(filled.taken);
    rest = filled.rest;
  }
  const longest = note(Number.MAX_SAFE_INTEGER);
  const end = fits([longest, ...pressed]) ? [longest, ...pressed] : [longest];
  const last = fill(rest, (taken) => fits([...taken, ...end]));
  return withPressed([...groups, [...last.taken, note(wordsOf(last.rest).length)]], pressed, fits);
}

/** Messages of these groups of blocks; each is read out by its own words. */
export function messagesOf(groups: readonly (readonly Block[])[], { fallback, locale }: Message): readonly Message[] {
  return groups.map((blocks) => inLanguage({ fallback: wordsOf(blocks, locale).trim() || fallback, blocks }, locale));
}

function partsOf(blocks: readonly Block[]): { readonly content: readonly Block[]; readonly pressed: readonly Block[] } {
  const isPressed = ({ kind }: Block) => kind === 'buttons' || kind === 'picklist';
  return { content: blocks.filter((block) => !isPressed(block)), pressed: blocks.filter(isPressed) };
}

function withPressed(
  groups: readonly (readonly Block[])[],
  pressed: readonly Block[],
  fits: MessageLimits['fits'],
): readonly (readonly Block[])[] {
  if (pressed.length === 0) return groups;
  const last = [...(groups.at(-1) ?? []), ...pressed];
  return fits(last) ? [...groups.slice(0, -1), last] : [...groups, pressed];
}

interface Filled {
  readonly taken: readonly Block[];
  readonly rest: readonly Block[];
}

/** Fills one message. Takes one block at least, so that there is an end. */
function fill(blocks: readonly Block[], fits: MessageLimits['fits']): Filled {
  const taken: Block[] = [];
  let rest = blocks;
  for (let [next, ...others] = rest; next !== undefined; [next, ...others] = rest) {
    if (fits([...taken, next])) {
      taken.push(next);
      rest = others;
      continue;
    }
    const divided = isKeptWhole(taken, next, fits) ? undefined : divideBlock(next, (head) => fits([...taken, head]));
    if (divided) return { taken: [...taken, divided.head], rest: [divided.tail, ...others] };
    if (taken.length > 0) return withTitles({ taken, rest });
    const loose = loosen(next);
    if (!loose) return { taken: [next], rest: others };
    rest = [...loose, ...others];
  }
  return { taken, rest };
}

function isKeptWhole(taken: readonly Block[], block: Block, fits: MessageLimits['fits']): boolean {
  if (taken.length === 0) return false;
  return (block.kind === 'table' || wordsOf([block]).length < KEPT_WHOLE) && fits([block]);
}

/** What stands above something goes along with it. */
function withTitles({ rest, taken }: Filled): Filled {
  const isTitle = (block: Block | undefined) => block?.kind === 'heading' || block?.kind === 'divider';
  let end = taken.length;
  while (end > 1 && isTitle(taken[end - 1])) end -= 1;
  return { taken: taken.slice(0, end), rest: [...taken.slice(end), ...rest] };
}

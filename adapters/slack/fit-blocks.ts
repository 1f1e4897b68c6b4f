import type { KnownBlock, PlainTextElement, RichTextBlock } from '@slack/types';
import type { Room } from './room.js';

/** Where there are too many blocks, paragraphs are joined first, then the last texts go. Buttons and menus stay. */
export function fitBlocks(drawn: readonly KnownBlock[], room: Room, max: number, cutNote: string): KnownBlock[] {
  const blocks = drawn.length > max - 1 ? joinParagraphs(drawn) : [...drawn];
  while (blocks.length > max - 1) {
    const last = blocks.findLastIndex((block) => block.type !== 'actions' && block.type !== 'section');
    blocks.splice(last === -1 ? blocks.length - 1 : last, 1);
    room.markCut();
  }
  return room.wasCut ? [...blocks, { type: 'context', elements: [plain(cutNote)] }] : blocks;
}

/** Text blocks that follow each other as one. */
export function joinParagraphs(blocks: readonly KnownBlock[]): KnownBlock[] {
  const joined: KnownBlock[] = [];
  for (const block of blocks) {
    const previous = joined.at(-1);
    if (isRichText(block) && previous && isRichText(previous))
      joined[joined.length - 1] = { type: 'rich_text', elements: [...previous.elements, ...block.elements] };
    else joined.push(block);
  }
  return joined;
}

function isRichText(block: KnownBlock): block is RichTextBlock {
  return block.type === 'rich_text';
}

/** `emoji: false` keeps `:words:` in data as they are. */
export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}

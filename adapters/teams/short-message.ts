import type { Block, Message, RichText } from '../../src/chat/message.js';

/**
 * In a card a character stands five times at most (as text, as a link's title, in the three summaries) and takes 12 bytes at most
 * (`\u0000` in UTF-16); what stands around a part takes less than 1 000. Together that is three quarters of what Teams takes.
 */
const CHARACTERS = 700;
/** Runs of text, lines and fields. */
const PARTS = 15;

/** True for a message of words that is far from too large, however it is drawn: nobody has to write it out to know. */
export function isShort({ blocks, fallback }: Pick<Message, 'blocks' | 'fallback'>): boolean {
  if (blocks.length > PARTS || fallback.length > CHARACTERS) return false;
  let characters = fallback.length;
  let parts = 0;
  for (const block of blocks) {
    const size = sizeOf(block);
    if (!size) return false;
    characters += size.characters;
    parts += size.parts;
    if (characters > CHARACTERS || parts > PARTS) return false;
  }
  return true;
}

interface Size {
  readonly characters: number;
  readonly parts: number;
}

/** Undefined for blocks that are more than their words. */
function sizeOf(block: Block): Size | undefined {
  switch (block.kind) {
    case 'divider':
      return { characters: 0, parts: 1 };
    case 'heading':
      return { characters: block.text.length, parts: 1 };
    case 'text':
    case 'note':
      return sizeOfText(block.text);
    case 'fields': {
      const characters = block.fields.reduce((sum, { label, value }) => sum + label.length + value.length, 0);
      return { characters, parts: 1 + block.fields.length };
    }
    default:
      return undefined;
  }
}

function sizeOfText(text: RichText): Size {
  let characters = 0;
  let parts = 1;
  for (const { link, text: words } of text) {
    // Each line of a run is a run of its own, with its link.
    const lines = words.split('\n').length;
    characters += words.length + lines * (link?.length ?? 0);
    parts += lines;
  }
  return { characters, parts };
}

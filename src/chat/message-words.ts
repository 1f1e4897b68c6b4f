import { plainText, type RichText } from '../kernel/rich-text.js';
import { textsFor } from '../texts/texts-for.js';
import type { Block, Message } from './message.js';

/** Any block whose words are asked for; of a menu only its label matters, and of buttons nothing. */
type Worded =
  | Exclude<Block, { readonly kind: 'buttons' | 'picklist' }>
  | { readonly kind: 'buttons' }
  | { readonly kind: 'picklist'; readonly label: string };

/**
 * What blocks say in plain words, a line or more each. `locale`: BCP 47, of whoever reads them; `spell`: how a text with styles
 * and links is written.
 */
export function wordsOf(
  blocks: readonly Worded[],
  locale?: string,
  spell: (text: RichText) => string = plainText,
): string {
  const moreRows = (count: number) => textsFor(locale).replies.moreRows(count);
  return blocks.flatMap((block) => wordsOfBlock(block, { moreRows, spell })).join('\n');
}

/** What notifications and screen readers say of a message; never nothing. */
export function spokenWords({ blocks, fallback, locale }: Message): string {
  if (fallback.trim() !== '') return fallback;
  const words = wordsOf(blocks, locale);
  return words.trim() === '' ? '…' : words;
}

/** A text whose links are followed by their addresses. */
export function withAddresses(text: RichText): string {
  return text
    .map(({ link, text: words }) => (link === undefined || link === words ? words : `${words} <${link}>`))
    .join('');
}

interface Spelling {
  readonly moreRows: (count: number) => string;
  readonly spell: (text: RichText) => string;
}

function wordsOfBlock(block: Worded, { moreRows, spell }: Spelling): readonly string[] {
  switch (block.kind) {
    case 'heading':
      return [block.text];
    case 'text':
    case 'note':
      return [spell(block.text)];
    case 'image':
      return [block.alt];
    case 'fields':
      return block.fields.map(({ label, value }) => `${label}: ${value}`);
    case 'table':
      return [
        block.columns.map(({ title }) => title).join(' | '),
        ...block.rows.map((row) => row.join(' | ')),
        ...(block.more === 0 ? [] : [moreRows(block.more)]),
      ];
    case 'picklist':
      return [block.label];
    case 'divider':
    case 'buttons':
      return [];
  }
}

import { clip } from '../../src/chat/clip.js';
import {
  type Block,
  type ImageBlock,
  inLanguage,
  type Message,
  plainText,
  type RichText,
  type Span,
  type TableBlock,
} from '../../src/chat/message.js';
import { spokenWords } from '../../src/chat/message-words.js';
import type { Texts } from '../../src/texts/english.js';
import { textsFor } from '../../src/texts/texts-for.js';
import { type Element, isSafeLink, renderButtons } from './buttons.js';
import { fitsWithNote, shorten } from './fit.js';
import { isShort } from './short-message.js';

export type { Element } from './buttons.js';

/** What the bot sends, as JSON of the Bot Framework protocol. */
export interface OutgoingActivity {
  readonly type: 'message';
  readonly text?: string;
  readonly textFormat?: 'plain';
  readonly summary?: string;
  readonly attachments?: readonly { readonly contentType: string; readonly content: Element }[];
}

export const CARD_TYPE = 'application/vnd.microsoft.card.adaptive';

/** Of small print. */
const NOTE_LOOK = { size: 'Small', isSubtle: true } as const;

/** Notifications and screen readers need a sentence, not a book. */
const MAX_SUMMARY = 1_000;

/**
 * Turns a message into an activity: plain words as such, everything else as an Adaptive Card 1.5, the newest schema that
 * all Teams clients draw. Data never acts as markup. What is larger than Teams takes is cut, and says so.
 */
export function renderMessage(message: Message): OutgoingActivity {
  return shorten(message, isPlain(message) ? renderText : renderCard);
}

/** Whether Teams takes these blocks in one message, whole. `locale`: BCP 47, of whoever reads them. */
export function fitsOneMessage(blocks: readonly Block[], locale?: string): boolean {
  const message = { fallback: 'x'.repeat(MAX_SUMMARY), blocks };
  return isShort({ ...message, fallback: '' }) || fitsWithNote(renderCard(inLanguage(message, locale)));
}

/** The message as a card, whatever it would be otherwise: in place of a card there can only be another. */
export function renderAsCard(message: Message): OutgoingActivity {
  return shorten(message, renderCard);
}

/** One paragraph without styles. */
function isPlain({ blocks }: Message): boolean {
  const [only, ...others] = blocks;
  return (
    only?.kind === 'text' &&
    others.length === 0 &&
    plainText(only.text).trim() !== '' &&
    only.text.every((span) => span.style === undefined && span.link === undefined)
  );
}

function renderText(message: Message): OutgoingActivity {
  const text = message.blocks.map((block) => (block.kind === 'text' ? plainText(block.text) : '')).join('\n\n');
  return { type: 'message', text, textFormat: 'plain' };
}

function renderCard(message: Message): OutgoingActivity {
  const summary = summaryOf(message);
  const body = renderBlocks(message.blocks, textsFor(message.locale).replies);
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    // A card must have something in it.
    body: body.length > 0 ? body : renderRichText([{ text: summary }]),
    speak: summary,
    fallbackText: summary,
    // Else cards with fields are squeezed into the narrow column of the chat.
    msteams: { width: 'Full' },
  };
  return { type: 'message', summary, attachments: [{ contentType: CARD_TYPE, content }] };
}

function summaryOf(message: Message): string {
  return clip(spokenWords(message), MAX_SUMMARY);
}

function renderBlocks(blocks: readonly Block[], texts: Texts['replies']): Element[] {
  const body: Element[] = [];
  let divided = false;
  for (const block of blocks) {
    if (block.kind === 'divider') {
      divided = body.length > 0;
      continue;
    }
    const [first, ...rest] = renderBlock(block, texts);
    if (!first) continue;
    body.push(divided ? { ...first, separator: true, spacing: 'Medium' } : first, ...rest);
    divided = false;
  }
  return body;
}

function renderBlock(block: Exclude<Block, { kind: 'divider' }>, texts: Texts['replies']): Element[] {
  switch (block.kind) {
    case 'heading':
      return renderHeading(block.text);
    case 'text':
      return renderRichText(block.text);
    case 'note':
      return renderRichText(block.text, NOTE_LOOK);
    case 'fields':
      return renderFields(block.fields);
    case 'buttons':
      return renderButtons(block.buttons);
    case 'picklist':
      return renderPicklist(block, texts);
    case 'image':
      return renderImage(block, texts);
    case 'table':
      return renderTable(block, texts);
  }
}

/** A TextBlock, since only that can be a heading for screen readers; it reads markdown, so the text is escaped. */
function renderHeading(text: string): Element[] {
  if (text.trim() === '') return [];
  const title = escapeMarkdown(text.replaceAll(/\s+/g, ' '));
  return [{ type: 'TextBlock', text: title, size: 'Medium', weight: 'Bolder', wrap: true, style: 'heading' }];
}

/** A RichTextBlock per line: its runs are never read as markdown, and a line break inside a run is not drawn everywhere. */
function renderRichText(text: RichText, look: Readonly<Record<string, unknown>> = {}): Element[] {
  const lines: Element[] = [];
  let afterEmpty = false;
  for (const line of splitLines(text)) {
    const inlines = line.filter((span) => span.text !== '').map((span) => renderSpan(span, look));
    if (inlines.length > 0 && line.some((span) => span.text.trim() !== '')) {
      const spacing = lines.length === 0 ? {} : { spacing: afterEmpty ? 'Small' : 'None' };
      lines.push({ type: 'RichTextBlock', ...spacing, inlines });
      afterEmpty = false;
    } else {
      afterEmpty = true;
    }
  }
  return lines;
}

function splitLines(text: RichText): Span[][] {
  const lines: Span[][] = [[]];
  for (const span of text) {
    for (const [index, part] of span.text.split('\n').entries()) {
      if (index > 0) lines.push([]);
      lines.at(-1)?.push({ ...span, text: part });
    }
  }
  return lines;
}

function renderSpan(span: Span, look: Readonly<Record<string, unknown>>): Element {
  const { link, style } = span;
  return {
    type: 'TextRun',
    text: span.text,
    ...look,
    ...(style === 'bold' ? { weight: 'Bolder' } : {}),
    ...(style === 'italic' ? { italic: true } : {}),
    ...(style === 'strike' ? { strikethrough: true } : {}),
    ...(style === 'code' ? { fontType: 'Monospace' } : {}),
    ...(link !== undefined && isSafeLink(link) ? { selectAction: openLink(span.text, link) } : {}),
  };
}

function openLink(title: string, url: string): Element {
  return { type: 'Action.OpenUrl', title: title.trim() === '' ? url : title, url };
}

function renderFields(fields: readonly { readonly label: string; readonly value: string }[]): Element[] {
  if (fields.length === 0) return [];
  const facts = fields.map(({ label, value }) => ({ title: escapeMarkdown(label), value: escapeMarkdown(value) }));
  return [{ type: 'FactSet', facts }];
}

function renderImage({ alt, url }: ImageBlock, { picture }: Texts['replies']): Element[] {
  const altText = alt.trim() || picture;
  const isPage = URL.canParse(url) && new URL(url).protocol === 'https:';
  // Its own size, and never wider than the card.
  return isPage ? [{ type: 'Image', url, altText, size: 'Auto' }] : renderRichText([{ text: altText }], NOTE_LOOK);
}

/** Runs in a RichTextBlock are no markdown, so a cell needs no escaping. */
function renderTable({ columns, more, rows }: TableBlock, { moreRows }: Texts['replies']): Element[] {
  const note = more === 0 ? [] : renderRichText([{ text: moreRows(more) }], NOTE_LOOK);
  if (rows.length === 0) return note;
  const titles = columns.map(({ title }) => ({ type: 'TextRun', text: title.trim() || '–', weight: 'Bolder' }));
  const table = {
    type: 'Table',
    firstRowAsHeader: true,
    gridStyle: 'default',
    columns: columns.map(({ align = 'left' }) => ({
      type: 'TableColumnDefinition',
      width: 1,
      horizontalCellContentAlignment: align,
    })),
    rows: [titles, ...rows.map((row) => row.map((cell) => cell.trim() || '–'))].map((cells) => ({
      type: 'TableRow',
      cells: cells.map((cell) => ({ type: 'TableCell', items: [{ type: 'RichTextBlock', inlines: [cell] }] })),
    })),
  };
  return [table, ...note];
}

/** Nothing is chosen beforehand: a press must not act on what nobody has picked. */
function renderPicklist(block: Extract<Block, { kind: 'picklist' }>, texts: Texts['replies']): Element[] {
  if (block.options.length === 0) return [];
  const choices = block.options.map(({ label, value }) => ({ title: label, value }));
  return [
    { type: 'Input.ChoiceSet', id: block.id, label: block.label, style: 'compact', placeholder: texts.choose, choices },
  ];
}

/**
 * Has text read as itself where Adaptive Cards read markdown. Only what could act is escaped, since some clients show a
 * backslash before other signs. https://adaptivecards.io/explorer/TextBlock.html (bold, italic, lists, links, dates)
 */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]~]|\{(?=\{)|<(?=[a-z/!?])|&(?=#?\w+;)/gi, '\\$&')
    .replaceAll(/^(\s*)([#>]|[-+](?=\s))/gm, '$1\\$2')
    .replaceAll(/^(\s*\d+)([.)])(?=\s)/gm, '$1\\$2');
}

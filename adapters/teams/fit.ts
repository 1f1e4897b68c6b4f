import { clip } from '../../src/chat/clip.js';
import type { Block, Message, RichText, TableBlock } from '../../src/chat/message.js';
import { textsFor } from '../../src/texts/texts-for.js';
import { isShort } from './short-message.js';

/** Teams refuses messages of more than 100 KB with `413 MessageSizeTooBig` and advises to stay below 80. */
const MAX_BYTES = 80 * 1024;
/** What is divided leaves room for a note below it. */
const DIVIDED_BYTES = 78 * 1024;

/** Where cutting starts; each round that does not fit halves it. */
const FIRST_BUDGET = { characters: 24_000, options: 400, cells: 400, longest: 2_000 };

interface Budget {
  /** Of texts and fields, all together. */
  readonly characters: number;
  readonly options: number;
  /** Of a table; a row is shown whole or not at all. */
  readonly cells: number;
  /** Of a label or value. */
  readonly longest: number;
}

/** Renders the message, cut as little as is needed for Teams to take it. Buttons stay, whatever has to go. */
export function shorten<T>(message: Message, render: (message: Message) => T): T {
  const whole = render(message);
  if (isShort(message) || fits(whole)) return whole;
  for (let budget: Budget = FIRST_BUDGET; ; budget = halve(budget)) {
    const cut = render(cutMessage(message, budget));
    if (fits(cut) || budget.longest <= 10) return cut;
  }
}

/** Teams counts UTF-16; JSON goes out as UTF-8, which is longer for some scripts. */
function fits(activity: unknown, maxBytes: number = MAX_BYTES): boolean {
  const json = JSON.stringify(activity);
  return json.length * 2 <= maxBytes && Buffer.byteLength(json, 'utf8') <= maxBytes;
}

/** Whether Teams takes it even with a note below. */
export function fitsWithNote(activity: unknown): boolean {
  return fits(activity, DIVIDED_BYTES);
}

function halve({ cells, characters, longest, options }: Budget): Budget {
  return {
    characters: Math.floor(characters / 2),
    options: Math.ceil(options / 2),
    cells: Math.floor(cells / 2),
    longest: Math.max(10, Math.floor(longest / 2)),
  };
}

function cutMessage(message: Message, budget: Budget): Message {
  const note = textsFor(message.locale).replies.cut;
  const [only] = message.blocks;
  if (message.blocks.length === 1 && only?.kind === 'text') {
    const { text, isCut } = cutText(only.text, budget.characters, budget.longest);
    const more = isCut ? [{ text: `\n\n${note}` }] : [];
    return { ...message, blocks: [{ kind: 'text', text: [...text, ...more] }] };
  }
  const blocks: Block[] = [];
  let left = budget.characters;
  let noted = false;
  for (const block of message.blocks) {
    const cut = cutBlock(block, budget, left);
    left = Math.max(0, left - cut.used);
    if (cut.block) blocks.push(cut.block);
    if (cut.isCut && !noted) {
      blocks.push({ kind: 'note', text: [{ text: note }] });
      noted = true;
    }
  }
  return { ...message, blocks };
}

interface Cut {
  readonly block?: Block;
  readonly used: number;
  readonly isCut: boolean;
}

function cutBlock(block: Block, budget: Budget, left: number): Cut {
  switch (block.kind) {
    case 'divider':
      return { block, used: 0, isCut: false };
    case 'heading': {
      if (left <= 0) return { used: 0, isCut: true };
      const text = clip(block.text, Math.min(200, budget.longest));
      return { block: { ...block, text }, used: text.length, isCut: false };
    }
    case 'text':
    case 'note': {
      const { text, isCut, used } = cutText(block.text, left, budget.longest);
      return text.length > 0 ? { block: { ...block, text }, used, isCut } : { used, isCut };
    }
    case 'fields':
      return cutFields(block, budget, left);
    case 'buttons':
      return cutButtons(block, budget);
    case 'image': {
      if (block.url.length > budget.longest) return { used: 0, isCut: true };
      return { block: { ...block, alt: clip(block.alt, Math.min(200, budget.longest)) }, used: 0, isCut: false };
    }
    case 'table':
      return cutTable(block, budget, left);
    case 'picklist': {
      const options = block.options
        .slice(0, budget.options)
        .map(({ label, value }) => ({ label: clip(label, Math.min(200, budget.longest)), value }));
      return { block: { ...block, options }, used: 0, isCut: options.length < block.options.length };
    }
  }
}

function cutFields(block: Extract<Block, { kind: 'fields' }>, budget: Budget, left: number): Cut {
  const fields: { label: string; value: string }[] = [];
  let used = 0;
  for (const field of block.fields) {
    const cut = { label: clip(field.label, budget.longest), value: clip(field.value, budget.longest) };
    const size = cut.label.length + cut.value.length;
    if (used + size > left) break;
    used += size;
    fields.push(cut);
  }
  const isCut =
    fields.length < block.fields.length ||
    fields.some((field, index) => field.value.length < (block.fields[index]?.value.length ?? 0));
  return fields.length > 0 ? { block: { ...block, fields }, used, isCut } : { used, isCut };
}

/** Buttons stay, but for those whose address alone is too long. */
function cutButtons(block: Extract<Block, { kind: 'buttons' }>, budget: Budget): Cut {
  const longest = Math.min(200, budget.longest);
  const kept = block.buttons.filter((button) => button.kind !== 'link' || button.url.length <= budget.longest);
  const buttons = kept.map((button) => ({ ...button, label: clip(button.label, longest) }));
  return { block: { ...block, buttons }, used: 0, isCut: kept.length < block.buttons.length };
}

/** A table says itself how many of its rows are not shown. */
function cutTable(block: TableBlock, budget: Budget, left: number): Cut {
  const longest = Math.min(200, budget.longest);
  const columns = block.columns.map((column) => ({ ...column, title: clip(column.title, longest) }));
  const rows: string[][] = [];
  let used = 0;
  for (const row of block.rows) {
    const cells = row.map((cell) => clip(cell, longest));
    const size = cells.reduce((sum, cell) => sum + cell.length, 0);
    if (used + size > left || (rows.length + 2) * columns.length > budget.cells) break;
    used += size;
    rows.push(cells);
  }
  const more = block.more + block.rows.length - rows.length;
  return { block: { ...block, columns, rows, more }, used, isCut: false };
}

/** Cuts a text to `limit` characters; a link whose address is longer than `longest` is only text then. */
function cutText(text: RichText, limit: number, longest: number): { text: RichText; used: number; isCut: boolean } {
  const kept: RichText[number][] = [];
  let used = 0;
  for (const span of text) {
    if (used >= limit) return { text: kept, used, isCut: true };
    const part = clip(span.text, limit - used);
    used += part.length;
    const { link, ...unlinked } = span;
    kept.push({ ...(link !== undefined && link.length > longest ? unlinked : span), text: part });
    // A character that did not fit leaves room, which is not for what stands behind it.
    if (part !== span.text) return { text: kept, used: limit, isCut: true };
  }
  return { text: kept, used, isCut: false };
}

import type { RichTextBlock, TableBlock as SlackTable } from '@slack/types';
import { clip } from '../../src/chat/clip.js';
import type { TableBlock } from '../../src/chat/message.js';
import type { Texts } from '../../src/texts/english.js';
import { Room } from './room.js';

/** https://docs.slack.dev/reference/block-kit/blocks/table-block: 100 rows, the titles among them, and 20 columns. */
const MAX = { rows: 100, columns: 20, cell: 200 } as const;

/** What a cell costs of a message's room besides its text: Slack counts the frame (`{"type":"raw_text","text":""}`). */
const CELL_FRAME = 30;

/** Widest column of a table that is drawn with spaces. */
const PLAIN_CELL = 30;

interface Drawn<T> {
  /** Nothing of it is left out or cut. */
  readonly isWhole: boolean;
  readonly block?: T;
  /** What has to be said below it. */
  readonly note?: string;
}

/** A table as Slack draws it, with the rows that there is room for. */
export function nativeTable(table: TableBlock, room: Room, texts: Texts['replies']): Drawn<SlackTable> {
  const columns = table.columns.slice(0, MAX.columns);
  const rows = takeRows(table, room, { columns: columns.length, cell: MAX.cell, frame: CELL_FRAME });
  const isWhole = showsAll(table, rows);
  if (rows.length < 2) return { isWhole, ...withNote(table, rows, texts) };
  return {
    isWhole,
    block: {
      type: 'table',
      column_settings: columns.map(({ align = 'left' }) => ({ align, is_wrapped: true })),
      rows: rows.map((row) => row.map((text) => ({ type: 'raw_text', text }))),
    },
    ...withNote(table, rows, texts),
  };
}

/** A table of spaces and lines, where Slack takes none of its own. */
export function plainTable(table: TableBlock, room: Room, texts: Texts['replies']): Drawn<RichTextBlock> {
  const rows = takeRows(table, room, { columns: table.columns.length, cell: PLAIN_CELL, frame: 3 });
  const isWhole = showsAll(table, rows);
  if (rows.length < 2) return { isWhole, ...withNote(table, rows, texts) };
  const widths = table.columns.map((_, index) => Math.max(...rows.map((row) => lengthOf(row[index] ?? ''))));
  const lines = rows.map((row) =>
    row.map((cell, index) => padded(cell, widths[index] ?? 0, table.columns[index])).join('  '),
  );
  const [titles = '', ...others] = lines.map((line) => line.trimEnd());
  const text = [titles, widths.map((width) => '─'.repeat(width)).join('  '), ...others].join('\n');
  return {
    isWhole,
    block: { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }] },
    ...withNote(table, rows, texts),
  };
}

/** The part of a table that a message of `characters` shows, and whether that is all of it. */
export function shownPart(
  table: TableBlock,
  characters: number,
): { readonly part: TableBlock; readonly isWhole: boolean } {
  const columns = table.columns.slice(0, MAX.columns);
  const taken = takeRows(table, new Room(characters), { columns: columns.length, cell: MAX.cell, frame: CELL_FRAME });
  const [titles = [], ...rows] = taken;
  const part = {
    ...table,
    columns: columns.map((column, index) => ({ ...column, title: titles[index] ?? '' })),
    rows,
    more: table.more + table.rows.length - rows.length,
  };
  return { part, isWhole: showsAll(table, taken) };
}

/** Spaces in a cell are no content. */
function showsAll(table: TableBlock, taken: readonly (readonly string[])[]): boolean {
  const whole = [table.columns.map(({ title }) => title), ...table.rows];
  return whole.every((row, place) => row.every((cell, index) => tidy(cell) === taken[place]?.[index]));
}

function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim() || '–';
}

interface Cells {
  readonly columns: number;
  readonly cell: number;
  readonly frame: number;
}

/** The titles and as many rows as fit; all or nothing of a row. */
function takeRows(table: TableBlock, room: Room, { cell, columns, frame }: Cells): readonly (readonly string[])[] {
  const titles = table.columns.map(({ title }) => title);
  const taken: (readonly string[])[] = [];
  for (const row of [titles, ...table.rows].slice(0, MAX.rows)) {
    const cells = row.slice(0, columns).map((text) => clip(tidy(text), cell));
    const size = cells.reduce((sum, text) => sum + text.length + frame, 0);
    if (!room.reserve(size)) break;
    taken.push(cells);
  }
  return taken;
}

function withNote(
  { more, rows }: TableBlock,
  taken: readonly unknown[],
  { moreRows }: Texts['replies'],
): { readonly note?: string } {
  const hidden = more + rows.length - Math.max(0, taken.length - 1);
  return hidden === 0 ? {} : { note: moreRows(hidden) };
}

function padded(text: string, width: number, column: TableBlock['columns'][number] | undefined): string {
  const missing = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return column?.align === 'right' ? `${missing}${text}` : `${text}${missing}`;
}

function lengthOf(text: string): number {
  return [...text].length;
}

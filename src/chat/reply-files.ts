import type { Block, Message, TableBlock } from './message.js';
import { withAddresses, wordsOf } from './message-words.js';
import { csvOf } from './table-csv.js';
import type { TextFile } from './text-file.js';

type FileMessage = Message & { readonly file: TextFile };

/** The whole of a reply in a file. `fallback` stands with it. */
export function replyFile(
  { blocks, locale }: Message,
  { fallback, name }: { readonly name: string; readonly fallback: string },
): FileMessage {
  return inFile({ name, mimeType: 'text/plain', text: wordsOf(blocks, locale, withAddresses) }, fallback, locale);
}

export interface TableFiles {
  /** What a message shows of a table; undefined where that is all of it. */
  readonly partOf: (table: TableBlock) => TableBlock | undefined;
  /** What the file of the table is called that is the `index`th of them, from 0. */
  readonly nameOf: (index: number, csv: string) => string;
  /** Below the part. */
  readonly note: (name: string, rows: number) => string;
  /** Stands with the file. */
  readonly fallback: string;
}

export interface WithTableFiles {
  readonly blocks: readonly Block[];
  readonly files: readonly Message[];
}

/** The beginning of each table that is too large for a message, and the whole of it in a file. */
export function withTableFiles({ blocks, locale }: Message, how: TableFiles): WithTableFiles {
  const files: Message[] = [];
  const shown = blocks.flatMap((block): readonly Block[] => {
    const part = block.kind === 'table' ? how.partOf(block) : undefined;
    if (block.kind !== 'table' || part === undefined) return [block];
    const text = csvOf(block);
    const name = how.nameOf(files.length, text);
    files.push(inFile({ name, mimeType: 'text/csv', text }, how.fallback, locale));
    return [part, noteOf(how.note(name, block.rows.length))];
  });
  return { blocks: shown, files };
}

function inFile(file: TextFile, fallback: string, locale: string | undefined): FileMessage {
  return { fallback, blocks: [], file, ...(locale === undefined ? {} : { locale }) };
}

export function noteOf(text: string): Block {
  return { kind: 'note', text: [{ text }] };
}

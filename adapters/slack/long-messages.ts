import { beginningOf, divideBlocks, messagesOf } from '../../src/chat/divide-message.js';
import type { DivideOptions } from '../../src/chat/long-messages.port.js';
import { type Block, inLanguage, type Message } from '../../src/chat/message.js';
import { withAddresses, wordsOf } from '../../src/chat/message-words.js';
import { csvOf } from '../../src/chat/table-csv.js';
import type { Texts } from '../../src/texts/english.js';
import { textsFor } from '../../src/texts/texts-for.js';
import { fitsOneMessage } from './blocks.js';
import { DIVIDED } from './surfaces.js';
import { shownPart } from './tables.js';

/** How many messages a reply may be before it is a file. */
const MAX_MESSAGES = 5;
const REPLY_FILE = 'reply.txt';

/**
 * A message as those that Slack takes, nothing left out: several messages; of a table that is too large its beginning, and the
 * whole in a file; and where that is not enough the beginning of all, and the whole in a file.
 */
export function divideForSlack(message: Message, { isAside }: DivideOptions): readonly Message[] {
  const { locale } = message;
  const fits = (blocks: readonly Block[]) => fitsOneMessage(blocks, locale);
  if (fits(message.blocks)) return [message];
  const { long } = textsFor(locale);
  const { blocks, files } = withTableFiles(message.blocks, { isAside, texts: long });
  const limits = { fits, max: MAX_MESSAGES };
  const groups = divideBlocks(blocks, limits);
  const inTheirs = (file: Message) => inLanguage(file, locale);
  if (groups) return [...messagesOf(groups, message), ...files.map(inTheirs)];
  const note = () => noteOf(long.wholeInFile(REPLY_FILE, isAside));
  const beginning = beginningOf(blocks, { ...limits, max: 1, note });
  const text = wordsOf(message.blocks, locale, withAddresses);
  const whole = fileOf(REPLY_FILE, 'text/plain', text, long.wholeReply);
  return [...messagesOf(beginning, message), ...[whole, ...files].map(inTheirs)];
}

interface WithFiles {
  readonly blocks: readonly Block[];
  readonly files: readonly Message[];
}

function withTableFiles(
  blocks: readonly Block[],
  { isAside, texts }: DivideOptions & { readonly texts: Texts['long'] },
): WithFiles {
  const files: Message[] = [];
  const shown = blocks.flatMap((block): readonly Block[] => {
    if (block.kind !== 'table') return [block];
    const { isWhole, part } = shownPart(block, DIVIDED.characters - 200);
    if (isWhole) return [block];
    const name = files.length === 0 ? 'table.csv' : `table-${files.length + 1}.csv`;
    files.push(fileOf(name, 'text/csv', csvOf(block), texts.wholeTable));
    return [part, noteOf(texts.tableInFile(name, block.rows.length, isAside))];
  });
  return { blocks: shown, files };
}

function noteOf(text: string): Block {
  return { kind: 'note', text: [{ text }] };
}

function fileOf(name: string, mimeType: string, text: string, fallback: string): Message {
  return { fallback, blocks: [], file: { name, mimeType, text } };
}

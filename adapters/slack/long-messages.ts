import { beginningOf, divideBlocks, messagesOf } from '../../src/chat/divide-message.js';
import type { DivideOptions } from '../../src/chat/long-messages.port.js';
import type { Block, Message, TableBlock } from '../../src/chat/message.js';
import { noteOf, replyFile, withTableFiles } from '../../src/chat/reply-files.js';
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
export function divideForSlack(message: Message, { place }: DivideOptions): readonly Message[] {
  const { locale } = message;
  const fits = (some: readonly Block[]) => fitsOneMessage(some, locale);
  if (fits(message.blocks)) return [message];
  const { long } = textsFor(locale);
  const isAside = place === 'aside';
  const { blocks, files } = withTableFiles(message, {
    partOf: beginningOfTable,
    nameOf: (index) => (index === 0 ? 'table.csv' : `table-${index + 1}.csv`),
    note: (name, rows) => long.tableInFile(name, rows, isAside),
    fallback: long.wholeTable,
  });
  const limits = { fits, max: MAX_MESSAGES };
  const groups = divideBlocks(blocks, limits);
  if (groups) return [...messagesOf(groups, message), ...files];
  const note = () => noteOf(long.wholeInFile(REPLY_FILE, isAside));
  const beginning = beginningOf(blocks, { ...limits, max: 1, note });
  const whole = replyFile(message, { name: REPLY_FILE, fallback: long.wholeReply });
  return [...messagesOf(beginning, message), whole, ...files];
}

function beginningOfTable(table: TableBlock): TableBlock | undefined {
  const { isWhole, part } = shownPart(table, DIVIDED.characters - 200);
  return isWhole ? undefined : part;
}

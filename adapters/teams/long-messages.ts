import { divideBlock } from '../../src/chat/divide-block.js';
import { beginningOf, divideBlocks, messagesOf } from '../../src/chat/divide-message.js';
import type { DivideOptions, LongMessages } from '../../src/chat/long-messages.port.js';
import type { Block, Message, TableBlock } from '../../src/chat/message.js';
import { noteOf, replyFile, withTableFiles } from '../../src/chat/reply-files.js';
import { sha256 } from '../../src/kernel/ids.js';
import { textsFor } from '../../src/texts/texts-for.js';
import { fitsOneMessage } from './cards.js';
import { CLOUDS, type CloudName } from './clouds.js';
import { MAX_OFFERED_BYTES } from './offered-files.js';

/** How many messages a reply may be before it is a file. */
const MAX_MESSAGES = 5;
/** Of a name, to tell files apart that are said to be the same. */
const DIGITS = 8;

/** Of what is said below a table. */
const LONGEST_NOTE = 300;

/** How Teams takes long messages in that cloud. */
export function dividerFor(cloud: CloudName): LongMessages['divide'] {
  const { takesFiles } = CLOUDS[cloud];
  return (message, options) => divideForTeams(message, { ...options, takesFiles });
}

/**
 * A message as those that Teams takes, of about 40 000 characters each. What is more than five of them has its beginning, and the
 * whole in a file that the person is offered in the 1:1 chat; where everybody reads it, five messages of it. Where there can be
 * no file, the last of five says how much is left out.
 */
export function divideForTeams(
  message: Message,
  options: DivideOptions & { readonly takesFiles: boolean },
): readonly Message[] {
  const { blocks, locale } = message;
  const limits = { fits: (some: readonly Block[]) => fitsOneMessage(some, locale), max: MAX_MESSAGES };
  if (limits.fits(blocks)) return [message];
  const groups = divideBlocks(blocks, limits);
  if (groups) return messagesOf(groups, message);
  const whole = options.takesFiles ? withFiles(message, options, limits) : undefined;
  if (whole?.every(({ file }) => file === undefined || Buffer.byteLength(file.text) <= MAX_OFFERED_BYTES)) return whole;
  const { leftOut } = textsFor(locale).long;
  return messagesOf(beginningOf(blocks, { ...limits, note: (hidden) => noteOf(leftOut(hidden)) }), message);
}

function withFiles(
  message: Message,
  { place }: DivideOptions,
  limits: { readonly fits: (blocks: readonly Block[]) => boolean; readonly max: number },
): readonly Message[] {
  const { long } = textsFor(message.locale);
  const isPublic = place === 'channel';
  const { blocks, files } = withTableFiles(message, {
    partOf: (table) => beginningOfTable(table, limits.fits),
    nameOf: (_index, csv) => nameOf('table', 'csv', csv),
    note: (name, rows) => long.tableOffered(name, rows, isPublic),
    fallback: long.wholeTable,
  });
  const groups = divideBlocks(blocks, limits);
  if (groups) return [...messagesOf(groups, message), ...files];
  const reply = replyFile(message, { name: 'reply.txt', fallback: long.wholeReply });
  const name = nameOf('reply', 'txt', reply.file.text);
  const note = () => noteOf(long.wholeOffered(name, isPublic));
  const beginning = beginningOf(blocks, { ...limits, max: isPublic ? MAX_MESSAGES : 1, note });
  return [...messagesOf(beginning, message), { ...reply, file: { ...reply.file, name } }, ...files];
}

/** Undefined for a table that one message takes, and where not even its first row finds room. */
function beginningOfTable(table: TableBlock, fits: (blocks: readonly Block[]) => boolean): TableBlock | undefined {
  if (fits([table])) return undefined;
  const below = noteOf('x'.repeat(LONGEST_NOTE));
  const head = divideBlock(table, (some) => fits([some, below]))?.head;
  return head?.kind === 'table' ? { ...head, more: 0 } : undefined;
}

/** In a person's OneDrive a file takes the place of another with the same name. */
function nameOf(name: string, ending: string, content: string): string {
  return `${name}-${sha256(content).slice(0, DIGITS)}.${ending}`;
}

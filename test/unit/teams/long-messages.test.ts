import { renderMessage } from '../../../adapters/teams/cards.js';
import { divideForTeams } from '../../../adapters/teams/long-messages.js';
import { checkCard } from '../../../playground/teams/cards.js';
import type { Block, Message } from '../../../src/chat/message.js';
import { wordsOf } from '../../../src/chat/message-words.js';

type Options = Parameters<typeof divideForTeams>[1];

const GO: Block = { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 't' }] };
const LIMIT = 80 * 1024;

const NO_FILES: Options = { place: 'direct', takesFiles: false };
const WITH_FILES: Options = { place: 'direct', takesFiles: true };

function divided(blocks: readonly Block[], options: Options = WITH_FILES): readonly Message[] {
  const messages = divideForTeams({ fallback: 'In short', blocks }, options);
  for (const message of messages) {
    if (message.file !== undefined) continue;
    const activity = renderMessage(message);
    expect(JSON.stringify(activity).length * 2).toBeLessThanOrEqual(LIMIT);
    for (const { content } of activity.attachments ?? []) expect(checkCard(content)).toEqual([]);
  }
  return messages;
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index} `.padEnd(99, 'x')).join('\n');
}

describe('a reply that is too long for Teams', () => {
  it('is the message itself as long as it fits', () => {
    const message: Message = { fallback: 'x', blocks: [GO, { kind: 'text', text: [{ text: lines(100) }] }] };
    expect(divideForTeams(message, WITH_FILES)).toEqual([message]);
  });

  it('goes on in further messages, with the buttons on the last', () => {
    const text = lines(500);
    const messages = divided([{ kind: 'text', text: [{ text }] }, GO]);
    expect(messages.length).toBeGreaterThan(1);
    expect(messages.length).toBeLessThanOrEqual(5);
    expect(messages.map(({ blocks }) => wordsOf(blocks)).join('')).toBe(text);
    expect(messages.map(({ blocks }) => blocks.includes(GO)).indexOf(true)).toBe(messages.length - 1);
  });

  it('goes on with a table below its titles', () => {
    const columns = [{ title: 'Number' }, { title: 'Text' }];
    const rows = Array.from({ length: 400 }, (_, index) => [`${index}`, 'some words']);
    const tables = divided([{ kind: 'table', columns, rows, more: 3 }]).flatMap(({ blocks }) => blocks);
    expect(tables.length).toBeGreaterThan(1);
    expect(tables.flatMap((table) => (table.kind === 'table' ? table.rows : []))).toEqual(rows);
  });

  it('says in the language of its reader that something is left out', () => {
    const blocks: Block[] = [{ kind: 'text', text: [{ text: lines(6000) }] }];
    const messages = divideForTeams({ fallback: 'In short', blocks, locale: 'de-DE' }, NO_FILES);
    expect(messages.map(({ locale }) => locale)).toEqual(Array.from({ length: 5 }, () => 'de-DE'));
    expect(messages.at(-1)?.fallback).toMatch(/Am Ende fehlen: [\d.]+ Zeichen\.$/);
  });

  it('has its beginning and the whole in a file where it would be more than five messages', () => {
    const text = lines(6000);
    const [beginning, whole, ...others] = divided([{ kind: 'text', text: [{ text }] }, GO]);
    expect(others).toEqual([]);
    expect(whole?.file).toMatchObject({ name: expect.stringMatching(/^reply-[\w-]{8}\.txt$/), text });
    expect(wordsOf(beginning?.blocks ?? [])).toContain(`The whole is in the file ${whole?.file?.name} below`);
    expect(beginning?.blocks.at(-1)).toEqual(GO);
  });

  it('goes on for five messages where all read it, and the file is for the person who asked', () => {
    const text = lines(6000);
    const messages = divided([{ kind: 'text', text: [{ text }] }, GO], { place: 'channel', takesFiles: true });
    expect(messages.map(({ file }) => file?.text)).toEqual([...Array.from({ length: 5 }), text]);
    expect(wordsOf(messages.at(4)?.blocks ?? [])).toMatch(/the person who asked in their chat with me/);
  });

  it('has a table of its own in a file that spreadsheets open', () => {
    const columns = [{ title: 'Number' }, { title: 'Text' }];
    const rows = Array.from({ length: 3000 }, (_, index) => [`${index}`, 'some words']);
    const [beginning, csv, ...others] = divided([{ kind: 'table', columns, rows, more: 0 }]);
    expect(others).toEqual([]);
    expect(csv?.file).toMatchObject({ name: expect.stringMatching(/^table-[\w-]{8}\.csv$/), mimeType: 'text/csv' });
    expect(csv?.file?.text.split('\r\n')).toHaveLength(rows.length + 2);
    expect(wordsOf(beginning?.blocks ?? [])).toMatch(/All 3,000 rows are in the file/);
  });

  it('has the same file for the same content, and other files for other content', () => {
    const nameOf = (text: string) => divided([{ kind: 'text', text: [{ text }] }]).at(-1)?.file?.name;
    expect(nameOf(lines(6000))).toBe(nameOf(lines(6000)));
    expect(nameOf(lines(6000))).not.toBe(nameOf(lines(6001)));
  });

  it('is not kept as a file where that would be more than a mebibyte', () => {
    const messages = divided([{ kind: 'text', text: [{ text: lines(11_000) }] }]);
    expect(messages).toHaveLength(5);
    expect(wordsOf(messages.at(-1)?.blocks ?? [])).toContain('Left out at its end');
  });

  it('says how much of it is left out after five messages in clouds where bots give no files', () => {
    const text = lines(6000);
    const messages = divided([{ kind: 'text', text: [{ text }] }, GO], NO_FILES);
    expect(messages).toHaveLength(5);
    const shown = messages
      .flatMap(({ blocks }) => blocks)
      .flatMap((block) => (block.kind === 'text' ? [wordsOf([block])] : []));
    const hidden = text.length - shown.join('').length;
    expect(hidden).toBeGreaterThan(0);
    expect(wordsOf(messages.at(-1)?.blocks ?? [])).toContain(
      `Left out at its end: ${hidden.toLocaleString('en')} characters.`,
    );
    expect(messages.at(-1)?.blocks.at(-1)).toEqual(GO);
  });
});

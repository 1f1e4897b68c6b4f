import fc from 'fast-check';
import { fitsOneMessage, renderMessage } from '../../../adapters/slack/blocks.js';
import { divideForSlack } from '../../../adapters/slack/long-messages.js';
import { validateBlocks } from '../../../playground/slack/validate-blocks.js';
import type { ReplyPlace } from '../../../src/chat/long-messages.port.js';
import type { Block, Message, TableBlock } from '../../../src/chat/message.js';
import { wordsOf } from '../../../src/chat/message-words.js';
import { anyMessage } from '../../support/any-message.js';

const GO: Block = { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 't' }] };

function divided(blocks: readonly Block[], place: ReplyPlace = 'direct'): readonly Message[] {
  const messages = divideForSlack({ fallback: 'In short', blocks }, { place });
  for (const message of messages)
    if (message.file === undefined) expect(validateBlocks(renderMessage(message).blocks)).toEqual([]);
  return messages;
}

/** `count` numbered sentences of 100 characters. */
function sentences(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index} `.padEnd(98, 'x')).join('. ');
}

function tableOf(rows: number, cell = 'a cell'): TableBlock {
  return {
    kind: 'table',
    columns: [{ title: 'Number' }, { title: 'Text' }],
    rows: Array.from({ length: rows }, (_, index) => [`${index}`, cell]),
    more: 0,
  };
}

describe('a reply that is too long for Slack', () => {
  test('is the message itself as long as it fits', () => {
    const message: Message = { fallback: 'x', blocks: [GO, { kind: 'text', text: [{ text: sentences(70) }] }] };
    const [first, ...others] = divideForSlack(message, { place: 'direct' });
    expect(first).toBe(message);
    expect(others).toEqual([]);
  });

  test('goes on in further messages, with the buttons on the last', () => {
    const text = sentences(250);
    const messages = divided([{ kind: 'text', text: [{ text }] }, GO]);
    expect(messages).toHaveLength(4);
    expect(messages.map(({ blocks }) => blocks.some(({ kind }) => kind === 'buttons'))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(messages.map(({ blocks }) => wordsOf(blocks)).join('')).toBe(text);
    for (const { blocks } of messages) expect(wordsOf(blocks)).toMatch(/^\d+ x/);
  });

  test('is a file where it would be more than five messages, below its beginning', () => {
    const text = sentences(2000);
    const blocks: Block[] = [{ kind: 'heading', text: 'Report' }, { kind: 'text', text: [{ text }] }, GO];
    const [beginning, file, ...others] = divided(blocks);
    expect(others).toEqual([]);
    expect(beginning?.blocks.map(({ kind }) => kind)).toEqual(['heading', 'text', 'note', 'buttons']);
    expect(wordsOf(beginning?.blocks ?? [])).toContain('The whole is in the file reply.txt below.');
    expect(file?.file).toEqual({ name: 'reply.txt', mimeType: 'text/plain', text: `Report\n${text}` });
  });

  test('says where the file is, where it cannot stand below', () => {
    const [beginning] = divided([{ kind: 'text', text: [{ text: sentences(2000) }] }], 'aside');
    expect(wordsOf(beginning?.blocks ?? [])).toContain('which I send you in our direct message');
  });

  test('says it all in the language of its reader', () => {
    const blocks: Block[] = [{ kind: 'text', text: [{ text: sentences(2000) }] }, tableOf(1500)];
    const messages = divideForSlack({ fallback: 'In short', blocks, locale: 'de-DE' }, { place: 'direct' });
    const [beginning, reply, table] = messages;
    expect(beginning?.fallback).toContain('Das Ganze steht in der Datei reply.txt hier darunter.');
    expect([reply?.fallback, table?.fallback]).toEqual(['Die ganze Antwort', 'Die ganze Tabelle']);
    expect(messages.map(({ locale }) => locale)).toEqual(['de-DE', 'de-DE', 'de-DE']);
  });

  test('counts the rows of a table as its reader does', () => {
    const [shown] = divideForSlack({ fallback: 'x', blocks: [tableOf(1500)], locale: 'de' }, { place: 'aside' });
    expect(shown?.fallback).toContain('Alle 1.500 Zeilen stehen in der Datei table.csv, die ich Ihnen');
    expect(shown?.fallback).toMatch(/… und 1\.\d{3} weitere Zeilen\./);
  });

  test('has the addresses of its links in the file', () => {
    const text = [{ text: sentences(2000) }, { text: 'the rest', link: 'https://a.example/' }];
    const [, file] = divided([{ kind: 'text', text }]);
    expect(file?.file?.text).toContain('the rest <https://a.example/>');
  });

  test('gives a table that is too large as a file, below its beginning', () => {
    const [shown, file, ...others] = divided([tableOf(150), GO]);
    expect(others).toEqual([]);
    const [table] = shown?.blocks ?? [];
    if (table?.kind !== 'table') throw new Error('no table');
    expect(table.rows.length + table.more).toBe(150);
    expect(table.rows.length).toBeGreaterThan(50);
    expect(wordsOf(shown?.blocks ?? [])).toContain('All 150 rows are in the file table.csv below.');
    expect(file?.file?.mimeType).toBe('text/csv');
    expect(file?.file?.text.split('\r\n')).toHaveLength(152);
  });

  test('gives a table whose cells are too long as a file', () => {
    const long = 'word '.repeat(100).trim();
    const [, file] = divided([tableOf(2, long)]);
    expect(file?.file?.text).toContain(long);
  });

  test('has the second table in a message of its own, where spaces cannot draw it', () => {
    const cell = 'a cell that is a good deal longer than thirty characters';
    const messages = divided([tableOf(2), tableOf(2, cell)]);
    expect(messages.map(({ blocks }) => blocks.map(({ kind }) => kind))).toEqual([['table'], ['table']]);
  });

  test('is always one that Slack takes whole', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const messages = divided(message.blocks);
        expect(messages.length).toBeLessThan(20);
        if (messages.length === 1) return;
        for (const { blocks, file } of messages) {
          const content = blocks.filter(({ kind }) => kind !== 'buttons' && kind !== 'picklist');
          expect(file !== undefined || fitsOneMessage(content)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

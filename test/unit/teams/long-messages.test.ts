import { renderMessage } from '../../../adapters/teams/cards.js';
import { divideForTeams } from '../../../adapters/teams/long-messages.js';
import { checkCard } from '../../../playground/teams/cards.js';
import type { Block, Message } from '../../../src/chat/message.js';
import { wordsOf } from '../../../src/chat/message-words.js';

const GO: Block = { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 't' }] };
const LIMIT = 80 * 1024;

function divided(...blocks: readonly Block[]): readonly Message[] {
  const messages = divideForTeams({ fallback: 'In short', blocks });
  for (const message of messages) {
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
    expect(divideForTeams(message)).toEqual([message]);
  });

  it('goes on in further messages, with the buttons on the last', () => {
    const text = lines(500);
    const messages = divided({ kind: 'text', text: [{ text }] }, GO);
    expect(messages.length).toBeGreaterThan(1);
    expect(messages.length).toBeLessThanOrEqual(5);
    expect(messages.map(({ blocks }) => wordsOf(blocks)).join('')).toBe(text);
    expect(messages.map(({ blocks }) => blocks.includes(GO)).indexOf(true)).toBe(messages.length - 1);
  });

  it('goes on with a table below its titles', () => {
    const columns = [{ title: 'Number' }, { title: 'Text' }];
    const rows = Array.from({ length: 400 }, (_, index) => [`${index}`, 'some words']);
    const tables = divided({ kind: 'table', columns, rows, more: 3 }).flatMap(({ blocks }) => blocks);
    expect(tables.length).toBeGreaterThan(1);
    expect(tables.flatMap((table) => (table.kind === 'table' ? table.rows : []))).toEqual(rows);
  });

  it('says in the language of its reader that something is left out', () => {
    const blocks: Block[] = [{ kind: 'text', text: [{ text: lines(6000) }] }];
    const messages = divideForTeams({ fallback: 'In short', blocks, locale: 'de-DE' });
    expect(messages.map(({ locale }) => locale)).toEqual(Array.from({ length: 5 }, () => 'de-DE'));
    expect(messages.at(-1)?.fallback).toMatch(/Am Ende fehlen: [\d.]+ Zeichen\.$/);
  });

  it('says how much of it is left out after five messages', () => {
    const text = lines(6000);
    const messages = divided({ kind: 'text', text: [{ text }] }, GO);
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

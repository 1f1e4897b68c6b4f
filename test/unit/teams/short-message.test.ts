import fc from 'fast-check';
import { renderAsCard } from '../../../adapters/teams/cards.js';
import { isShort } from '../../../adapters/teams/short-message.js';
import type { Block, Message, RichText } from '../../../src/chat/message.js';

/** What the renderer leaves for a note below a message. */
const MAX_BYTES = 78 * 1024;

// Signs that take the most: in JSON, in UTF-8, and where markdown is escaped.
const words = fc.string({ unit: fc.constantFrom('\u0001', '\n', '€', '*', '1. ', '"', 'a', ' '), maxLength: 250 });
const link = fc.string({ unit: fc.constantFrom('"', '\u0001', 'a'), maxLength: 100 }).map((rest) => `https:${rest}`);
const span = fc.record(
  { text: words, link, style: fc.constantFrom('bold' as const, 'italic' as const, 'strike' as const, 'code' as const) },
  { requiredKeys: ['text'] },
);
const text: fc.Arbitrary<RichText> = fc.array(span, { maxLength: 6 });
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('heading' as const), text: words }),
  fc.record({ kind: fc.constantFrom('text' as const, 'note' as const), text }),
  fc.constant({ kind: 'divider' as const }),
  fc.record({
    kind: fc.constant('fields' as const),
    fields: fc.array(fc.record({ label: words, value: words }), { maxLength: 5 }),
  }),
);
const message: fc.Arbitrary<Message> = fc.record({ fallback: words, blocks: fc.array(block, { maxLength: 16 }) });

function bytesOf(said: Message): number {
  const json = JSON.stringify(renderAsCard(said));
  return Math.max(json.length * 2, Buffer.byteLength(json));
}

describe('a message that is short', () => {
  it('is far from too large for Teams, whatever stands in it', () => {
    fc.assert(
      fc.property(message.filter(isShort), (said) => {
        expect(bytesOf(said)).toBeLessThan(0.75 * MAX_BYTES);
      }),
      { numRuns: 500 },
    );
  });

  it('is so at the very border', () => {
    const run = { text: '\u0001'.repeat(20), link: `https:${'"'.repeat(20)}`, style: 'code' as const };
    const note: Block = { kind: 'note', text: [run] };
    const said = { fallback: '\u0001'.repeat(14), blocks: Array.from({ length: 7 }, () => note) };
    expect(isShort(said)).toBe(true);
    expect(isShort({ ...said, fallback: `${said.fallback}${'x'.repeat(400)}` })).toBe(false);
    expect(bytesOf(said)).toBeLessThan(0.75 * MAX_BYTES);
  });

  it('is the usual answer', () => {
    const words = [{ text: 'Widget costs ' }, { text: '12.50', style: 'bold' as const }];
    const note = [{ text: 'As person@example.com in ' }, { text: 'Shop', link: 'https://shop.example/' }];
    const blocks: Block[] = [
      { kind: 'text', text: words },
      { kind: 'note', text: note },
    ];
    expect(isShort({ fallback: 'Widget costs 12.50', blocks })).toBe(true);
  });

  it('has no tables, buttons, choices or pictures in it', () => {
    const blocks: Block[] = [
      { kind: 'table', columns: [{ title: 'Name' }], rows: [['a']], more: 0 },
      { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 't' }] },
      { kind: 'picklist', id: 'choice', label: 'Which?', options: [{ label: 'a', value: 'a' }] },
      { kind: 'image', url: 'https://pictures.example/a.png', alt: 'a' },
    ];
    for (const other of blocks) expect(isShort({ fallback: 'a', blocks: [other] })).toBe(false);
  });

  it('has few lines', () => {
    const lines = (count: number): Block => ({ kind: 'text', text: [{ text: 'a\n'.repeat(count) }] });
    expect(isShort({ fallback: 'a', blocks: [lines(10)] })).toBe(true);
    expect(isShort({ fallback: 'a', blocks: [lines(100)] })).toBe(false);
  });
});

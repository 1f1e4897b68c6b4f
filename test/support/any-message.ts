import fc from 'fast-check';
import type { Block, Button, Message } from '../../src/chat/message.js';

/** Texts of data: short and long, markup, emoji, empty. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', ' ', '\n', '*b* <!channel> & :tada: {{DATE(1)}}', '𝄞é漢'.repeat(40)),
  fc.integer({ min: 1, max: 30_000 }).map((length) => 'words '.repeat(Math.ceil(length / 6)).slice(0, length)),
);
const url = fc.oneof(
  fc.webUrl({ validSchemes: ['https', 'http'] }),
  fc.constantFrom('javascript:alert(1)', 'not a url', '', `https://a.example/${'x'.repeat(4_000)}`),
);
const style = fc.constantFrom('bold' as const, 'italic' as const, 'strike' as const, 'code' as const);
const rich = fc.array(fc.record({ text, style, link: url }, { requiredKeys: ['text'] }), { maxLength: 6 });

const button: fc.Arbitrary<Button> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('action' as const),
      label: text,
      token: fc.constant('a-token'),
      style: fc.constantFrom('primary' as const, 'danger' as const),
      confirm: fc.record({ title: text, text, yes: text, no: text }),
    },
    { requiredKeys: ['kind', 'label', 'token'] },
  ),
  fc.record({ kind: fc.constant('link' as const), label: text, url }),
);

/** Letters of a table's rows: many times what a message takes, and no hundred megabytes. */
const MOST_IN_TABLE = 300_000;

const table: fc.Arbitrary<Block> = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 0, max: 120 }), fc.nat(50), text)
  .map(([width, tallest, more, cell]) => ({
    kind: 'table',
    columns: Array.from({ length: width }, (_, index) => ({ title: index === 0 ? cell : `Column ${index}` })),
    rows: Array.from({ length: Math.min(tallest, Math.ceil(MOST_IN_TABLE / (width * (cell.length + 1)))) }, () =>
      Array.from({ length: width }, () => cell),
    ),
    more,
  }));

/** A block; each picklist is named after its place, as the ids of a message are unique. */
function blockAt(place: number): fc.Arbitrary<Block> {
  return fc.oneof(
    fc.record({ kind: fc.constant('heading' as const), text }),
    fc.record({ kind: fc.constant('text' as const), text: rich }),
    fc.record({ kind: fc.constant('note' as const), text: rich }),
    fc.constant({ kind: 'divider' as const }),
    fc.record({ kind: fc.constant('image' as const), url, alt: text }),
    fc.record({
      kind: fc.constant('fields' as const),
      fields: fc.array(fc.record({ label: text, value: text }), { maxLength: 30 }),
    }),
    fc.record({ kind: fc.constant('buttons' as const), buttons: fc.array(button, { maxLength: 30 }) }),
    fc.nat(130).map((count) => ({
      kind: 'picklist' as const,
      id: `pick${place}`,
      label: 'Pick',
      options: Array.from({ length: count }, (_, index) => ({ label: `Option ${index}`, value: `${index}` })),
    })),
    table,
  );
}

/** Any message at all. */
export const anyMessage: fc.Arbitrary<Message> = fc
  .integer({ min: 0, max: 12 })
  .chain((count) =>
    fc.record({ fallback: text, blocks: fc.tuple(...Array.from({ length: count }, (_, place) => blockAt(place))) }),
  );

import fc from 'fast-check';
import { beginningOf, divideBlocks, messagesOf } from '../../../src/chat/divide-message.js';
import type { Block, RichText } from '../../../src/chat/message.js';
import { wordsOf } from '../../../src/chat/message-words.js';
import { divideText } from '../../../src/chat/text-border.js';
import { plainText } from '../../../src/kernel/rich-text.js';
import { anyMessage } from '../../support/any-message.js';

const GO: Block = { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 't' }] };
const PICK: Block = { kind: 'picklist', id: 'p', label: 'Pick', options: [{ label: 'One', value: '1' }] };

function paragraph(text: string): Block {
  return { kind: 'text', text: [{ text }] };
}

/** A platform that takes so many characters, and buttons for nothing. */
function upTo(characters: number) {
  return (blocks: readonly Block[]): boolean => wordsOf(blocks).length <= characters;
}

function divided(blocks: readonly Block[], characters: number, max = 1000) {
  return divideBlocks(blocks, { fits: upTo(characters), max });
}

/** Everything that is said, wherever it is divided: without what stands between blocks. */
function letters(blocks: readonly Block[]): string {
  return blocks
    .flatMap((block): readonly string[] => {
      if (block.kind === 'text' || block.kind === 'note') return [plainText(block.text)];
      if (block.kind === 'heading') return [block.text];
      if (block.kind === 'fields') return block.fields.map(({ value }) => value);
      return block.kind === 'table' ? block.rows.flat() : [];
    })
    .join('');
}

/** Labels of endless length become text, which this test does not count. */
function withShortLabels(block: Block): Block {
  if (block.kind === 'fields')
    return { ...block, fields: block.fields.map(({ value }, index) => ({ label: `Label ${index}`, value })) };
  if (block.kind === 'table')
    return { ...block, columns: block.columns.map((_, index) => ({ title: `Title ${index}` })) };
  return block.kind === 'image' ? { ...block, alt: 'A picture' } : block;
}

describe('where a text is divided', () => {
  const words = (text: string, limit: number): string => plainText(divideText([{ text }], limit).head);

  test.each([
    ['after a paragraph, before any other place', 'One one. Two.\n\nThree\nthree. Four four', 26, 'One one. Two.\n\n'],
    [
      'after a line, where no paragraph ends in the second half',
      'One one. Two\nThree. Four four',
      22,
      'One one. Two\n',
    ],
    ['after a sentence, where no line ends there', 'One one one. Two two two two', 20, 'One one one. '],
    ['after a word, where no sentence ends there', 'One two three four', 12, 'One two '],
    ['not at all, when it is short enough', 'One two', 7, 'One two'],
  ])('%s', (_where, text, limit, head) => {
    expect(words(text, limit)).toBe(head);
  });

  test.each(['👩‍👩‍👧‍👦', '🇩🇪', 'e\u0301', '👍🏽', '한'])('never through %s', (character) => {
    const text = character.repeat(20);
    for (let limit = character.length; limit < 30; limit += 1)
      expect(words(text, limit).length % character.length).toBe(0);
  });

  test('never through a surrogate pair, not even in one endless character', () => {
    const text = `😀${'\u{1f3fb}'.repeat(50)}`;
    for (let limit = 2; limit < 40; limit += 1) expect(words(text, limit).isWellFormed()).toBe(true);
  });

  test.each<[string, RichText[number]]>([
    ['a link', { text: 'the whole agreement', link: 'https://a.example/' }],
    ['code', { text: 'npm run all of it', style: 'code' }],
  ])('never inside %s that is short enough', (_what, run) => {
    const text = [{ text: 'Read and sign ' }, run, { text: ' today' }];
    const { head, tail } = divideText(text, 24);
    expect(plainText(head)).toBe('Read and sign ');
    expect(tail[0]).toEqual(run);
  });

  test('inside a link that is too long for any message, each part leads there', () => {
    const link = 'https://a.example/';
    const { head, tail } = divideText([{ text: 'one two three', link }], 8);
    expect([head, tail]).toEqual([[{ text: 'one two ', link }], [{ text: 'three', link }]]);
  });

  test('no letter is lost, and there is always a head, whatever the text is', () => {
    const span = fc.record(
      {
        text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
        style: fc.constantFrom('bold' as const, 'code' as const),
        link: fc.constant('https://a.example/'),
      },
      { requiredKeys: ['text'] },
    );
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 300 }), (text, limit) => {
        const { head, tail } = divideText(text, limit);
        expect(plainText(head) + plainText(tail)).toBe(plainText(text));
        expect(plainText(head)).not.toBe('');
        expect(plainText(head).length).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('a message that is divided', () => {
  test('keeps what can be pressed together in the last one', () => {
    const groups = divided([paragraph('a'.repeat(80)), PICK, paragraph('b'.repeat(80)), GO], 100);
    expect(groups?.map((blocks) => blocks.map(({ kind }) => kind))).toEqual([
      ['text'],
      ['text', 'picklist', 'buttons'],
    ]);
  });

  test('has the buttons alone in the last one, where nothing else fits there', () => {
    const fits = (blocks: readonly Block[]) => blocks.length === 1 && upTo(10)(blocks);
    expect(divideBlocks([paragraph('a'.repeat(10)), GO], { fits, max: 5 })).toEqual([
      [paragraph('a'.repeat(10))],
      [GO],
    ]);
  });

  test('leaves no heading behind what it stands above', () => {
    const groups = divided(
      [paragraph('a'.repeat(60)), { kind: 'divider' }, { kind: 'heading', text: 'Next' }, paragraph('b'.repeat(60))],
      100,
    );
    expect(groups?.map((blocks) => blocks.map(({ kind }) => kind))).toEqual([['text'], ['divider', 'heading', 'text']]);
  });

  test('repeats the titles of a table that goes on, and counts what it leaves out at its end', () => {
    const rows = Array.from({ length: 30 }, (_, index) => [`row ${index}`]);
    const groups = divided([{ kind: 'table', columns: [{ title: 'Name' }], rows, more: 7 }], 100) ?? [];
    const tables = groups.flat().flatMap((block) => (block.kind === 'table' ? [block] : []));
    expect(tables.length).toBeGreaterThan(2);
    expect(tables.flatMap((table) => table.rows)).toEqual(rows);
    expect(tables.map(({ columns }) => columns)).toEqual(tables.map(() => [{ title: 'Name' }]));
    expect(tables.map(({ more }) => more)).toEqual([...tables.slice(1).map(() => 0), 7]);
  });

  test('shows a row that is too large for a table as fields', () => {
    const table: Block = {
      kind: 'table',
      columns: [{ title: 'A' }, { title: 'B' }],
      rows: [['x'.repeat(90), 'y'.repeat(90)]],
      more: 0,
    };
    const groups = divided([table], 100) ?? [];
    expect(groups.flat().every(({ kind }) => kind === 'fields')).toBe(true);
    expect(letters(groups.flat())).toBe('x'.repeat(90) + 'y'.repeat(90));
  });

  test('is undefined where there would be too many', () => {
    expect(divided([paragraph('a'.repeat(1000))], 100, 5)).toBeUndefined();
    expect(divided([paragraph('a'.repeat(1000))], 100, 10)).toHaveLength(10);
  });

  test('is read out part by part, and never without a word', () => {
    const [first, second] = messagesOf([[paragraph('one')], [GO]], { fallback: 'All of it', blocks: [] });
    expect([first?.fallback, second?.fallback]).toEqual(['one', 'All of it']);
  });

  test('says of its beginning how many characters are left out', () => {
    const note = (hidden: number) => paragraph(`and ${hidden}`);
    const groups = beginningOf([paragraph('a'.repeat(1000)), GO], { fits: upTo(100), max: 2, note });
    const [, last = []] = groups;
    expect(groups).toHaveLength(2);
    expect(last.map(({ kind }) => kind)).toEqual(['text', 'text', 'buttons']);
    const shown = letters(groups.flat()).match(/a/g)?.length ?? 0;
    expect(last[1]).toEqual(paragraph(`and ${1000 - (shown - 1)}`));
  });

  test('loses no letter, whatever it says', () => {
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 2000, max: 9000 }), ({ blocks }, characters) => {
        const groups = divided(blocks.map(withShortLabels), characters, Number.POSITIVE_INFINITY) ?? [];
        expect(letters(groups.flat())).toBe(letters(blocks));
        for (const kind of ['buttons', 'picklist'])
          expect(groups.flat().filter((block) => block.kind === kind)).toEqual(
            blocks.filter((block) => block.kind === kind),
          );
      }),
      { numRuns: 40 },
    );
  });
});

import fc from 'fast-check';
import { picklistIdOf, renderMessage } from '../../../adapters/slack/blocks.js';
import { Room } from '../../../adapters/slack/room.js';
import { validateBlocks } from '../../../playground/slack/validate-blocks.js';
import type { Block, Button, TableBlock } from '../../../src/chat/message.js';
import { anyMessage } from '../../support/any-message.js';

function render(...blocks: readonly Block[]) {
  const content = renderMessage({ fallback: 'In short', blocks });
  expect(validateBlocks(content.blocks)).toEqual([]);
  return content.blocks;
}

function go(index: number): Button {
  return { kind: 'action', label: `Go ${index}`, token: `token-${index}` };
}

function paragraph(text: string): Block {
  return { kind: 'text', text: [{ text }] };
}

/** Characters that a person reads. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textLength(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, part]) => sum + (key === 'text' && typeof part === 'string' ? part.length : textLength(part)),
    0,
  );
}

describe('a message as Block Kit', () => {
  test('text keeps its styles and links as rich text', () => {
    const text = [
      { text: 'Created ' },
      { text: 'Acme', style: 'bold' as const },
      { text: ' as ', style: 'italic' as const },
      { text: 'code', style: 'code' as const },
      { text: 'site', link: 'https://acme.example/' },
      { text: 'mail', link: 'mailto:a@acme.example' },
    ];
    expect(render({ kind: 'text', text })).toEqual([
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'text', text: 'Created ' },
              { type: 'text', text: 'Acme', style: { bold: true } },
              { type: 'text', text: ' as ', style: { italic: true } },
              { type: 'text', text: 'code', style: { code: true } },
              { type: 'link', url: 'https://acme.example/', text: 'site' },
              { type: 'link', url: 'mailto:a@acme.example', text: 'mail' },
            ],
          },
        ],
      },
    ]);
  });

  test.each(['javascript:alert(1)', 'slack://open', 'not a url', `https://a.example/${'x'.repeat(3000)}`])(
    'the link %.30s is shown as text',
    (link) => {
      const [block] = render({ kind: 'text', text: [{ text: 'here', link }] });
      expect(JSON.stringify(block)).not.toContain('"link"');
      expect(JSON.stringify(block)).toContain('here');
    },
  );

  test('no part of a message is ever mrkdwn', () => {
    const evil = '*b* <!channel> <@U1> &';
    const blocks = render(
      { kind: 'heading', text: evil },
      paragraph(evil),
      { kind: 'fields', fields: [{ label: evil, value: evil }] },
      { kind: 'note', text: [{ text: evil }] },
      { kind: 'note', text: [{ text: evil, style: 'bold' }] },
      { kind: 'buttons', buttons: [{ ...go(1), label: evil }] },
      { kind: 'picklist', id: 'p', label: evil, options: [{ label: evil, value: evil }] },
    );
    expect(JSON.stringify(blocks)).not.toContain('mrkdwn');
    expect(JSON.stringify(blocks)).not.toContain('"emoji":true');
  });

  test('the text for notifications is there and escaped', () => {
    expect(renderMessage({ fallback: '<!channel> & co', blocks: [] })).toEqual({
      text: '&lt;!channel&gt; &amp; co',
      blocks: [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '<!channel> & co' }] }],
        },
      ],
    });
  });

  test('a message without any word is still one that Slack takes', () => {
    const { text, blocks } = renderMessage({ fallback: '', blocks: [paragraph(''), { kind: 'heading', text: ' ' }] });
    expect(text).not.toBe('');
    expect(blocks).toHaveLength(1);
    expect(validateBlocks(blocks)).toEqual([]);
  });

  test('each kind of button becomes what Slack calls it', () => {
    const [block] = render({
      kind: 'buttons',
      buttons: [
        { kind: 'login', label: 'Login', url: 'https://b.example/login/1', token: 'login-token' },
        { kind: 'link', label: 'Open', url: 'https://crm.example/1' },
        {
          kind: 'action',
          label: 'Delete',
          token: 'delete-token',
          style: 'danger',
          confirm: { title: 'Sure?', text: 'It goes.', yes: 'Delete', no: 'Keep' },
        },
      ],
    });
    expect(block).toMatchObject({
      type: 'actions',
      elements: [
        { text: { text: 'Login' }, url: 'https://b.example/login/1', value: 'login-token', style: 'primary' },
        { text: { text: 'Open' }, url: 'https://crm.example/1' },
        {
          text: { text: 'Delete' },
          value: 'delete-token',
          style: 'danger',
          confirm: {
            title: { text: 'Sure?' },
            text: { text: 'It goes.' },
            confirm: { text: 'Delete' },
            style: 'danger',
          },
        },
      ],
    });
  });

  test('a link button without a web address is named, not sent', () => {
    const blocks = render({
      kind: 'buttons',
      buttons: [go(1), { kind: 'link', label: 'Open it', url: 'javascript:alert(1)' }],
    });
    expect(blocks[0]).toMatchObject({ elements: [{ value: 'token-1' }] });
    expect(JSON.stringify(blocks)).not.toContain('javascript');
    expect(blocks[1]).toMatchObject({ type: 'context', elements: [{ text: 'No usable address for: Open it.' }] });
  });

  test('more than 25 buttons go into several rows, each with an id of its own', () => {
    const blocks = render({ kind: 'buttons', buttons: Array.from({ length: 60 }, (_, index) => go(index)) });
    expect(blocks.map((block) => (block.type === 'actions' ? block.elements.length : 0))).toEqual([25, 25, 10]);
    const ids = JSON.stringify(blocks).match(/"action_id":"[^"]+"/g) ?? [];
    expect(new Set(ids).size).toBe(60);
  });

  test('a picklist is a menu whose id comes back', () => {
    const [block] = render({
      kind: 'picklist',
      id: 'connection',
      label: 'Connection',
      options: [{ label: 'Acme CRM', value: 'crm' }],
    });
    const accessory = block?.type === 'section' ? block.accessory : undefined;
    expect(accessory).toMatchObject({
      type: 'static_select',
      options: [{ text: { text: 'Acme CRM' }, value: 'crm' }],
    });
    expect(picklistIdOf(accessory && 'action_id' in accessory ? (accessory.action_id ?? '') : '')).toBe('connection');
    expect(picklistIdOf('button:1')).toBeUndefined();
  });

  test('a picklist shows 100 options and says how many there are', () => {
    const options = Array.from({ length: 130 }, (_, index) => ({ label: `App ${index}`, value: `app-${index}` }));
    const [menu, note] = render({ kind: 'picklist', id: 'p', label: 'App', options });
    expect(menu?.type === 'section' && menu.accessory?.type === 'static_select' && menu.accessory.options).toHaveLength(
      100,
    );
    expect(note).toMatchObject({ elements: [{ text: '100 of 130 can be chosen here.' }] });
  });

  test.each(['App', 'App?', 'App:'])('a picklist %s with nothing to choose is a sentence', (label) => {
    const blocks = render({ kind: 'picklist', id: 'p', label, options: [] });
    expect(blocks).toMatchObject([{ type: 'context', elements: [{ text: 'App: there is nothing to choose.' }] }]);
  });

  test('an option value that Slack would refuse is left out rather than cut', () => {
    const options = [
      { label: 'Good', value: 'good' },
      { label: 'Long', value: 'v'.repeat(151) },
    ];
    const blocks = render({ kind: 'picklist', id: 'p', label: 'App', options });
    expect(JSON.stringify(blocks)).not.toContain('vvv');
    expect(blocks).toHaveLength(2);
  });

  test('labels, headings and confirmations of any length fit', () => {
    const long = '🎉 very long '.repeat(500);
    const blocks = render(
      { kind: 'heading', text: long },
      { kind: 'note', text: [{ text: long }] },
      { kind: 'picklist', id: 'p'.repeat(400), label: long, options: [{ label: long, value: 'v' }] },
      {
        kind: 'buttons',
        buttons: [
          { kind: 'action', label: long, token: 't', confirm: { title: long, text: long, yes: long, no: long } },
          { kind: 'action', label: ' ', token: 't' },
        ],
      },
    );
    expect(blocks[0]).toMatchObject({ type: 'rich_text', elements: [{ elements: [{ style: { bold: true } }] }] });
  });

  test('a long message keeps its beginning and its buttons, and says that it was cut', () => {
    const paragraphs = Array.from({ length: 30 }, (_, index) => paragraph(`${index} ${'x'.repeat(1000)}`));
    const blocks = render(...paragraphs, { kind: 'buttons', buttons: [go(1)] });
    expect(textLength(blocks)).toBeLessThan(9000);
    expect(blocks.some((block) => block.type === 'actions')).toBe(true);
    expect(blocks.at(-1)).toMatchObject({ type: 'context', elements: [{ text: expect.stringContaining('left out') }] });
    expect(JSON.stringify(blocks[0])).toContain('0 xxx');
  });

  test('many paragraphs are joined, none is lost', () => {
    const blocks = render(...Array.from({ length: 120 }, (_, index) => paragraph(`Line ${index}`)));
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (let index = 0; index < 120; index += 1) expect(JSON.stringify(blocks)).toContain(`"Line ${index}"`);
  });

  test('more blocks than Slack takes lose text before buttons', () => {
    const pairs = Array.from({ length: 40 }, (_, index): Block[] => [
      { kind: 'divider' },
      { kind: 'buttons', buttons: [go(index)] },
    ]);
    const blocks = render(...pairs.flat());
    expect(blocks).toHaveLength(50);
    expect(blocks.filter((block) => block.type === 'actions')).toHaveLength(40);
  });

  test('a text is never cut through what people see as a character, and nothing stands behind the cut', () => {
    const taken = (text: string, room: number) => {
      const left = new Room(room);
      return [left.take(text, room), left.take('x', room), left.wasCut];
    };
    expect(taken('ab🎉cd', 4)).toEqual(['ab…', '', true]);
    expect(taken('ab🎉cd', 5)).toEqual(['ab🎉…', '', true]);
    expect(taken('ab👨‍👩‍👧‍👦cd', 8)).toEqual(['ab…', '', true]);
    expect(taken('ab🇩🇪cd', 6)).toEqual(['ab…', '', true]);
    expect(taken('abc', 3)).toEqual(['abc', '', true]);
  });
});

describe('pictures and tables', () => {
  const picture: Block = { kind: 'image', url: 'https://a.example/p.png', alt: 'A pie' };

  function tableOf(rows: number, columns = 2, more = 0): TableBlock {
    return {
      kind: 'table',
      columns: Array.from({ length: columns }, (_, index) => ({ title: `Title ${index}` })),
      rows: Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, index) => `${row}/${index}`)),
      more,
    };
  }

  test('a picture says what it shows', () => {
    expect(render(picture)).toEqual([{ type: 'image', image_url: 'https://a.example/p.png', alt_text: 'A pie' }]);
  });

  test.each(['http://a.example/p.png', 'data:image/png;base64,AA', 'x', ''])(
    'of %p only its words are shown',
    (url) => {
      expect(render({ kind: 'image', url, alt: 'A pie' })).toMatchObject([
        { type: 'context', elements: [{ text: 'A pie' }] },
      ]);
    },
  );

  test('a table has its titles first, and says how many rows are left out', () => {
    const table: TableBlock = {
      kind: 'table',
      columns: [{ title: 'Name' }, { title: 'Amount', align: 'right' }],
      rows: [['*Acme*', '']],
      more: 3,
    };
    expect(render(table)).toMatchObject([
      {
        type: 'table',
        column_settings: [{ align: 'left' }, { align: 'right' }],
        rows: [
          [
            { type: 'raw_text', text: 'Name' },
            { type: 'raw_text', text: 'Amount' },
          ],
          [
            { type: 'raw_text', text: '*Acme*' },
            { type: 'raw_text', text: '–' },
          ],
        ],
      },
      { type: 'context', elements: [{ text: '… and 3 more rows.' }] },
    ]);
  });

  test('rows for which there is no room are counted with those that were left out before', () => {
    const [table, note] = render(tableOf(90, 10, 7));
    if (table?.type !== 'table') throw new Error('no table');
    const shown = table.rows.length - 1;
    expect(shown).toBeLessThan(90);
    expect(note).toMatchObject({ elements: [{ text: `… and ${97 - shown} more rows.` }] });
  });

  test('the second table of a message is drawn with spaces, since Slack takes one', () => {
    const [first, second] = render(tableOf(1), tableOf(2));
    expect([first?.type, second?.type]).toEqual(['table', 'rich_text']);
    expect(JSON.stringify(second)).toContain('Title 0  Title 1\\n───────  ───────\\n0/0      0/1\\n1/0      1/1');
  });

  test('in its plain form a message has neither', () => {
    const { blocks } = renderMessage({ fallback: 'x', blocks: [picture, tableOf(1)] }, { plain: true });
    expect(validateBlocks(blocks)).toEqual([]);
    expect(blocks.map(({ type }) => type)).toEqual(['rich_text', 'rich_text']);
    expect(JSON.stringify(blocks)).toContain('"url":"https://a.example/p.png","text":"A pie"');
  });
});

test.each([false, true])('whatever a message says, Slack takes it (plain: %p)', (plain) => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const { blocks, text } = renderMessage(message, { plain });
      expect(validateBlocks(blocks)).toEqual([]);
      expect(blocks.length).toBeGreaterThan(0);
      expect(text.length).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});

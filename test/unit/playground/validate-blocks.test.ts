import { validateBlocks } from '../../../playground/slack/validate-blocks.js';

function plain(text: string) {
  return { type: 'plain_text', text };
}

function button(fields: object = {}) {
  return { type: 'button', action_id: 'go', text: plain('Go'), ...fields };
}

function option(value: string) {
  return { text: plain(value), value };
}

function section(length: number) {
  return { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } };
}

function actions(...elements: readonly object[]) {
  return { type: 'actions', elements };
}

function select(fields: object) {
  return actions({ type: 'static_select', action_id: 'pick', ...fields });
}

const options = Array.from({ length: 100 }, (_, index) => option(`option ${index}`));

test.each([
  ['text at its limit', [section(3000)]],
  ['50 blocks', Array(50).fill({ type: 'divider' })],
  ['25 elements', [actions(...Array.from({ length: 25 }, (_, index) => button({ action_id: `b${index}` })))]],
  ['100 options', [select({ options, initial_option: option('option 7') })]],
  ['a button at its limits', [actions(button({ text: plain('x'.repeat(75)), value: 'x'.repeat(2000) }))]],
  ['the same action in two blocks', [actions(button()), actions(button())]],
  [
    'rich text',
    [
      {
        type: 'rich_text',
        elements: [
          { type: 'rich_text_section', elements: [{ type: 'text', text: 'bold', style: { bold: true } }] },
          {
            type: 'rich_text_list',
            style: 'bullet',
            elements: [{ type: 'rich_text_section', elements: [{ type: 'link', url: 'https://acme.example' }] }],
          },
        ],
      },
    ],
  ],
])('takes %s', (_what, blocks) => {
  expect(validateBlocks(blocks)).toEqual([]);
});

test.each([
  ['text beyond its limit', [section(3001)], 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
  ['an empty text', [section(0)], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
  ['51 blocks', Array(51).fill({ type: 'divider' }), 'no more than 50 items allowed [json-pointer:/blocks]'],
  ['an unknown block', [{ type: 'banner' }], 'unsupported type: banner [json-pointer:/blocks/0/type]'],
  [
    'an unknown key',
    [{ type: 'divider', colour: 'red' }],
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  [
    'a disabled button',
    [actions(button({ disabled: true }))],
    'invalid additional property: disabled [json-pointer:/blocks/0/elements/0]',
  ],
  [
    'a long button text',
    [actions(button({ text: plain('x'.repeat(76)) }))],
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
  ],
  [
    'a long value',
    [actions(button({ value: 'x'.repeat(2001) }))],
    'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
  ],
  [
    'a link without a scheme',
    [actions(button({ url: 'acme.example' }))],
    'must be a valid URL [json-pointer:/blocks/0/elements/0/url]',
  ],
  [
    'an action twice in a block',
    [actions(button(), button())],
    '`action_id` go already exists [json-pointer:/blocks/0/elements/1/action_id]',
  ],
  [
    'a menu without options',
    [select({ options: [] })],
    'no fewer than 1 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    '101 options',
    [select({ options: [...options, option('one more')] })],
    'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    'an initial option that is not on offer',
    [select({ options, initial_option: option('other') })],
    'initial option must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]',
  ],
  [
    'markdown in a header',
    [{ type: 'header', text: { type: 'mrkdwn', text: 'Hello' } }],
    'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
  ],
  [
    'a long confirmation',
    [actions(button({ confirm: { text: plain('x'.repeat(301)) } }))],
    'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
  ],
  [
    'text right in a rich text block',
    [{ type: 'rich_text', elements: [{ type: 'text', text: 'x' }] }],
    'unsupported type: text [json-pointer:/blocks/0/elements/0/type]',
  ],
  ['a section without text', [{ type: 'section' }], 'must have at least one of: text, fields [json-pointer:/blocks/0]'],
  [
    'a block id twice',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
    '`block_id` a already exists [json-pointer:/blocks/1/block_id]',
  ],
])('refuses %s and says where', (_what, blocks, message) => {
  expect(validateBlocks(blocks)).toEqual([`[ERROR] ${message}`]);
});

test('views may have 100 blocks', () => {
  const blocks = Array(100).fill({ type: 'divider' });
  expect([validateBlocks(blocks).length, validateBlocks(blocks, 'view').length]).toEqual([1, 0]);
});

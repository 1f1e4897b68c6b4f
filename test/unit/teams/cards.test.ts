import fc from 'fast-check';
import { type OutgoingActivity, renderMessage } from '../../../adapters/teams/cards.js';
import { checkCard, readCard } from '../../../playground/teams/cards.js';
import { type Block, type Message, textMessage } from '../../../src/chat/message.js';
import { anyMessage } from '../../support/any-message.js';

const LIMIT = 80 * 1024;

function message(...blocks: readonly Block[]): Message {
  return { fallback: 'In plain words', blocks };
}

/** The card of a message, which Teams must draw without complaint: published schema, strict parser, own rules. */
function cardOf(of: Message) {
  const [attachment] = renderMessage(of).attachments ?? [];
  expect(attachment?.contentType).toBe('application/vnd.microsoft.card.adaptive');
  const card = attachment?.content ?? { type: 'none' };
  expect(checkCard(card)).toEqual([]);
  return card;
}

function bodyOf(...blocks: readonly Block[]): unknown {
  return cardOf(message(...blocks))['body'];
}

function sizeOf(activity: OutgoingActivity): number {
  const json = JSON.stringify(activity);
  return Math.max(json.length * 2, Buffer.byteLength(json));
}

describe('a plain paragraph', () => {
  it('is a plain text, so that nothing in it is markup', () => {
    expect(renderMessage(textMessage('Done <b>*now*</b>\n& here'))).toEqual({
      type: 'message',
      text: 'Done <b>*now*</b>\n& here',
      textFormat: 'plain',
    });
  });

  it('with a style is a card', () => {
    const [text] = readCard(cardOf(textMessage([{ text: 'Done ' }, { text: 'now', style: 'bold' }]))).text.split('\n');
    expect(text).toBe('Done now');
  });

  it('without a word is a card with the fallback, since Teams takes no empty message', () => {
    expect(readCard(cardOf({ fallback: 'In plain words', blocks: [] })).text).toBe('In plain words');
    expect(readCard(cardOf({ fallback: '', blocks: [{ kind: 'text', text: [] }] })).text).toBe('…');
  });
});

describe('a card', () => {
  it('says in plain words what it is, for notifications, screen readers and old clients', () => {
    const of = message({ kind: 'heading', text: 'Hello' });
    expect(renderMessage(of).summary).toBe('In plain words');
    expect(cardOf(of)).toMatchObject({ version: '1.5', speak: 'In plain words', fallbackText: 'In plain words' });
  });

  it('shows styles as properties of the run, never as signs in it', () => {
    const styles = ['bold', 'italic', 'strike', 'code'] as const;
    const spans = styles.map((style) => ({ text: `*${style}*`, style }));
    expect(bodyOf({ kind: 'text', text: spans })).toMatchObject([
      {
        inlines: [
          { text: '*bold*', weight: 'Bolder' },
          { text: '*italic*', italic: true },
          { text: '*strike*', strikethrough: true },
          { text: '*code*', fontType: 'Monospace' },
        ],
      },
    ]);
  });

  it('draws a line for each line', () => {
    const text = [{ text: 'one\ntwo ' }, { text: 'bold\n\nfour', style: 'bold' as const }];
    expect(readCard(cardOf(message({ kind: 'text', text }))).text).toBe('one\ntwo bold\nfour');
  });

  it('opens links of runs, but only those of pages and mail', () => {
    const links = ['https://a.example/', 'mailto:a@b.example', 'javascript:alert(1)', 'file:///etc/passwd', 'nonsense'];
    const body = JSON.stringify(bodyOf({ kind: 'text', text: links.map((link) => ({ text: 'x', link })) }));
    expect(links.filter((link) => body.includes(link))).toEqual(links.slice(0, 2));
  });

  it('escapes what would act as markdown in headings and fields, and nothing else', () => {
    const text = '*b* _i_ [l](https://e.example) `c` ~s~ <at>all</at> &amp; {{DATE(x)}} 5.000 - a-b (c) + 1 < 2 & 3!';
    const escaped =
      '\\*b\\* \\_i\\_ \\[l\\](https://e.example) \\`c\\` \\~s\\~ \\<at>all\\</at> \\&amp; \\{{DATE(x)}} 5.000 - a-b (c) + 1 < 2 & 3!';
    expect(
      bodyOf({ kind: 'heading', text }, { kind: 'fields', fields: [{ label: '*l*', value: text }] }),
    ).toMatchObject([
      { type: 'TextBlock', style: 'heading', text: escaped },
      { type: 'FactSet', facts: [{ title: '\\*l\\*', value: escaped }] },
    ]);
  });

  it.each([
    ['# a', '\\# a'],
    ['> a', '\\> a'],
    ['- a', '\\- a'],
    ['+ a', '\\+ a'],
    ['1. a', '1\\. a'],
    ['12) a', '12\\) a'],
    ['-5', '-5'],
    ['1.5', '1.5'],
  ])('reads %s at the start of a value as itself', (value, escaped) => {
    expect(bodyOf({ kind: 'fields', fields: [{ label: 'l', value }] })).toMatchObject([
      { facts: [{ value: escaped }] },
    ]);
  });

  it('puts a line above what follows a divider, and none at the ends', () => {
    const text: Block = { kind: 'text', text: [{ text: 'x' }] };
    const divider: Block = { kind: 'divider' };
    const body = bodyOf(divider, text, divider, divider, text, divider);
    expect(body).toMatchObject([{ type: 'RichTextBlock' }, { type: 'RichTextBlock', separator: true }]);
    expect(JSON.stringify(body).match(/separator/g)).toHaveLength(1);
  });

  it('chooses nothing beforehand in a picklist, and leaves an empty one out', () => {
    const options = [{ label: 'CRM', value: 'crm' }];
    const [only, ...others] = [bodyOf({ kind: 'picklist', id: 'app', label: 'App', options })].flat();
    expect(only).toMatchObject({ type: 'Input.ChoiceSet', label: 'App', choices: [{ title: 'CRM', value: 'crm' }] });
    expect(only).not.toHaveProperty('value');
    expect(others).toEqual([]);
    const empty: Block = { kind: 'picklist', id: 'app', label: 'App', options: [] };
    expect(JSON.stringify(bodyOf(empty, { kind: 'note', text: [{ text: 'n' }] }))).not.toContain('ChoiceSet');
  });
});

describe('buttons', () => {
  it('execute, and submit the same in old clients', () => {
    const body = bodyOf({
      kind: 'buttons',
      buttons: [{ kind: 'action', label: 'Delete', token: 'the-token', style: 'danger' }],
    });
    const data = { behalfToken: 'the-token' };
    expect(body).toMatchObject([
      {
        type: 'ActionSet',
        actions: [
          {
            type: 'Action.Execute',
            title: 'Delete',
            style: 'destructive',
            data,
            fallback: { type: 'Action.Submit', title: 'Delete', style: 'destructive', data },
          },
        ],
      },
    ]);
  });

  it('open the sign-in pop-up for a login', () => {
    const url = 'https://behalf.example.com/login/abc';
    const body = bodyOf({ kind: 'buttons', buttons: [{ kind: 'login', label: 'Login', url, token: 'the-token' }] });
    const data = { behalfToken: 'the-token', msteams: { type: 'signin', value: url } };
    expect(body).toMatchObject([{ actions: [{ type: 'Action.Submit', title: 'Login', data }] }]);
  });

  it('open pages and mail, and nothing else', () => {
    const urls = ['https://a.example/', 'mailto:a@b.example', 'javascript:alert(1)', 'ms-word:x', ''];
    const buttons = urls.map((url) => ({ kind: 'link' as const, label: 'Open', url }));
    const { actions } = readCard(cardOf(message({ kind: 'buttons', buttons })));
    expect(actions.map(({ url }) => url)).toEqual(urls.slice(0, 2));
  });

  it('stand five in a row', () => {
    const buttons = Array.from(
      { length: 14 },
      (_, index) => ({ kind: 'action', label: `${index}`, token: 't' }) as const,
    );
    const body = bodyOf({ kind: 'buttons', buttons });
    expect([body].flat().map((row) => JSON.stringify(row).match(/Action\.Execute/g)?.length)).toEqual([5, 5, 4]);
  });

  it('without a label still have something to press', () => {
    const body = bodyOf({ kind: 'buttons', buttons: [{ kind: 'action', label: ' ', token: 't' }] });
    expect(body).toMatchObject([{ actions: [{ title: '…' }] }]);
  });
});

describe('a message that is too large', () => {
  const buttons: Block = { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 't' }] };

  it.each([
    [
      'of many paragraphs',
      Array.from({ length: 500 }, (): Block => ({ kind: 'text', text: [{ text: 'word '.repeat(200) }] })),
    ],
    ['of one endless paragraph', [{ kind: 'text', text: [{ text: '𝄞é'.repeat(60_000), style: 'bold' }] }]],
    ['of many lines', [{ kind: 'text', text: [{ text: 'x\n'.repeat(30_000) }, { text: 'y', style: 'bold' }] }]],
    [
      'of many fields',
      [{ kind: 'fields', fields: Array.from({ length: 5_000 }, () => ({ label: 'label', value: '漢'.repeat(50) })) }],
    ],
    [
      'of many choices',
      [
        {
          kind: 'picklist',
          id: 'p',
          label: 'P',
          options: Array.from({ length: 5_000 }, (_, index) => ({ label: `Option ${index}`, value: `${index}` })),
        },
      ],
    ],
    ['of many headings', Array.from({ length: 3_000 }, (): Block => ({ kind: 'heading', text: 'Heading' }))],
  ] satisfies [string, Block[]][])('%s is cut, says so, and keeps its buttons', (_what, blocks) => {
    const of = message(...blocks, buttons);
    expect(sizeOf(renderMessage(of))).toBeLessThanOrEqual(LIMIT);
    const { actions, text } = readCard(cardOf(of));
    expect(text).toContain('The rest was too long to show here.');
    expect(actions.map(({ title }) => title)).toEqual(['Go']);
  });

  it('of plain words is cut and says so', () => {
    const activity = renderMessage(textMessage('word '.repeat(50_000)));
    expect(sizeOf(activity)).toBeLessThanOrEqual(LIMIT);
    expect(activity.text?.endsWith('The rest was too long to show here.')).toBe(true);
  });

  it('shows nothing behind the place where a text is cut, however little the last character left', () => {
    for (const before of ['', 'a', 'ab', 'abc', 'abcd', 'abcde']) {
      const long = { text: `${before}${'👨‍👩‍👧‍👦'.repeat(6_000)}` };
      const blocks: Block[] = [
        { kind: 'text', text: [long, { text: 'behind', style: 'bold' }] },
        { kind: 'text', text: [{ text: 'below' }] },
      ];
      const shown = JSON.stringify(renderMessage({ fallback: 'long', blocks }).attachments);
      expect(shown).toMatch(/👨‍👩‍👧‍👦…"/u);
      expect(shown).not.toMatch(/"text":"(?:b|…)/);
    }
  });

  it('never loses half a character', () => {
    expect(JSON.stringify(renderMessage(textMessage('𝄞'.repeat(60_000))))).not.toMatch(/\\ud83[0-9a-f]/);
    for (const before of ['', 'x']) {
      const words = `${before}${'𝄞'.repeat(2_000)}`;
      const confirm = { title: words, text: words, yes: words, no: words };
      const asked = { kind: 'action', label: 'Go', token: 'token-of-go', confirm } as const;
      const blocks: Block[] = [
        { kind: 'heading', text: 'Hello' },
        { kind: 'buttons', buttons: [asked] },
      ];
      expect(JSON.stringify(renderMessage({ fallback: words, blocks }))).not.toMatch(/\\ud83[0-9a-f]/);
    }
  });

  it('with an endless fallback only is not cut, but its summary is', () => {
    const of = { fallback: 'word '.repeat(50_000), blocks: [{ kind: 'heading', text: 'Hello' }] } satisfies Message;
    expect(readCard(cardOf(of)).text).toBe('Hello');
    expect(renderMessage(of).summary).toHaveLength(1_000);
  });
});

describe('pictures and tables', () => {
  it('show a picture with its words', () => {
    expect(bodyOf({ kind: 'image', url: 'https://a.example/p.png', alt: 'A pie' })).toMatchObject([
      { type: 'Image', url: 'https://a.example/p.png', altText: 'A pie' },
    ]);
  });

  it('show only the words of a picture that is not on https', () => {
    const card = cardOf(message({ kind: 'image', url: 'http://a.example/p.png', alt: 'A pie' }));
    expect(readCard(card).text).toBe('A pie');
    expect(JSON.stringify(card)).not.toContain('http://a.example');
  });

  it('show a table as one, with its titles, and the rows that are left out', () => {
    const columns = [{ title: 'Name' }, { title: 'Amount', align: 'right' as const }];
    const card = cardOf(message({ kind: 'table', columns, rows: [['*Acme*', '']], more: 1 }));
    expect(card['body']).toMatchObject([
      { type: 'Table', firstRowAsHeader: true, columns: [{ width: 1 }, { horizontalCellContentAlignment: 'right' }] },
      { type: 'RichTextBlock' },
    ]);
    expect(readCard(card).text).toBe('Name\nAmount\n*Acme*\n–\n… and 1 more row.');
  });

  it('count the rows for which a card has no room', () => {
    const columns = Array.from({ length: 10 }, (_, index) => ({ title: `${index}` }));
    const rows = Array.from({ length: 2_000 }, () => columns.map(() => 'a cell of some length'));
    const of = message({ kind: 'table', columns, rows, more: 5 });
    expect(sizeOf(renderMessage(of))).toBeLessThanOrEqual(LIMIT);
    expect(readCard(cardOf(of)).text).toMatch(/… and 1,9\d\d more rows\.$/);
  });
});

it('asks before a button counts that is to be confirmed', () => {
  const confirm = { title: 'Close it?', text: 'For good.', yes: 'Yes, close', no: 'No' };
  const card = cardOf(
    message({ kind: 'buttons', buttons: [{ kind: 'action', label: 'Close', token: 't', style: 'danger', confirm }] }),
  );
  const { actions, text } = readCard(card);
  expect(actions.map(({ title, type }) => [type, title])).toEqual([
    ['Action.ShowCard', 'Close'],
    ['Action.Execute', 'Yes, close'],
  ]);
  expect(actions[0]).not.toHaveProperty('data');
  expect(text).toBe('Close it?\nFor good.');
});

it('makes cards that Teams takes, whatever a message says', () => {
  fc.assert(
    fc.property(anyMessage, (of) => {
      const activity = renderMessage(of);
      expect(sizeOf(activity)).toBeLessThanOrEqual(LIMIT);
      const [attachment] = activity.attachments ?? [];
      if (attachment) expect(checkCard(attachment.content)).toEqual([]);
      else expect(activity.text).not.toBe('');
    }),
    { numRuns: 40 },
  );
});

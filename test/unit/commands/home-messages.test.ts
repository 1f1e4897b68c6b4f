import { type Message, textMessage } from '../../../src/chat/message.js';
import { type HomeParts, homeMessage } from '../../../src/commands/home-messages.js';
import { textsFor } from '../../../src/texts/texts-for.js';

const NOW = 1_000_000_000;
const LIST: Message = {
  fallback: 'Your connections:\nAcme CRM',
  blocks: [
    { kind: 'heading', text: 'Your connections' },
    { kind: 'text', text: [{ text: 'Acme CRM' }] },
  ],
};
const HELP: Message = { fallback: 'help', blocks: [{ kind: 'heading', text: 'What I can do for you' }] };
const PARTS: HomeParts = {
  waiting: [],
  moreWaiting: 0,
  connections: LIST,
  help: HELP,
  now: NOW,
  texts: textsFor('en'),
};
const REQUEST = { recipe: 'Create deal', since: NOW - 5 * 60_000, logins: [], cancelToken: 'cancel' };
const CRM = { title: 'Acme CRM', url: 'https://behalf.example.com/login/x', token: 'login' };

function linesOf(parts: Partial<HomeParts>): readonly string[] {
  return homeMessage({ ...PARTS, ...parts }).fallback.split('\n');
}

function headingsOf(parts: Partial<HomeParts>): readonly string[] {
  return homeMessage({ ...PARTS, ...parts }).blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []));
}

describe('what a home says', () => {
  test('is the list of connections and the help, whole and in this order', () => {
    const { blocks, fallback } = homeMessage(PARTS);
    expect(fallback).toBe('Your connections:\nAcme CRM\n\nhelp');
    expect(blocks).toEqual([
      ...LIST.blocks,
      { kind: 'divider' },
      ...HELP.blocks,
      expect.objectContaining({ kind: 'note' }),
    ]);
  });

  test('has a heading over the connections once, whether their message has one or not', () => {
    expect(headingsOf({})).toEqual(['Your connections', 'What I can do for you']);
    expect(headingsOf({ connections: textMessage('None yet.') })).toEqual([
      'Your connections',
      'What I can do for you',
    ]);
  });

  test('begins with what was just done, then with what waits', () => {
    const waiting = [{ ...REQUEST, logins: [CRM] }];
    expect(linesOf({ notice: 'Disconnected.', waiting }).slice(0, 4)).toEqual([
      'Disconnected.',
      '',
      'Waiting requests:',
      'Create deal — Waits for your login to Acme CRM · started 5 minutes ago',
    ]);
  });

  test('gives a waiting request a button for each login, and one to cancel it', () => {
    const { blocks } = homeMessage({ ...PARTS, waiting: [{ ...REQUEST, logins: [CRM] }] });
    const rows = blocks.flatMap((block) => (block.kind === 'buttons' ? [block.buttons] : []));
    expect(rows).toEqual([
      [
        { kind: 'login', label: 'Login to Acme CRM', url: CRM.url, token: 'login' },
        { kind: 'action', label: 'Cancel', token: 'cancel' },
      ],
    ]);
  });

  test.each([
    ['en', ['Cancel Create deal', 'Cancel Approve']],
    ['de', ['Create deal abbrechen', 'Approve abbrechen']],
  ])('says on each button what it cancels, where several wait: %s', (locale, labels) => {
    const waiting = [REQUEST, { ...REQUEST, recipe: 'Approve' }];
    const { blocks } = homeMessage({ ...PARTS, waiting, texts: textsFor(locale) });
    const buttons = blocks.flatMap((block) => (block.kind === 'buttons' ? block.buttons : []));
    expect(buttons.map(({ label }) => label)).toEqual(labels);
  });

  test.each([
    [{ question: 'Is it good?' }, 'Create deal — Waits for an answer: Is it good? · started 5 minutes ago'],
    [{}, 'Create deal — Waits · started 5 minutes ago'],
    [{ since: NOW }, 'Create deal — Waits · started just now'],
  ])('says why a request waits, as far as it is known: %j', (change, line) => {
    expect(linesOf({ waiting: [{ ...REQUEST, ...change }] })[1]).toBe(line);
  });

  test('counts the requests that are not shown', () => {
    expect(linesOf({ waiting: [REQUEST], moreWaiting: 3 })).toContain('… and 3 more.');
    expect(linesOf({ waiting: [REQUEST] }).join()).not.toContain('more.');
  });
});

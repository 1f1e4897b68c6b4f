import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { source as axe } from 'axe-core';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { renderMessage as slackMessage } from '../../adapters/slack/blocks.js';
import { renderMessage as teamsMessage } from '../../adapters/teams/cards.js';
import { popUpRoutes } from '../../adapters/teams/pop-up.js';
import { Conversations } from '../../playground/conversations.js';
import { type Front, startFront } from '../../playground/front.js';
import { closeServer, listen } from '../../playground/http.js';
import { findChromium } from '../../scripts/test-tools.js';
import type { Message } from '../../src/chat/message.js';

interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

const CARD = {
  type: 'AdaptiveCard',
  version: '1.5',
  body: [
    { type: 'TextBlock', text: 'Your **connections**', style: 'heading', wrap: true },
    {
      type: 'Input.ChoiceSet',
      id: 'connection',
      label: 'Connection',
      choices: [{ title: 'Acme CRM', value: 'crm' }],
    },
  ],
  actions: [
    { type: 'Action.Execute', title: 'Disconnect', verb: 'disconnect', data: { token: 't' } },
    { type: 'Action.Submit', title: 'Login', data: { msteams: { type: 'signin', value: '/sign-in' } } },
  ],
};
const BLOCKS = [
  { type: 'section', block_id: 'b1', text: { type: 'mrkdwn', text: 'Pick a *connection*' } },
  {
    type: 'actions',
    block_id: 'b2',
    elements: [
      {
        type: 'static_select',
        action_id: 'pick',
        placeholder: { type: 'plain_text', text: 'Connection' },
        options: [{ text: { type: 'plain_text', text: 'Acme CRM' }, value: 'crm' }],
      },
      {
        type: 'button',
        action_id: 'delete',
        text: { type: 'plain_text', text: 'Delete' },
        style: 'danger',
        confirm: { title: { type: 'plain_text', text: 'Really?' }, text: { type: 'mrkdwn', text: 'It goes.' } },
      },
      { type: 'button', action_id: 'open', text: { type: 'plain_text', text: 'Login' }, url: 'https://acme.example/' },
    ],
  },
];

const DELIVERY = { activityId: 'f:1', status: 200, body: {}, attempts: [200] };

describe('the page of the playground', () => {
  const calls: Call[] = [];
  const problems: string[] = [];
  let conversations: Conversations;
  let service: Server;
  let front: Front;
  let browser: Browser;
  let page: Page;

  function record(method: string) {
    return async (...args: unknown[]): Promise<void> => void calls.push({ method, args });
  }

  /** The sign-in pop-up's last page, as the service sends it: with the real teams-js. */
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0];
    const route = popUpRoutes().find((candidate) => candidate.path === path);
    response.setHeader('content-type', route ? 'text/javascript' : 'text/html');
    if (route) return void response.end((await route.handle(Object.create(null))).body);
    const scripts = popUpRoutes().map((script) => `<script defer src="${script.path}"></script>`);
    response.end(`<!doctype html><body data-login-code="flow.secret">${scripts.join('')}<p>Connected</p>`);
  }

  beforeAll(async () => {
    service = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
    const servicePort = await listen(service, 0, '127.0.0.1');
    conversations = new Conversations();
    conversations.open({ id: 'D1', platform: 'slack', kind: 'direct', title: 'Behalf', people: ['rita'] });
    conversations.open({ id: 'C1', platform: 'slack', kind: 'channel', title: '#sales', people: ['rita', 'carl'] });
    conversations.open({ id: 'a:1', platform: 'teams', kind: 'direct', title: 'Behalf', people: ['rita'] });
    front = await startFront({
      port: 0,
      page: async () => (await import('../../playground/page/build.js')).buildPage(),
      conversations,
      serviceUrl: () => `http://127.0.0.1:${servicePort}`,
      apps: {
        records: async () => ({
          opportunities: [
            {
              id: 'OPP-1',
              name: 'Acme deal',
              account: 'Acme',
              amount: 5000,
              stage: 'Proposal',
              created_by: { username: 'rita', name: 'Rita Rep' },
            },
          ],
          notes: [],
          files: [],
        }),
      },
      entries: async () => ({
        slashCommands: [{ command: '/deal', hint: 'Creates a deal' }],
        shortcuts: [
          { id: 'global:new-deal', kind: 'global', name: 'New deal' },
          { id: 'global:visit', kind: 'global', name: 'Plan visit', description: 'Plans a visit' },
          { id: 'message:log-note', kind: 'message', name: 'Log note' },
        ],
      }),
      programKey: 'bhf_key',
      slack: {
        say: record('slack.say'),
        command: async (...args) => {
          calls.push({ method: 'command', args });
          return { status: 200 };
        },
        press: record('slack.press'),
        select: record('slack.select'),
        homeOf: () => undefined,
        homes: () => ({
          open: record('slack.home.open'),
          press: record('slack.home.press'),
          select: record('slack.home.select'),
        }),
        shortcut: record('slack.shortcut'),
        modals: () => ({
          openOf: () => undefined,
          close: () => {},
          suggest: async () => [],
          submit: async () => ({ errors: {} }),
        }),
      },
      teams: {
        say: record('teams.say'),
        dialogs: () => ({ submitRaw: async () => ({ outcome: { kind: 'quiet' } }), search: async () => [] }),
        act: async (...args) => {
          calls.push({ method: 'teams.act', args });
          return { kind: 'open-url', url: 'about:blank' };
        },
        verifyState: async (...args) => {
          calls.push({ method: 'teams.verifyState', args });
          return { kind: 'open-url', url: 'about:blank' };
        },
        consent: async (...args) => {
          calls.push({ method: 'teams.consent', args });
          return { kind: 'invoked', delivery: DELIVERY, outcome: { kind: 'quiet' } };
        },
        shortcut: async (...args) => {
          calls.push({ method: 'teams.shortcut', args });
          return { kind: 'invoked', delivery: DELIVERY, outcome: { kind: 'toast', text: 'Answered elsewhere' } };
        },
        shortcutOn: async (...args) => {
          calls.push({ method: 'teams.shortcutOn', args });
          return { kind: 'invoked', delivery: DELIVERY, outcome: { kind: 'failed', reason: '' } };
        },
        viewFor: (_person, message) => message,
      },
    });
    const executablePath = findChromium()?.path;
    if (executablePath === undefined) throw new Error('Chromium is missing: run npm test, which says how to get it');
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
  });

  beforeEach(async () => {
    calls.length = 0;
    problems.length = 0;
    for (const conversation of conversations.all()) {
      for (const { id } of conversation.messages) conversations.remove(conversation.id, id);
    }
    page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(front.url) && !request.url().startsWith('data:')) problems.push(request.url());
    });
    await page.goto(`${front.url}/playground`);
    await page.getByRole('region', { name: 'Slack', exact: true }).waitFor();
  });

  afterEach(async () => {
    await page.context().close();
    expect(problems).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    await front.stop();
    await closeServer(service);
  });

  function client(name: 'Slack' | 'Microsoft Teams'): Locator {
    return page.getByRole('region', { name, exact: true });
  }

  async function called(method: string): Promise<readonly unknown[]> {
    const until = Date.now() + 10_000;
    while (!calls.some((call) => call.method === method)) {
      if (Date.now() > until) throw new Error(`The page did not call ${method}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return calls.find((call) => call.method === method)?.args ?? [];
  }

  function postBlocks(): void {
    const native = { type: 'message', text: 'Pick', blocks: BLOCKS };
    conversations.add('D1', { id: '1.1', author: 'bot', at: 1_700_000_000_000, text: 'Pick', native });
  }

  function postCard(): void {
    const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content: CARD }];
    const native = { type: 'message', attachments };
    conversations.add('a:1', { id: '77', author: 'bot', at: 1_700_000_000_000, text: '', native });
  }

  test('shows who created the records and loads nothing from other servers', async () => {
    const records = page.getByRole('listitem').filter({ hasText: 'Acme deal' });
    await records.waitFor();
    expect(await records.textContent()).toContain('created by Rita Rep');
  });

  test('sends what a person types and what they try', async () => {
    await client('Slack').getByRole('textbox').fill('find opportunities account: A & B');
    await client('Slack').getByRole('textbox').press('Enter');
    expect(await called('slack.say')).toEqual(['rita', 'find opportunities account: A & B', { channel: 'D1' }]);
    await client('Microsoft Teams').getByRole('button', { name: 'Try help' }).click();
    expect(await called('teams.say')).toEqual(['rita', 'help', { conversation: 'a:1', mention: 'typed' }]);
  });

  test('mentions the bot in what one tries in a channel, and marks what only one person sees', async () => {
    const native = { text: 'psst' };
    conversations.add('C1', { id: '1.2', author: 'bot', at: 1_700_000_000_000, text: 'psst', native, onlyFor: 'rita' });
    await client('Slack').getByRole('button', { name: 'sales' }).click();
    await client('Slack').getByText('Only visible to you').waitFor();
    await client('Slack').getByRole('button', { name: 'Try help' }).click();
    expect(await called('slack.say')).toEqual(['rita', '@Behalf help', { channel: 'C1' }]);
  });

  test('draws what replies show in both clients: tables with data as data, and a question before a press counts', async () => {
    const confirm = { title: 'Are you sure?', text: 'Close it for good?', yes: 'Yes', no: 'No' };
    const message: Message = {
      fallback: 'Opportunities',
      blocks: [
        { kind: 'heading', text: 'Opportunities' },
        { kind: 'table', columns: [{ title: 'Name' }], rows: [['Acme *deal*']], more: 2 },
        { kind: 'buttons', buttons: [{ kind: 'action', label: 'Close it', token: 't', confirm }] },
      ],
    };
    const blocks = slackMessage(message).blocks.map((block, index) => ({ block_id: `b${index}`, ...block }));
    const said = { author: 'bot', at: 1_700_000_000_000 };
    conversations.add('D1', { ...said, id: '1.1', text: 'x', native: { type: 'message', blocks } });
    conversations.add('a:1', { ...said, id: '77', text: '', native: teamsMessage(message) });
    for (const name of ['Slack', 'Microsoft Teams'] as const) {
      await client(name).getByRole('heading', { name: 'Opportunities' }).waitFor();
      await client(name).getByText('Acme *deal*').waitFor();
      await client(name).getByText('… and 2 more rows.').waitFor();
    }
    await client('Microsoft Teams').getByRole('button', { name: 'Close it' }).click();
    await client('Microsoft Teams').getByText('Close it for good?').waitFor();
    expect(calls).toEqual([]);
    await client('Microsoft Teams').getByRole('button', { name: 'Yes' }).click();
    expect(await called('teams.act')).toMatchObject(['rita', { action: { title: 'Yes', data: { behalfToken: 't' } } }]);
  });

  test('presses buttons of Slack, after the confirmation where one is wanted', async () => {
    postBlocks();
    await client('Slack').getByRole('combobox').selectOption('Acme CRM');
    expect(await called('slack.select')).toEqual(['rita', '1.1', { blockId: 'b2', actionId: 'pick' }, 'crm']);
    await client('Slack').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Really?' }).getByRole('button', { name: 'Yes' }).click();
    expect(await called('slack.press')).toEqual(['rita', '1.1', { blockId: 'b2', actionId: 'delete' }]);
  });

  test('opens link buttons of Slack in a new tab and tells Slack', async () => {
    postBlocks();
    const link = client('Slack').getByRole('link', { name: 'Login' });
    expect([await link.getAttribute('href'), await link.getAttribute('target')]).toEqual([
      'https://acme.example/',
      '_blank',
    ]);
    await page.context().route('https://acme.example/', (route) => route.fulfill({ body: 'elsewhere' }));
    await link.click();
    expect(await called('slack.press')).toEqual(['rita', '1.1', { blockId: 'b2', actionId: 'open' }]);
  });

  test('sends the inputs of a card with its button', async () => {
    postCard();
    await client('Microsoft Teams').getByRole('combobox').selectOption('Acme CRM');
    await client('Microsoft Teams').getByRole('button', { name: 'Disconnect' }).click();
    const action = { type: 'Action.Execute', verb: 'disconnect', data: { token: 't', connection: 'crm' } };
    expect(await called('teams.act')).toMatchObject(['rita', { message: '77', action }]);
  });

  test('plays the Teams client for the sign-in window and hands on what teams-js says', async () => {
    postCard();
    await client('Microsoft Teams').getByRole('button', { name: 'Login' }).click();
    expect(await called('teams.verifyState')).toEqual(['rita', 'flow.secret', { conversation: 'a:1' }]);
  });

  test('reports a sign-in window that the person closes', async () => {
    postCard();
    await page
      .context()
      .route(`${front.url}/sign-in`, (route) => route.fulfill({ contentType: 'text/html', body: 'Log in' }));
    const opened = page.waitForEvent('popup');
    await client('Microsoft Teams').getByRole('button', { name: 'Login' }).click();
    await (await opened).close();
    expect(await called('teams.verifyState')).toEqual(['rita', 'CancelledByUser', { conversation: 'a:1' }]);
  });

  test('offers the slash commands of recipes, of which one is chosen with the arrow keys', async () => {
    const box = client('Slack').getByRole('textbox');
    await box.fill('/');
    await client('Slack').getByRole('button', { name: '/deal Creates a deal' }).waitFor();
    await box.press('ArrowDown');
    await box.press('Tab');
    expect(await box.inputValue()).toBe('/deal ');
    await box.pressSequentially('Acme');
    await box.press('Enter');
    expect(await called('command')).toEqual(['rita', '/deal', 'Acme', { channel: 'D1' }]);
  });

  test('sends a slash command that is typed to its end at once', async () => {
    await client('Slack').getByRole('textbox').fill('/deal');
    await client('Slack').getByRole('textbox').press('Enter');
    expect(await called('command')).toEqual(['rita', '/deal', '', { channel: 'D1' }]);
  });

  test('chooses shortcuts beside the message field, by keyboard', async () => {
    for (const [name, method] of [
      ['Slack', 'slack.shortcut'],
      ['Microsoft Teams', 'teams.shortcut'],
    ] as const) {
      const button = client(name).getByRole('button', { name: 'Shortcuts' });
      const focused = client(name).locator(':focus');
      await button.focus();
      await page.keyboard.press('Enter');
      await client(name).getByRole('menu', { name: 'Shortcuts' }).waitFor();
      await focused.filter({ hasText: 'New deal' }).waitFor();
      await page.keyboard.press('Escape');
      await client(name).getByRole('menu').waitFor({ state: 'hidden' });
      await button.and(focused).waitFor();
      await page.keyboard.press('ArrowDown');
      await focused.filter({ hasText: 'New deal' }).waitFor();
      await page.keyboard.press('ArrowUp');
      await focused.filter({ hasText: 'Plan visit' }).waitFor();
      await page.keyboard.press('Enter');
      expect((await called(method)).slice(0, 2)).toEqual(['rita', 'global:visit']);
      await button.and(focused).waitFor();
    }
    await client('Microsoft Teams').getByRole('status').getByText('Answered elsewhere').waitFor();
  });

  test('chooses shortcuts on a message, and says when that fails', async () => {
    postBlocks();
    postCard();
    for (const [name, method, message] of [
      ['Slack', 'slack.shortcut', '1.1'],
      ['Microsoft Teams', 'teams.shortcutOn', '77'],
    ] as const) {
      await client(name).locator('li[data-message]').hover();
      await client(name).getByRole('button', { name: 'More actions' }).click();
      await client(name).getByRole('menuitem', { name: 'Log note' }).click();
      expect(await called(method)).toEqual(['rita', 'message:log-note', message]);
    }
    await client('Microsoft Teams').getByRole('status').getByText('Something went wrong').waitFor();
  });

  test('shows another person what that person sees', async () => {
    postBlocks();
    await client('Slack').getByText('Pick a connection').waitFor();
    await page.getByText('Carl Colleague').click();
    await client('Slack').getByRole('button', { name: 'sales' }).waitFor();
    await client('Slack').getByText('Pick a connection').waitFor({ state: 'detached' });
    expect(await page.getByText('carl', { exact: true }).isVisible()).toBe(true);
  });

  test('has no fault that axe finds', async () => {
    postBlocks();
    postCard();
    await client('Slack').getByText('Pick a connection').waitFor();
    await client('Microsoft Teams').getByRole('button', { name: 'Disconnect' }).waitFor();
    // The colours of a record that has just arrived fade in.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(axe);
    const faults: unknown = await page.evaluate('axe.run().then(({ violations }) => violations.map(({ id }) => id))');
    expect(faults).toEqual([]);
  });
});

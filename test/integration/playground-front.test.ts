import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Conversations } from '../../playground/conversations.js';
import { type Front, startFront } from '../../playground/front.js';
import { closeServer, listen, readBody } from '../../playground/http.js';

interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

const ENTRIES = {
  slashCommands: [{ command: '/deal', hint: 'Creates a deal' }],
  shortcuts: [{ id: 'global:x', kind: 'global' as const, name: 'New deal' }],
};

describe('the front of the playground', () => {
  const conversations = new Conversations();
  const calls: Call[] = [];
  let front: Front;
  let service: Server;
  let servicePort = 0;
  let received: { headers: IncomingMessage['headers']; url: string; body: string } | undefined;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBody(request, 10_000_000))?.toString('utf8') ?? '';
    received = { headers: request.headers, url: request.url ?? '', body };
    response.writeHead(201, { 'set-cookie': ['a=1; HttpOnly', 'b=2'], 'content-type': 'text/plain' });
    response.write('first ');
    response.end('last');
  }

  function record(method: string) {
    return async (...args: unknown[]) => void calls.push({ method, args });
  }

  beforeAll(async () => {
    service = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
    servicePort = await listen(service, 0, '127.0.0.1');
    conversations.open({ id: 'D1', platform: 'slack', kind: 'direct', title: 'Behalf', people: ['rita'] });
    conversations.open({ id: 'C1', platform: 'slack', kind: 'channel', title: 'sales', people: ['rita', 'carl'] });
    front = await startFront({
      port: 0,
      page: { html: '<!doctype html>the page', script: 'let script;', style: 'b{}' },
      conversations,
      serviceUrl: () => `http://127.0.0.1:${servicePort}`,
      apps: { records: async () => ({ opportunities: [{ id: 'O1' }], notes: [], files: [] }) },
      entries: async () => ENTRIES,
      programKey: 'bhf_key',
      slack: {
        say: record('say'),
        command: async (...args) => {
          calls.push({ method: 'command', args });
          return { status: 200 };
        },
        press: record('press'),
        select: record('select'),
        homeOf: (person) => (person === 'rita' ? { type: 'home', blocks: [] } : undefined),
        homes: () => ({
          open: record('home.open'),
          press: record('home.press'),
          select: record('home.select'),
        }),
        shortcut: record('shortcut'),
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
          calls.push({ method: 'act', args });
          return { kind: 'open-url', url: 'https://app.example/' };
        },
        verifyState: async () => ({ kind: 'open-url', url: '' }),
        consent: async (...args) => {
          calls.push({ method: 'teams.consent', args });
          return { kind: 'open-url', url: '' };
        },
        shortcut: async (...args) => {
          calls.push({ method: 'teams.shortcut', args });
          return { kind: 'open-url', url: '' };
        },
        shortcutOn: async (...args) => {
          calls.push({ method: 'teams.shortcutOn', args });
          return { kind: 'open-url', url: '' };
        },
        viewFor: (_person, message) => message,
      },
    });
  });

  beforeEach(() => {
    calls.length = 0;
    received = undefined;
  });

  afterAll(async () => {
    await front.stop();
    await closeServer(service);
  });

  function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const type = { 'content-type': 'application/json', ...headers };
    return fetch(`${front.url}/playground/api/${path}`, { method: 'POST', headers: type, body: JSON.stringify(body) });
  }

  describe('as a load balancer', () => {
    it('passes requests on unchanged and says who asked', async () => {
      const body = 'x'.repeat(1_000_000);
      const response = await fetch(`${front.url}/slack/events?a=%20b`, {
        method: 'POST',
        headers: { 'x-slack-signature': 'v0=abc' },
        body,
      });

      expect(response.status).toBe(201);
      expect(await response.text()).toBe('first last');
      expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
      expect(received).toMatchObject({ url: '/slack/events?a=%20b', body });
      const host = new URL(front.url).host;
      expect(received?.headers).toMatchObject({
        host,
        'x-slack-signature': 'v0=abc',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': host,
      });
      expect(received?.headers['x-forwarded-for']).toMatch(/127\.0\.0\.1|::1/);
    });

    it('answers with a plain page while the service is away', async () => {
      const running = servicePort;
      servicePort = 1;
      const response = await fetch(`${front.url}/login/abc`, { method: 'POST', body: 'x'.repeat(500_000) });
      servicePort = running;

      expect(response.status).toBe(502);
      expect(await response.text()).toContain('Behalf is not running at the moment');
    });
  });

  describe('as the page', () => {
    it('sends the browser from the root to the page and its parts', async () => {
      const root = await fetch(`${front.url}/`);
      expect(root.url).toBe(`${front.url}/playground`);
      expect(await root.text()).toContain('the page');
      expect(await (await fetch(`${front.url}/playground/page.js`)).text()).toBe('let script;');
      expect(await (await fetch(`${front.url}/playground/page.css`)).text()).toBe('b{}');
    });

    it('shows a person their own conversations without what only others see', async () => {
      conversations.add('C1', { id: '1', author: 'bot', at: 1, text: 'for all' });
      conversations.add('C1', { id: '2', author: 'bot', at: 2, text: 'for Rita', onlyFor: 'rita' });

      const state = await (await fetch(`${front.url}/playground/api/state?person=carl`)).json();

      expect(state).toMatchObject({
        person: { id: 'carl' },
        conversations: [{ id: 'C1', messages: [{ text: 'for all' }] }],
        crm: { opportunities: [{ id: 'O1' }], notes: [] },
        programKey: 'bhf_key',
        entries: ENTRIES,
      });
      expect(JSON.stringify(state)).not.toContain('for Rita');
    });

    it('tells of changes as they happen', async () => {
      const response = await fetch(`${front.url}/playground/api/events`);
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      await reader?.read();
      conversations.add('D1', { id: '9', author: 'bot', at: 1, text: 'news' });

      const { value } = (await reader?.read()) ?? {};

      expect(value).toBe('data: {"conversation":"D1"}\n\n');
      await reader?.cancel();
    });

    it('does what people do in both clients', async () => {
      await post('slack/messages', { person: 'rita', conversation: 'D1', text: 'help' });
      await post('slack/actions', { person: 'rita', message: '1', blockId: 'b', actionId: 'a', selected: 'v' });
      await post('teams/messages', { person: 'rita', conversation: 'a:1rita', text: 'help' });
      const action = { type: 'Action.Execute', verb: 'go', data: { token: 't' } };
      const pressed = await post('teams/actions', { person: 'rita', message: '5', action });

      expect(calls).toEqual([
        { method: 'say', args: ['rita', 'help', { channel: 'D1' }] },
        { method: 'select', args: ['rita', '1', { blockId: 'b', actionId: 'a' }, 'v'] },
        { method: 'teams.say', args: ['rita', 'help', { conversation: 'a:1rita', mention: 'typed' }] },
        { method: 'act', args: ['rita', { message: '5', action }] },
      ]);
      expect(await pressed.json()).toEqual({ kind: 'open-url', url: 'https://app.example/' });
    });

    it('passes on threads, files and slash commands', async () => {
      const file = { name: 'a.txt', type: 'text/plain', content: Buffer.from('hello').toString('base64') };
      const files = [file];
      await post('slack/messages', { person: 'rita', conversation: 'D1', text: '', thread: '1.1', files });
      await post('teams/messages', { person: 'gina', conversation: '19:c', text: 'see', thread: '7', files });
      await post('slack/commands', { person: 'rita', conversation: 'D1', command: '/behalf', text: 'help' });

      const received = [{ name: 'a.txt', mimeType: 'text/plain', content: Buffer.from('hello') }];
      const inThread = { conversation: '19:c;messageid=7', mention: 'typed', files: received };
      expect(calls).toEqual([
        { method: 'say', args: ['rita', '', { channel: 'D1', threadTs: '1.1', files: received }] },
        { method: 'teams.say', args: ['gina', 'see', inThread] },
        { method: 'command', args: ['rita', '/behalf', 'help', { channel: 'D1' }] },
      ]);
    });

    it.each([
      ['nothing at all', 'slack/messages', { text: '' }],
      ['a file that is no base64', 'slack/messages', { text: 'a', files: [{ name: 'a', type: '', content: '%' }] }],
      ['a command without a slash', 'slack/commands', { text: 'a', command: 'behalf' }],
    ])('refuses %s', async (_what, path, body) => {
      const response = await post(path, { person: 'rita', conversation: 'D1', ...body });

      expect(response.status).toBe(400);
      expect(calls).toHaveLength(0);
    });

    it('shows a person their Home tab in Slack, and does what they do there', async () => {
      const state = await (await fetch(`${front.url}/playground/api/state?person=rita`)).json();
      expect(state).toMatchObject({ slackHome: { type: 'home', blocks: [] } });
      const ofCarl = await (await fetch(`${front.url}/playground/api/state?person=carl`)).json();
      expect(ofCarl).not.toHaveProperty('slackHome');

      await post('slack/home', { person: 'rita' });
      await post('slack/home-actions', { person: 'rita', blockId: 'b', actionId: 'pick', selected: 'crm' });
      const pressed = await post('slack/home-actions', { person: 'rita', blockId: 'b', actionId: 'go' });

      expect(calls).toEqual([
        { method: 'home.open', args: ['rita'] },
        { method: 'home.select', args: ['rita', { blockId: 'b', actionId: 'pick' }, 'crm'] },
        { method: 'home.press', args: ['rita', { blockId: 'b', actionId: 'go' }] },
      ]);
      expect(await pressed.json()).toEqual({ kind: 'sent' });
    });

    it('chooses shortcuts of both clients, anywhere or on a message, and answers the offer of a file', async () => {
      await post('slack/shortcuts', { person: 'rita', shortcut: 'global:x' });
      const chosen = await post('slack/shortcuts', { person: 'rita', shortcut: 'message:x', message: '1.1' });
      const place = { conversation: '19:c', thread: '7' };
      await post('teams/shortcuts', { person: 'rita', shortcut: 'global:x', conversation: 'a:1rita' });
      await post('teams/shortcuts', { person: 'rita', shortcut: 'global:x', ...place });
      await post('teams/shortcuts', { person: 'rita', shortcut: 'message:x', ...place, message: '8' });
      await post('teams/consent', { person: 'rita', message: '9', answer: 'decline' });

      expect(calls).toEqual([
        { method: 'shortcut', args: ['rita', 'global:x', undefined] },
        { method: 'shortcut', args: ['rita', 'message:x', '1.1'] },
        { method: 'teams.shortcut', args: ['rita', 'global:x', { conversation: 'a:1rita' }] },
        { method: 'teams.shortcut', args: ['rita', 'global:x', { conversation: '19:c;messageid=7' }] },
        { method: 'teams.shortcutOn', args: ['rita', 'message:x', '8'] },
        { method: 'teams.consent', args: ['rita', '9', 'decline'] },
      ]);
      expect(await chosen.json()).toEqual({ kind: 'sent' });
    });

    it('sends chosen inputs with a button only where Slack has not been told of them', async () => {
      const blocks = [
        { type: 'input', block_id: 'typed', element: {} },
        { type: 'actions', block_id: 'menu', elements: [] },
      ];
      conversations.add('D1', { id: '20', author: 'bot', at: 1, text: '', native: { blocks } });
      const state = { typed: { t: 'words' }, menu: { m: 'told' } };

      await post('slack/actions', { person: 'rita', message: '20', blockId: 'menu', actionId: 'go', state });

      expect(calls).toEqual([
        { method: 'select', args: ['rita', '20', { blockId: 'typed', actionId: 't' }, 'words'] },
        { method: 'press', args: ['rita', '20', { blockId: 'menu', actionId: 'go' }] },
      ]);
    });

    it.each([
      ['another site', { origin: 'https://evil.example' }],
      ['another site that sends no origin', { 'sec-fetch-site': 'cross-site' }],
      ['another port of this machine', { origin: 'http://localhost:1' }],
      ['a form', { 'content-type': 'text/plain' }],
    ])('does nothing for %s', async (_who, headers) => {
      const response = await post('slack/messages', { person: 'rita', conversation: 'D1', text: 'help' }, headers);

      expect([403, 415]).toContain(response.status);
      expect(calls).toHaveLength(0);
    });

    it('refuses a person, a path or a body that it does not know', async () => {
      const stranger = await post('slack/messages', { person: 'eve', conversation: 'D1', text: 'help' });
      const nowhere = await post('slack/anything', {});

      expect([stranger.status, nowhere.status]).toEqual([400, 404]);
      expect(calls).toHaveLength(0);
    });
  });
});

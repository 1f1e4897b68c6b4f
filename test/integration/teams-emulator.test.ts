import { createServer, type Server } from 'node:http';
import { CardFactory, MessageFactory, TeamsInfo } from 'botbuilder';
import { Conversations } from '../../playground/conversations.js';
import { closeServer, listen, parseJson } from '../../playground/http.js';
import { PEOPLE, TEAMS_APP_ID, TEAMS_TENANT_ID } from '../../playground/people.js';
import { readCard } from '../../playground/teams/cards.js';
import { startTeamsEmulator, type TeamsEmulator } from '../../playground/teams/index.js';
import { type PressResult, RESOURCE } from '../../playground/teams/types.js';
import { card, EchoBot, EXECUTE, PASSWORD, requestToken } from './support/bare-teams-bot.js';

const setup = {
  appId: TEAMS_APP_ID,
  appPassword: PASSWORD,
  tenantId: TEAMS_TENANT_ID,
  people: PEOPLE,
  timing: { timeoutMs: 2_000, redeliveryDelaysMs: [10, 10] },
};

describe('the Teams emulator, driven by a bare botbuilder bot', () => {
  const conversations = new Conversations();
  let teams: TeamsEmulator;
  let bot: EchoBot;
  let server: Server;
  let messagesUrl = '';

  beforeAll(async () => {
    // botbuilder prints every refused token.
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    teams = await startTeamsEmulator({ ...setup, messagesUrl: () => messagesUrl, conversations });
    bot = new EchoBot(() => teams);
    server = createServer((request, response) => void bot.handle(request, response).catch(() => response.destroy()));
    messagesUrl = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/api/messages`;
  });

  afterEach(() => {
    teams.faults.clear();
    bot.turns.length = 0;
  });

  afterAll(async () => {
    await teams.stop();
    await closeServer(server);
    jest.restoreAllMocks();
  });

  async function cardFromBot(): Promise<string> {
    const since = teams.mark();
    await teams.say('rita', 'card');
    return (await teams.waitForMessage((m) => m.author === 'bot' && m.cards.length > 0, { since })).id;
  }

  function outcome(result: PressResult): unknown {
    return result.kind === 'invoked' ? result.outcome : result;
  }

  async function callConnector(path: string, options: { method?: string; body?: unknown; token?: string }) {
    const token = options.token ?? String((await requestToken(teams.tokenUrl, {})).body['access_token']);
    const response = await fetch(new URL(path, teams.serviceUrl), {
      method: options.method ?? 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parseJson(text) };
  }

  describe('messages', () => {
    it('reach the bot as Teams makes them and the answer stands in the 1:1 chat', async () => {
      const since = teams.mark();
      const delivery = await teams.say('rita', 'hello there');

      expect(delivery?.status).toBe(200);
      const reply = await teams.waitForMessage((message) => message.author === 'bot', { since });
      expect(reply.text).toBe('you said hello there');
      expect(bot.turns[0]).toMatchObject({
        channelId: 'msteams',
        serviceUrl: teams.serviceUrl,
        from: { id: '29:rita', aadObjectId: PEOPLE[0]?.aadObjectId },
        recipient: { id: `28:${TEAMS_APP_ID}` },
        conversation: { conversationType: 'personal', tenantId: TEAMS_TENANT_ID, id: teams.chatOf('rita') },
        channelData: { tenant: { id: TEAMS_TENANT_ID } },
      });
      const shown = conversations.get(teams.chatOf('rita'))?.messages.map((m) => [m.author, m.text]);
      expect(shown).toEqual([
        ['rita', 'hello there'],
        ['bot', 'you said hello there'],
      ]);
    });

    it('in a channel carry the mention as HTML, the team, and the thread that the answer joins', async () => {
      const since = teams.mark();
      const channel = '19:acme-sales@thread.tacv2';
      await teams.say('carl', 'R&D help', { conversation: channel });

      const reply = await teams.waitForMessage((message) => message.author === 'bot', { since });
      const root = teams.messages().find((message) => message.text === '@Behalf R&D help');
      expect(bot.turns[0]).toMatchObject({
        text: '<at>Behalf</at>&nbsp;R&amp;D help',
        conversation: { conversationType: 'channel', id: `${channel};messageid=${root?.id}` },
        channelData: { team: { id: '19:acme-team@thread.tacv2' }, channel: { id: channel } },
      });
      expect(bot.turns[0]?.entities).toContainEqual(
        expect.objectContaining({ type: 'mention', text: '<at>Behalf</at>' }),
      );
      expect(reply).toMatchObject({ conversationId: channel, threadId: root?.id });
    });

    it('in a channel that do not mention the bot are not heard by it', async () => {
      const options = { conversation: '19:acme-sales@thread.tacv2', mention: 'typed' } as const;
      const delivery = await teams.say('carl', 'lunch?', options);

      expect(delivery).toBeUndefined();
      expect(bot.turns).toHaveLength(0);
    });

    it('come again with the same id when the bot fails', async () => {
      bot.answerOnce = { status: 503 };

      const delivery = await teams.say('max', 'once more');

      expect(delivery?.attempts).toEqual([503, 200]);
      expect(bot.turns.map((turn) => turn.id)).toEqual([delivery?.activityId]);
    });

    it('can be delivered twice', async () => {
      const delivery = await teams.say('max', 'twice');
      await teams.redeliver(delivery?.activityId ?? '');

      expect(bot.turns.map((turn) => turn.id)).toEqual([delivery?.activityId, delivery?.activityId]);
    });
  });

  describe('cards', () => {
    it('are replaced in place by the answer to Action.Execute, with the inputs merged into its data', async () => {
      const id = await cardFromBot();

      const result = await teams.press('rita', id, { title: 'Do it' }, { note: 'quickly' });

      expect(outcome(result)).toMatchObject({ kind: 'card' });
      expect(bot.turns.at(-1)?.value).toMatchObject({
        action: { type: 'Action.Execute', verb: 'do', data: { token: 'T1', note: 'quickly' } },
      });
      const message = teams.messages().find((candidate) => candidate.id === id);
      expect(message?.edited).toBe(true);
      expect(readCard(message?.cards[0]).text).toBe('Done: quickly');
    });

    it('fall back to Action.Submit in old clients: a message without text and with a value', async () => {
      const id = await cardFromBot();
      const since = teams.mark();

      await teams.press('rita', id, { verb: 'do', oldClient: true });

      await teams.waitForMessage((message) => message.text === 'submitted T1', { since });
      expect(bot.turns.at(-1)).toMatchObject({ type: 'message', text: '', replyToId: id });
      expect(bot.turns.at(-1)?.value).toEqual({ token: 'T1', note: '' });
    });

    it('in a channel are replaced for the person who pressed only', async () => {
      const sent = await callConnector('v3/conversations/19%3Aacme-sales%40thread.tacv2/activities', {
        body: MessageFactory.attachment(CardFactory.adaptiveCard(card('For all', EXECUTE))),
      });
      const id = RESOURCE.parse(sent.body).id;

      await teams.press('carl', id, { title: 'Do it' }, { note: 'mine' });

      const shown = conversations.get('19:acme-sales@thread.tacv2')?.messages.find((message) => message.id === id);
      if (!shown) throw new Error('the card is not shown');
      expect(JSON.stringify(teams.viewFor('carl', shown))).toContain('Done: mine');
      expect(JSON.stringify(teams.viewFor('rita', shown))).toContain('For all');
    });

    it.each([
      ['an unknown element', { ...card('x'), body: [{ type: 'TextBlok', text: 'x' }] }],
      ['an unknown property', { ...card('x'), body: [{ type: 'TextBlock', text: 'x', colour: 'red' }] }],
      ['a version that Teams does not draw', { ...card('x'), version: '1.6' }],
      ['an action newer than its version', { ...card('x', EXECUTE), version: '1.3' }],
      ['an input without an id', { ...card('x'), body: [{ type: 'Input.Text' }] }],
    ])('with %s are refused with 400 and recorded', async (_what, broken) => {
      const before = teams.cardFindings.length;

      const answer = await callConnector(`v3/conversations/${encodeURIComponent(teams.chatOf('rita'))}/activities`, {
        body: MessageFactory.attachment(CardFactory.adaptiveCard(broken)),
      });

      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BadArgument' } } });
      expect(teams.cardFindings).toHaveLength(before + 1);
    });
  });

  describe('the Connector', () => {
    it('lets the bot update and delete what it sent, proactively too', async () => {
      const id = await cardFromBot();
      const reference = bot.reference ?? {};
      await bot.adapter.continueConversationAsync(TEAMS_APP_ID, reference, async (context) => {
        await context.updateActivity({ ...MessageFactory.text('changed'), id });
        await context.sendActivity('by the way');
      });

      const message = teams.messages().find((candidate) => candidate.id === id);
      expect(message).toMatchObject({ text: 'changed', edited: true });
      await teams.waitForMessage((candidate) => candidate.text === 'by the way');
      await bot.adapter.continueConversationAsync(TEAMS_APP_ID, reference, (context) => context.deleteActivity(id));
      expect(teams.messages().some((candidate) => candidate.id === id)).toBe(false);
    });

    it('opens the 1:1 chat with a person and shows the profile of a member', async () => {
      const parameters = {
        isGroup: false,
        bot: { id: `28:${TEAMS_APP_ID}`, name: 'Behalf' },
        members: [{ id: '29:carl', name: 'Carl Colleague' }],
        tenantId: TEAMS_TENANT_ID,
        channelData: { tenant: { id: TEAMS_TENANT_ID } },
      };
      const profiles: unknown[] = [];
      await bot.adapter.createConversationAsync(
        TEAMS_APP_ID,
        'msteams',
        teams.serviceUrl,
        'https://api.botframework.com',
        parameters,
        async (context) => {
          await context.sendActivity('hello Carl');
          profiles.push(await TeamsInfo.getMember(context, '29:carl'));
        },
      );

      await teams.waitForMessage(
        (message) => message.text === 'hello Carl' && message.conversationId === teams.chatOf('carl'),
      );
      expect(profiles).toEqual([expect.objectContaining({ email: 'carl@acme.example', tenantId: TEAMS_TENANT_ID })]);
    });

    it.each([
      ['an unknown chat', 'v3/conversations/a:1nobody/activities', 404, 'ConversationNotFound'],
      ['an unknown message', 'v3/conversations/a:1rita/activities/1', 404, 'ActivityNotFoundInConversation', 'PUT'],
      ['an unknown member', 'v3/conversations/a:1rita/members/29:carl', 404, 'MemberNotFoundInConversation', 'GET'],
    ])('answers %s as Teams does', async (_what, path, status, code, method = 'POST') => {
      const body = method === 'GET' ? undefined : MessageFactory.text('x');
      const answer = await callConnector(path, { method, ...(body ? { body } : {}) });

      expect(answer).toMatchObject({ status, body: { error: { code } } });
    });

    it('refuses to change what a person wrote', async () => {
      const delivery = await teams.say('rita', 'mine');
      const answer = await callConnector(`v3/conversations/a:1rita/activities/${delivery?.activityId}`, {
        method: 'PUT',
        body: MessageFactory.text('forged'),
      });

      expect(answer).toMatchObject({ status: 403, body: { error: { code: 'NotEnoughPermissions' } } });
    });

    it('refuses messages over 100 KB of UTF-16', async () => {
      const answer = await callConnector('v3/conversations/a:1rita/activities', {
        body: MessageFactory.text('x'.repeat(52_000)),
      });

      expect(answer).toMatchObject({ status: 413, body: { error: { code: 'MessageSizeTooBig' } } });
    });

    it('refuses tokens that it did not issue', async () => {
      const answer = await callConnector('v3/conversations/a:1rita/activities', {
        body: MessageFactory.text('x'),
        token: 'made-up',
      });

      expect(answer.status).toBe(401);
    });

    it('refuses tokens once they are revoked', async () => {
      const other = await startTeamsEmulator({ ...setup, messagesUrl, conversations: new Conversations() });
      const token = String((await requestToken(other.tokenUrl, {})).body['access_token']);
      const members = new URL('v3/conversations/a:1rita/members', other.serviceUrl);
      const headers = { authorization: `Bearer ${token}` };
      const before = await fetch(members, { headers });
      other.revokeBotTokens();
      const after = await fetch(members, { headers });
      await other.stop();

      expect([before.status, after.status, other.tokenCalls()]).toEqual([200, 401, 1]);
    });

    it('throttles, and refuses a chat that the bot was removed from', async () => {
      const path = 'v3/conversations/a:1max/activities';
      teams.faults.throttle({ times: 1, retryAfterSeconds: 7 });
      const throttled = await callConnector(path, { body: MessageFactory.text('x') });
      expect(throttled.status).toBe(429);
      expect(throttled.headers.get('retry-after')).toBe('7');

      await teams.uninstall('max');
      expect(bot.turns.at(-1)).toMatchObject({ type: 'installationUpdate', action: 'remove' });
      const removed = await callConnector(path, { body: MessageFactory.text('x') });
      await teams.install('max');
      expect(removed).toMatchObject({ status: 403, body: { error: { code: 'BotNotInConversationRoster' } } });
      expect(bot.turns.at(-2)).toMatchObject({
        type: 'conversationUpdate',
        membersAdded: [{ id: `28:${TEAMS_APP_ID}` }],
      });
    });

    it('gives tokens for the right secret, tenant and scope only', async () => {
      expect(await requestToken(teams.tokenUrl, {})).toMatchObject({ status: 200, body: { expires_in: 3599 } });
      const wrongSecret = await requestToken(teams.tokenUrl, { client_secret: 'wrong' });
      expect(wrongSecret).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      const wrongScope = await requestToken(teams.tokenUrl, { scope: 'https://graph.microsoft.com/.default' });
      expect(wrongScope).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
      const otherTenant = await requestToken(teams.tokenUrl.replace(TEAMS_TENANT_ID, 'botframework.com'), {});
      expect(otherTenant).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    });
  });

  describe('sign-in', () => {
    it('reports the state of the pop-up as the person who signed in', async () => {
      const result = await teams.verifyState('rita', '123456');

      expect(outcome(result)).toEqual({ kind: 'quiet' });
      expect(bot.turns.at(-1)).toMatchObject({
        type: 'invoke',
        name: 'signin/verifyState',
        value: { state: '123456' },
        from: { aadObjectId: PEOPLE[0]?.aadObjectId },
      });
    });

    it('shows "Something went wrong" when the bot does not answer the invoke', async () => {
      const result = await teams.invoke('rita', { name: 'signin/failure', value: { code: 'tokenmissing' } });

      expect(outcome(result)).toEqual({ kind: 'failed', reason: 'the bot answered 501' });
      expect(teams.failures).toContainEqual({ person: 'rita', reason: 'the bot answered 501' });
    });

    it('opens the pop-up for a sign-in button and sends nothing', async () => {
      const signIn = {
        type: 'Action.Submit',
        title: 'Login',
        data: { msteams: { type: 'signin', value: 'https://x.example/l' } },
      };
      const sent = await callConnector('v3/conversations/a:1rita/activities', {
        body: MessageFactory.attachment(CardFactory.adaptiveCard(card('Connect', signIn))),
      });

      const result = await teams.press('rita', RESOURCE.parse(sent.body).id, { title: 'Login' });

      expect(result).toEqual({ kind: 'sign-in', url: 'https://x.example/l' });
      expect(bot.turns).toHaveLength(0);
    });
  });

  describe('forged tokens', () => {
    it.each([
      ['none', () => null],
      ['one of another issuer', () => teams.makeToken({ issuer: 'https://login.example' })],
      ['one for another bot', () => teams.makeToken({ audience: 'another-app' })],
      ['an expired one', () => teams.makeToken({ expiresIn: -600 })],
      ['one signed by a stranger', () => teams.makeToken({ key: 'stranger' })],
      ['one signed with a key endorsed for another channel', () => teams.makeToken({ key: 'directline' })],
      ['an unsigned one', () => teams.makeToken({ algorithm: 'none' })],
      ['one whose secret is the public key', () => teams.makeToken({ algorithm: 'HS256' })],
      ['one for another serviceUrl', () => teams.makeToken({ serviceUrl: 'https://evil.example/' })],
    ])('%s is refused', async (_what, token) => {
      const activity = teams.activity('rita', 'let me in');

      const answer = await teams.sendRaw({ activity, token: token() });

      expect(answer.status).toBeGreaterThanOrEqual(401);
      expect(bot.turns).toHaveLength(0);
    });

    it('a good one lets even an activity of a foreign tenant through: that check is the bot’s own', async () => {
      const activity = teams.activity('rita', 'hi', { overrides: { tenantId: 'foreign', aadObjectId: null } });

      const answer = await teams.sendRaw({ activity });

      expect(answer.status).toBe(200);
      expect(bot.turns[0]).toMatchObject({ conversation: { tenantId: 'foreign' } });
      expect(bot.turns[0]?.from).not.toHaveProperty('aadObjectId');
    });
  });
});

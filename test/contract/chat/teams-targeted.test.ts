import { TEAM } from '../../../playground/teams/chats.js';
import type { ActionEvent, ChatEvent, TextEvent } from '../../../src/chat/chat-event.js';
import type { MessageRef } from '../../../src/chat/conversation.js';
import { type Button, type Message, textMessage } from '../../../src/chat/message.js';
import { startTeamsBench, type TeamsBench, teamsUser } from './teams-driver.js';

const MORE: Button = { kind: 'action', label: 'More', token: 'token-1' };
const LOGIN: Button = { kind: 'login', label: 'Login', url: 'https://behalf.example.com/login/t', token: 'token-2' };

let bench: TeamsBench;
let events: ChatEvent[];
let onAction: (event: ActionEvent) => Promise<void>;

beforeEach(async () => {
  events = [];
  onAction = async () => {};
  bench = await startTeamsBench({
    config: { targetedMessages: true },
    handler: async (event) => {
      events.push(event);
      if (event.kind === 'action') await onAction(event);
    },
  });
});

afterEach(() => bench.stop());

async function heard(where: 'direct' | 'channel' = 'channel'): Promise<TextEvent> {
  await bench.personSays('rita', 'help', where);
  const event = events.at(-1);
  if (event?.kind !== 'text') throw new Error('nothing was heard');
  return event;
}

function withButtons(text: string, buttons: readonly Button[]): Message {
  const message = textMessage(text);
  return { ...message, blocks: [...message.blocks, { kind: 'buttons', buttons }] };
}

/** What the bot has sent or changed, oldest first. */
function sent() {
  return bench.teams.requests
    .filter(({ direction, method }) => direction === 'from-bot' && method !== 'GET')
    .map(({ body, method, path, status }) => ({ body, method, path: decodeURIComponent(path), status }));
}

const placesOf = (personId: string) => bench.shownTo(personId).map(({ text, where }) => `${where}: ${text}`);

function asKept(ref: MessageRef): MessageRef {
  return JSON.parse(JSON.stringify(ref));
}

/** The Connector answers the next call as if it were older. */
function refuse(status = 400): void {
  bench.teams.faults.fail({ status, code: 'BadArgument', message: 'Unknown query parameter' });
}

describe('Teams: a private message in a channel, for one person', () => {
  it('stands in the thread, and nobody else sees it', async () => {
    const { conversation, user } = await heard();
    await bench.adapter.postPrivately(conversation, user, textMessage('for you'));

    const [call, ...others] = sent();
    expect(others).toEqual([]);
    expect(call?.path).toMatch(
      new RegExp(`^/teams/v3/conversations/${TEAM.channelId};messageid=\\d+/activities\\?isTargetedActivity=true$`),
    );
    expect(call?.body).toMatchObject({ type: 'message', text: 'for you', recipient: { id: '29:rita' } });
    expect(placesOf('rita')).toEqual(['channel: for you']);
    expect(placesOf('carl')).toEqual([]);
    expect(bench.adapter.asidesInOwnChat).toBe(false);
  });

  it('is replaced in place, and stays for that person', async () => {
    const { conversation, user } = await heard();
    const ref = await bench.adapter.postPrivately(conversation, user, textMessage('one'));

    const next = await bench.adapter.update(asKept(ref), textMessage('two'));
    await bench.adapter.update(asKept(next), textMessage('three'));

    expect(placesOf('rita')).toEqual(['channel: three']);
    expect(placesOf('carl')).toEqual([]);
  });

  it.each([false, true])(
    'is replaced for that person alone after a press on its button (old client: %s)',
    async (oldClient) => {
      const { conversation, user } = await heard();
      await bench.adapter.postPrivately(conversation, user, withButtons('a list', [MORE]));
      onAction = async ({ message }) => {
        if (message) await bench.adapter.update(asKept(message), withButtons('the rest', [MORE]));
      };
      for (const text of ['a list', 'the rest']) {
        const [shown] = bench.shownTo('rita');
        expect(shown?.text).toContain(text);
        await bench.teams.press('rita', shown?.id ?? '', { title: 'More', oldClient });
      }

      expect(sent().map(({ method, status }) => `${method} ${status}`)).toEqual(['POST 201', 'PUT 200', 'PUT 200']);
      expect(placesOf('rita')).toEqual([expect.stringContaining('channel: the rest')]);
      expect(placesOf('carl')).toEqual([]);
      expect(bench.teams.failures).toEqual([]);
    },
  );

  it('goes into the 1:1 chat where Teams refuses it', async () => {
    const { conversation, user } = await heard();
    refuse();
    await bench.adapter.postPrivately(conversation, user, textMessage('for you'));
    expect(placesOf('rita')).toEqual(['direct: for you']);
    expect(placesOf('carl')).toEqual([]);
  });

  it.each([400, 403, 404])(
    'that cannot be replaced any more (%s) is said in the 1:1 chat, never to everybody',
    async (status) => {
      const { conversation, user } = await heard();
      const ref = await bench.adapter.postPrivately(conversation, user, textMessage('one'));
      refuse(status);

      const next = await bench.adapter.update(asKept(ref), textMessage('two'));

      expect(placesOf('rita')).toEqual(['channel: one', 'direct: two']);
      expect(placesOf('carl')).toEqual([]);
      await bench.adapter.update(asKept(next), textMessage('three'));
      expect(placesOf('rita')).toEqual(['channel: one', 'direct: three']);
    },
  );

  it('with a login goes into the 1:1 chat, where alone the pop-up hands its code back', async () => {
    const { conversation, user } = await heard();
    await bench.adapter.postPrivately(conversation, user, withButtons('log in', [LOGIN]));
    expect(placesOf('rita')).toEqual([expect.stringContaining('direct: log in')]);
  });

  it('makes way for a note when what replaces it has a login', async () => {
    const { conversation, user } = await heard();
    const ref = await bench.adapter.postPrivately(conversation, user, textMessage('a list'));

    const next = await bench.adapter.update(asKept(ref), withButtons('log in', [LOGIN]));
    await bench.adapter.update(asKept(next), textMessage('done'));

    expect(placesOf('rita')).toEqual(["channel: I've sent it in the chat with me.", 'direct: done']);
    expect(placesOf('carl')).toEqual([]);
  });

  it('for somebody else than who spoke goes into their 1:1 chat', async () => {
    const { conversation } = await heard();
    await bench.adapter.postPrivately(conversation, teamsUser('carl'), textMessage('for Carl'));
    expect(placesOf('carl')).toEqual(['direct: for Carl']);
    expect(placesOf('rita')).toEqual([]);
  });

  it('is an ordinary message in the 1:1 chat', async () => {
    const { conversation, user } = await heard('direct');
    await bench.adapter.postPrivately(conversation, user, textMessage('for you'));
    expect(sent().map(({ path }) => path)).toEqual([expect.not.stringContaining('isTargetedActivity')]);
  });

  it('goes into the 1:1 chat without the setting', async () => {
    const plain = await startTeamsBench({ handler: async (event) => void events.push(event) });
    await plain.personSays('rita', 'help', 'channel');
    const event = events.at(-1);
    if (event?.kind !== 'text') throw new Error('nothing was heard');
    await plain.adapter.postPrivately(event.conversation, event.user, textMessage('for you'));
    expect(plain.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'for you' }]);
    await plain.stop();
  });
});

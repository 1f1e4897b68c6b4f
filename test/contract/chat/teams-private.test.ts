import { randomBytes } from 'node:crypto';
import { HeldMessages } from '../../../adapters/teams/held-messages.js';
import { TEAMS_APP_ID } from '../../../playground/people.js';
import type { ChatEvent, TextEvent } from '../../../src/chat/chat-event.js';
import { chatUserKey } from '../../../src/chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../../../src/chat/conversation.js';
import type { LifecycleEvent, LifecycleHandler } from '../../../src/chat/lifecycle-event.js';
import { textMessage } from '../../../src/chat/message.js';
import { BehalfError, isBehalfError } from '../../../src/kernel/errors.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';
import { eventually } from './chat-adapter.contract.js';
import { startTeamsBench, type TeamsBench, teamsUser } from './teams-driver.js';

let teams: TeamsBench;
let events: ChatEvent[];
let lifecycle: LifecycleEvent[];
let onLifecycle: LifecycleHandler;

beforeEach(async () => {
  events = [];
  lifecycle = [];
  onLifecycle = async () => {};
  teams = await startTeamsBench({
    handler: async (event) => {
      events.push(event);
    },
    onLifecycle: async (event) => {
      lifecycle.push(event);
      await onLifecycle(event);
    },
  });
});

afterEach(() => teams.stop());

async function heard(where: 'direct' | 'channel' = 'direct', personId = 'rita'): Promise<TextEvent> {
  await teams.personSays(personId, 'help', where);
  const event = events.at(-1);
  if (event?.kind !== 'text') throw new Error('nothing was heard');
  return event;
}

/** What the bot has sent or changed: method and what follows `conversations/`. */
function said(): string[] {
  return teams.teams.requests
    .filter(({ direction, method }) => direction === 'from-bot' && method !== 'GET')
    .map(({ method, path }) => `${method} ${decodeURIComponent(path.split('/v3/conversations')[1] ?? '')}`);
}

function inChat(personId: string): string[] {
  return teams.shownTo(personId).flatMap(({ text, where }) => (where === 'direct' ? [text] : []));
}

function inChannel(): string[] {
  return teams.shownTo('carl').flatMap(({ text, where }) => (where === 'channel' ? [text] : []));
}

/** Waits until the store says so of Rita's 1:1 chat. */
async function chatIs(state: 'gone' | 'known'): Promise<void> {
  const key = { kind: 'private-chat', id: chatUserKey(teamsUser('rita')) } as const;
  for (;;) {
    const text = await teams.store.get(key);
    if (text?.includes(state === 'gone' ? '"gone"' : '"conversationId"')) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function threadOf({ address }: ConversationRef): string | undefined {
  return String(address['conversationId']).split(';messageid=')[1];
}

function asKept(ref: MessageRef): MessageRef {
  return JSON.parse(JSON.stringify(ref));
}

describe('Teams: private messages for a question in a channel', () => {
  test('open the 1:1 chat once and find it again', async () => {
    const { conversation, user } = await heard('channel');
    await teams.adapter.postPrivately(conversation, user, textMessage('one'));
    await teams.adapter.postPrivately(conversation, user, textMessage('two'));
    const chat = teams.teams.chatOf('rita');
    expect(said()).toEqual(['POST ', `POST /${chat}/activities`, `POST /${chat}/activities`]);
    expect(teams.adapter.asidesInOwnChat).toBe(true);
  });

  test('find the 1:1 chat that the person last wrote in, without opening one', async () => {
    await heard();
    await chatIs('known');
    const { conversation, user } = await heard('channel');
    await teams.adapter.postPrivately(conversation, user, textMessage('one'));
    expect(said()).toEqual([`POST /${teams.teams.chatOf('rita')}/activities`]);
  });

  test('for somebody else never go into a 1:1 chat that is not theirs', async () => {
    const { conversation } = await heard();
    await teams.adapter.postPrivately(conversation, teamsUser('carl'), textMessage('for Carl'));
    expect(teams.shownTo('rita')).toEqual([]);
    expect(teams.shownTo('carl')).toMatchObject([{ where: 'direct', text: 'for Carl' }]);
  });

  test('fail when they are for somebody else in a 1:1 chat and cannot be delivered', async () => {
    const { conversation } = await heard();
    await teams.teams.uninstall('carl');
    const failure: unknown = await teams.adapter
      .postPrivately(conversation, teamsUser('carl'), textMessage('for Carl'))
      .catch((error) => error);
    expect(isBehalfError(failure, 'chat.delivery_failed')).toBe(true);
    expect(inChannel()).toEqual([]);
  });
});

describe('Teams: a private message for somebody without the app', () => {
  async function withoutApp(): Promise<TextEvent> {
    const event = await heard('channel');
    await teams.teams.uninstall('rita');
    return event;
  }

  test('leaves a note with the link that adds the app, which says nothing of it', async () => {
    const { conversation, user } = await withoutApp();
    await teams.adapter.postPrivately(conversation, user, textMessage('secret one'));
    const [note, ...others] = teams.shownTo('carl');
    expect(others).toEqual([]);
    expect(note).toMatchObject({ where: 'channel', thread: threadOf(conversation) });
    const press = await teams.personPresses('carl', note?.id ?? '', 'Add me');
    expect(press.openedUrl).toBe(`https://teams.microsoft.com/l/app/${TEAMS_APP_ID}`);
    expect(JSON.stringify(teams.teams.messages())).not.toMatch(/secret|Rita|rita@/u);
  });

  test.each([
    [403, 'BotNotInConversationRoster'],
    [403, 'MessageWritesBlocked'],
    [404, 'ConversationNotFound'],
  ])('is held after %i %s too', async (status, code) => {
    const { conversation, user } = await heard('channel');
    teams.teams.faults.fail({ status, code, message: 'm' });
    await teams.adapter.postPrivately(conversation, user, textMessage('secret one'));
    expect(inChat('rita')).toEqual([]);
    expect(inChannel()).toHaveLength(1);
  });

  test('arrives as soon as they add the app, and the note says so', async () => {
    const { conversation, user } = await withoutApp();
    for (const words of ['secret one', 'secret two'])
      await teams.adapter.postPrivately(conversation, user, textMessage(words));
    expect(inChannel()).toHaveLength(1);
    await teams.teams.install('rita');
    await eventually(() => inChat('rita').find((text) => text === 'secret two'));
    expect(inChat('rita').filter((text) => text.startsWith('secret'))).toEqual(['secret one', 'secret two']);
    await eventually(() => inChannel().find((text) => text === "I've sent it in the chat with me."));
    expect(JSON.stringify(inChannel())).not.toContain('secret');
  });

  test('can be replaced while it waits, and after it has arrived in its place', async () => {
    const { conversation, user } = await withoutApp();
    const ref = asKept(await teams.adapter.postPrivately(conversation, user, textMessage('secret one')));
    expect(await teams.adapter.update(ref, textMessage('secret two'))).toEqual(ref);
    expect(inChannel()).toHaveLength(1);
    await teams.teams.install('rita');
    // The note changes once it is known where the message stands.
    await eventually(() => inChannel().find((text) => text === "I've sent it in the chat with me."));
    expect(inChat('rita')).toContain('secret two');
    await teams.adapter.update(ref, textMessage('secret three'));
    expect(inChat('rita').filter((text) => text.startsWith('secret'))).toEqual(['secret three']);
    expect(JSON.stringify(inChannel())).not.toContain('secret');
  });

  test('arrives when it is replaced, should the news of the app have been lost', async () => {
    const { conversation, user } = await withoutApp();
    const ref = await teams.adapter.postPrivately(conversation, user, textMessage('secret one'));
    teams.teams.setTiming({ timeoutMs: 5_000, redeliveryDelaysMs: [] });
    await teams.adapter.stop();
    await teams.teams.install('rita');
    await teams.adapter.start(async () => {});
    await teams.store.delete({ kind: 'private-chat', id: chatUserKey(user) });
    await teams.adapter.update(ref, textMessage('secret two'));
    expect(inChat('rita')).toEqual(['secret two']);
  });

  /** A message for Rita that Teams is just being sent, as she writes in her 1:1 chat: the call stands still until `go`. */
  async function underWay(): Promise<{ readonly ref: MessageRef; readonly go: () => void }> {
    const { conversation, user } = await heard('channel');
    teams.teams.faults.fail({ status: 403, code: 'ForbiddenOperationException', message: 'm' });
    const ref = asKept(await teams.adapter.postPrivately(conversation, user, textMessage('secret one')));
    const { go, reached } = teams.teams.faults.stop();
    await heard('direct');
    await reached;
    return { ref, go };
  }

  test('that is replaced while it is on its way stands once, and last as it was replaced', async () => {
    const { go, ref } = await underWay();
    const before = said().length;
    await teams.adapter.update(ref, textMessage('secret two'));
    go();
    await eventually(() => inChannel().find((text) => text === "I've sent it in the chat with me."));
    expect(inChat('rita')).toEqual(['secret two']);
    expect(
      said()
        .slice(before)
        .map((call) => call.split(' ')[0]),
    ).toEqual(['POST', 'PUT', 'PUT']);
    await teams.adapter.update(ref, textMessage('secret three'));
    expect(inChat('rita')).toEqual(['secret three']);
  });

  test('that is taken away while it is on its way does not stay', async () => {
    const { go, ref } = await underWay();
    await teams.adapter.long.remove(ref);
    go();
    await eventually(() => inChannel().find((text) => text === "I've sent it in the chat with me."));
    expect(inChat('rita')).toEqual([]);
  });

  test('that a process was sending as it died is sent by another, a minute later', async () => {
    const held = new HeldMessages(teams.store, createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]));
    const user = teamsUser('rita');
    const activity = { type: 'message', text: 'secret one' } as const;
    await held.hold(user, { id: '1', conversationId: 'c', at: 0, activity });
    expect(await held.begin(user, 1_000)).toMatchObject([{ id: '1' }]);
    expect(await held.begin(user, 60_000)).toEqual([]);
    expect(await held.begin(user, 61_001)).toMatchObject([{ id: '1', activity }]);
    await held.giveBack(user, '1');
    expect(await held.begin(user, 61_002)).toMatchObject([{ id: '1', activity }]);
  });

  test('waits sealed in the store', async () => {
    const { conversation, user } = await withoutApp();
    await teams.adapter.postPrivately(conversation, user, textMessage('secret one'));
    const stored = await teams.store.get({ kind: 'held-message', id: chatUserKey(user) });
    const bytes = Buffer.from(stored ?? '', 'base64url').toString('latin1');
    expect(bytes.length).toBeGreaterThan(50);
    expect(bytes).not.toContain('secret');
  });

  test('is held on when it cannot be delivered after all', async () => {
    const { conversation, user } = await withoutApp();
    await teams.adapter.postPrivately(conversation, user, textMessage('secret one'));
    // The welcome fails, and then the message.
    teams.teams.faults.fail({ status: 403, code: 'MessageWritesBlocked', message: 'm' }, 2);
    await teams.teams.install('rita');
    await eventually(() => (teams.logLines.join().includes('could not be followed') ? true : undefined));
    expect(inChat('rita')).toEqual([]);
    await teams.teams.install('rita');
    await eventually(() => inChat('rita').find((text) => text === 'secret one'));
  });

  test('asks Teams for the chat once, not for each message', async () => {
    const { conversation, user } = await heard('channel');
    teams.teams.faults.fail({ status: 403, code: 'ForbiddenOperationException', message: 'm' });
    for (const words of ['one', 'two', 'three'])
      await teams.adapter.postPrivately(conversation, user, textMessage(words));
    expect(said().filter((call) => call === 'POST ')).toHaveLength(1);
  });
});

describe('Teams: the app comes and goes', () => {
  test('a newcomer is welcomed once, with a button that writes help for them', async () => {
    await teams.teams.install('carl');
    const [hello] = await eventually(() => (teams.shownTo('carl').length > 0 ? teams.shownTo('carl') : undefined));
    expect(hello?.text).toContain('Write help');
    await teams.personPresses('carl', hello?.id ?? '', 'Help');
    expect(events).toMatchObject([{ kind: 'text', text: 'help', user: teamsUser('carl') }]);
    await teams.teams.uninstall('carl');
    await teams.teams.install('carl');
    await teams.personSays('carl', 'help');
    expect(teams.shownTo('carl')).toHaveLength(1);
  });

  test('a removed app is taken note of quietly: nothing is tried there until it is back', async () => {
    await heard();
    await chatIs('known');
    const { conversation, user } = await heard('channel');
    await teams.teams.uninstall('rita');
    expect(teams.teams.requests.at(-1)?.status).toBe(200);
    await chatIs('gone');
    await teams.adapter.postPrivately(conversation, user, textMessage('later'));
    expect(said()).toHaveLength(1);
    expect(inChannel()).toHaveLength(1);
  });
});

describe('Teams: what the service is told of people', () => {
  test('somebody who removes the app has left, and is back with it', async () => {
    const user = teamsUser('rita');
    await teams.teams.uninstall('rita');
    expect(lifecycle).toEqual([{ kind: 'person-left', why: 'app-removed', ...user }]);
    await teams.teams.install('rita');
    expect(lifecycle.slice(1)).toEqual([{ kind: 'person-back', ...user }]);
  });

  test('somebody who writes again after removing the app is back, should the news of it have been lost', async () => {
    await heard();
    await chatIs('known');
    await teams.teams.uninstall('rita');
    await chatIs('gone');
    await heard();
    await eventually(() => lifecycle[1]);
    expect(lifecycle.map(({ kind }) => kind)).toEqual(['person-left', 'person-back']);
    await heard();
    expect(lifecycle).toHaveLength(2);
  });

  test('news that could not be kept come again', async () => {
    onLifecycle = async () => {
      if (lifecycle.length === 1) throw new BehalfError('store.unavailable', 'away');
    };
    await teams.teams.uninstall('rita');
    await eventually(() => lifecycle[1]);
    expect(lifecycle[1]).toEqual(lifecycle[0]);
  });

  test('updates of the app and people who leave a team are no news of that kind', async () => {
    const { conversation } = await heard('channel');
    const activity = teams.teams.activity('rita', '');
    for (const action of ['add-upgrade', 'remove-upgrade'])
      await teams.teams.sendRaw({ activity: { ...activity, type: 'installationUpdate', action } });
    const carl = { id: '29:carl', aadObjectId: teamsUser('carl').userId };
    const id = String(conversation.address['conversationId']);
    const team = { ...activity.conversation, id, conversationType: 'channel' };
    const left = { ...activity, type: 'conversationUpdate', conversation: team, membersRemoved: [carl] };
    expect((await teams.teams.sendRaw({ activity: left })).status).toBe(200);
    expect(lifecycle).toEqual([]);
  });

  test('who somebody is is asked anew when they have left a team', async () => {
    const { conversation, user } = await heard('channel', 'carl');
    const asked = () => teams.teams.requests.filter(({ path }) => path.includes('/members/')).length;
    const activity = teams.teams.activity('rita', '');
    const team = { ...activity.conversation, id: '19:acme-sales@thread.tacv2', conversationType: 'channel' };
    const membersRemoved = [{ id: '29:carl', aadObjectId: user.userId }];
    const before = asked();
    await teams.adapter.describeUser(user, conversation);
    expect(asked()).toBe(before);
    await teams.teams.sendRaw({
      activity: { ...activity, type: 'conversationUpdate', conversation: team, membersRemoved },
    });
    await teams.adapter.describeUser(user, conversation);
    expect(asked()).toBe(before + 1);
  });

  test('the bot is put into a team: it says hello there once, without a button', async () => {
    const activity = teams.teams.activity('rita', '', { conversation: '19:acme-sales@thread.tacv2' });
    const added = { ...activity, type: 'installationUpdate', action: 'add' };
    for (const _again of [1, 2]) await teams.teams.sendRaw({ activity: added });
    await eventually(() => inChannel()[0]);
    expect(teams.shownTo('carl')).toMatchObject([{ where: 'channel', buttons: [] }]);
    expect(lifecycle).toEqual([]);
  });
});

describe('Teams: the sign that the bot is at work', () => {
  test('is shown in the 1:1 chat and leaves no message', async () => {
    const { conversation } = await heard();
    await teams.adapter.workingSign?.show(conversation);
    expect(said()).toEqual([`POST /${teams.teams.chatOf('rita')}/activities`]);
    expect(teams.teams.requests.at(-1)?.body).toMatchObject({ type: 'typing' });
    expect(teams.shownTo('rita')).toEqual([]);
  });

  test('is not shown where others are', async () => {
    const { conversation } = await heard('channel');
    await teams.adapter.workingSign?.show(conversation);
    expect(said()).toEqual([]);
  });
});

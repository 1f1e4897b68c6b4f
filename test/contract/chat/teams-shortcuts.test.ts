import { isRecord } from '../../../playground/teams/cards.js';
import type { ChatEvent, ShortcutEvent } from '../../../src/chat/chat-event.js';
import type { Form } from '../../../src/chat/form.js';
import { textMessage } from '../../../src/chat/message.js';
import { startTeamsBench, type TeamsBench, type TeamsBenchOptions, teamsUser } from './teams-driver.js';

const FORM: Form = {
  token: 'token-of-the-form',
  title: 'Create case',
  submitLabel: 'Submit',
  fields: [{ kind: 'text', name: 'subject', label: 'Which subject?', optional: false }],
};
/** A chat of Rita and Carl, in which the bot is not: also `personal`. */
const FOREIGN = '19:rita_carl@unq.gbl.spaces';

let teams: TeamsBench;
let events: ChatEvent[];

async function start(options: TeamsBenchOptions = {}): Promise<void> {
  events = [];
  teams = await startTeamsBench({
    ...options,
    handler: async (event: ChatEvent) => {
      events.push(event);
      await options.handler?.(event);
    },
  });
}

afterEach(() => teams.stop());

function chosen(): ShortcutEvent {
  const event = events.at(-1);
  if (event?.kind !== 'shortcut') throw new Error('no shortcut was heard');
  return event;
}

const payload = (change: object) => ({
  id: '1700000000000',
  linkToMessage: 'https://teams.microsoft.com/l/message/19:x/1700000000000',
  from: { user: { id: teamsUser('carl').userId, displayName: 'Carl Colleague', userIdentityType: 'aadUser' } },
  ...change,
});

/** The invoke as Teams sends it from a chat of two people. */
async function fromForeignChat(name: string, value: unknown) {
  const { from, recipient, ...activity } = teams.teams.activity('rita', '');
  const conversation = { id: FOREIGN, conversationType: 'personal', tenantId: teamsUser('rita').tenantId };
  return teams.teams.sendRaw({ activity: { ...activity, from, recipient, type: 'invoke', name, value, conversation } });
}

describe('Teams: a shortcut', () => {
  test('is heard with its id, and its form opens at once and comes back', async () => {
    await start({
      handler: async (event) => {
        if (event.kind === 'shortcut') await event.openForm?.(FORM);
      },
    });
    const result = await teams.teams.shortcut('rita', 'global:case');
    expect(result).toMatchObject({ kind: 'invoked', outcome: { kind: 'dialog', title: 'Create case' } });
    expect(chosen()).toMatchObject({ shortcut: 'global:case', user: teamsUser('rita') });
    expect(chosen()).not.toHaveProperty('message');
    const { outcome } = await teams.teams.dialogs.submit('rita', { 'field.subject': 'Printer' });
    expect(outcome).toEqual({ kind: 'quiet' });
    expect(events.at(-1)).toMatchObject({ kind: 'form', token: FORM.token, values: { subject: 'Printer' } });
    expect(teams.teams.failures).toEqual([]);
  });

  test('that opens no form says where the answer is', async () => {
    await start();
    const result = await teams.teams.shortcut('rita', 'global:case');
    expect(result).toMatchObject({ outcome: { kind: 'toast', text: 'I have answered in the chat with me.' } });
  });

  test('on a message brings what is in it, as it reads', async () => {
    await start();
    const content =
      '<p>Printer &amp; <b>more</b>:&nbsp;<a href="https://acme.example/a?b=1&amp;c=2" title="x">the page</a></p>\n<ul><li>one <at id="0">Rita Rep</at></li><li>two <emoji alt="🔥"></emoji></li></ul><attachment id="1"></attachment>';
    const mentions = [{ id: 0, mentionText: 'Rita Rep', mentioned: { user: { id: teamsUser('rita').userId } } }];
    await teams.teams.shortcut('rita', 'message:case', {
      message: payload({ subject: 'Help', body: { contentType: 'html', content }, mentions }),
    });
    expect(chosen().message).toEqual({
      text: 'Help\nPrinter & more: the page (https://acme.example/a?b=1&c=2)\none Rita Rep\ntwo 🔥',
      mentions: [{ text: 'Rita Rep', userId: teamsUser('rita').userId }],
      link: 'https://teams.microsoft.com/l/message/19:x/1700000000000',
      author: { name: 'Carl Colleague', userId: teamsUser('carl').userId },
    });
  });

  test('on the message of an app, or on one of another shape, brings what there is', async () => {
    await start();
    const message = payload({
      from: { application: { displayName: 'Monitor' } },
      body: { contentType: 'text', content: ' a < b ' },
    });
    await teams.teams.shortcut('rita', 'message:case', { message });
    expect(chosen().message).toMatchObject({ text: 'a < b', author: { name: 'Monitor' } });
    await teams.teams.shortcut('rita', 'message:case', { message: { body: 7, from: [] } });
    expect(chosen()).not.toHaveProperty('message');
  });

  test('in a channel is answered in the chat with the bot', async () => {
    await start();
    await teams.personSays('rita', 'hello', 'channel');
    const conversation = teams.teams.messages()[0]?.conversationId ?? '';
    await teams.teams.shortcut('rita', 'message:case', { conversation, message: payload({}) });
    expect(chosen().conversation).toMatchObject({ kind: 'channel', unseen: true });
    await teams.adapter.postPrivately(chosen().conversation, teamsUser('rita'), textMessage('psst'));
    expect(teams.shownTo('rita').at(-1)).toMatchObject({ text: 'psst', where: 'direct' });
  });

  test('from a chat of two people, which the bot is not in, is answered in the chat with the bot and nowhere else', async () => {
    await start();
    await teams.personSays('rita', 'hello');
    const before = events.length;
    const { status } = await fromForeignChat('composeExtension/fetchTask', {
      commandId: 'message:case',
      messagePayload: payload({}),
    });
    expect(status).toBe(200);
    expect(events).toHaveLength(before + 1);
    const { conversation } = chosen();
    expect(conversation).toMatchObject({ kind: 'channel', unseen: true });
    const said = await teams.adapter.postPrivately(conversation, teamsUser('rita'), textMessage('psst'));
    expect(said.address['conversationId']).toBe(teams.teams.chatOf('rita'));
    // What is said later, without a word from Rita, still goes there.
    await teams.adapter.postPrivately(conversation, teamsUser('rita'), textMessage('later'));
    expect(teams.shownTo('rita').map(({ text }) => text)).toEqual(['psst', 'later']);
  });

  test('from such a chat is heard of a member who has never said a word to the bot', async () => {
    await start();
    const { body, status } = await fromForeignChat('composeExtension/fetchTask', { commandId: 'message:case' });
    expect({ body, status }).toMatchObject({ status: 200, body: { task: { type: 'message' } } });
    expect(chosen()).toMatchObject({ shortcut: 'message:case', user: teamsUser('rita') });
    expect(chosen()).not.toHaveProperty('person');
  });

  test('from such a chat is not heard of somebody who is no member, or nobody can tell', async () => {
    await start();
    teams.teams.changeAccount('rita', { userRole: 'guest' });
    await fromForeignChat('composeExtension/fetchTask', { commandId: 'message:case' });
    expect(teams.refusals).toEqual(['guest']);
    await teams.teams.uninstall('carl');
    const carl = teams.teams.activity('carl', '');
    const activity = {
      ...carl,
      type: 'invoke',
      name: 'composeExtension/fetchTask',
      value: { commandId: 'message:case' },
    };
    const conversation = { id: FOREIGN, conversationType: 'personal', tenantId: teamsUser('carl').tenantId };
    await teams.teams.sendRaw({ activity: { ...activity, conversation } });
    expect(teams.refusals).toEqual(['guest', 'external']);
    expect(events).toEqual([]);
  });

  test('without an id, or sent by somebody who is not let in, does nothing', async () => {
    await start();
    for (const value of [{}, { commandId: 7 }, { commandId: '' }]) {
      const result = await teams.teams.invoke('rita', { name: 'composeExtension/fetchTask', value });
      if (result.kind !== 'invoked' || !isRecord(result.delivery.body)) throw new Error('there is no answer');
      expect(result.delivery.body).toMatchObject({ task: { type: 'message' } });
    }
    teams.teams.changeAccount('carl', { userRole: 'guest' });
    await teams.teams.shortcut('carl', 'global:case');
    expect(events).toEqual([]);
  });
});

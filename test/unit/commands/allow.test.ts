import type { ChatUser } from '../../../src/chat/chat-user.js';
import type { ConversationRef } from '../../../src/chat/conversation.js';
import { buttonOf, buttonsOf, contentOf, loginButtonsOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { ANN, BOB, CHANNEL, DIRECT, eventually, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const STEPS = '  - reply: { text: Done it }';
/** Known by id only. */
const CARL: ChatUser = { platform: 'slack', tenantId: 'T1', userId: 'U0CARL' };
const SALES: ConversationRef = { platform: 'slack', kind: 'channel', address: { channel: 'C0SALES' } };
const NOT_YOURS = 'Approve is not open to you. If you need it, ask the person who looks after me here to add you.';
const NOT_HERE =
  'Approve can only be used in certain channels. Type it there, or ask the person who looks after me here.';

function allowing(allow: string, more: Parameters<typeof recipe>[0] = { command: 'approve', steps: STEPS }): string {
  return `allow: ${allow}\n${recipe({ connections: SHARED, ...more })}`;
}

describe('who may run a recipe', () => {
  let kit: ServiceKit;

  afterEach(async () => {
    await kit.stop();
  });

  async function start(allow: string, more?: Parameters<typeof recipe>[0]): Promise<void> {
    kit = await startServiceKit({
      recipes: {
        approve: allowing(allow, more),
        other: recipe({ command: 'other', connections: SHARED, steps: STEPS }),
      },
    });
  }

  async function answerTo(text: string, user: ChatUser, conversation = DIRECT): Promise<string> {
    kit.chat.messages.length = 0;
    await kit.say(text, { user, conversation });
    await kit.idle();
    return kit.chat.texts().join('\n');
  }

  test.each([
    ['an address, whatever its case', '{ users: [Ann@acme.example] }', ANN, 'Done it'],
    ['another address', '{ users: [ann@acme.example] }', BOB, NOT_YOURS],
    ['an id', '{ users: [U0CARL] }', CARL, 'Done it'],
    ['another id', '{ users: [U0CARL] }', ANN, NOT_YOURS],
    ['no confirmed address', '{ users: [carl@acme.example] }', CARL, NOT_YOURS],
    ['the tenant', '{ tenants: [T1] }', ANN, 'Done it'],
    ['another tenant', '{ tenants: [T0OTHER] }', ANN, NOT_YOURS],
    ['the right id in another tenant', '{ users: [U0CARL], tenants: [T0OTHER] }', CARL, NOT_YOURS],
  ])('is told by %s', async (_what, allow, user, answer) => {
    await start(allow);
    expect(await answerTo('approve', user)).toBe(answer);
    expect(await kit.jobList()).toHaveLength(answer === 'Done it' ? 1 : 0);
  });

  test('is told by the channel, and where both are listed both must fit', async () => {
    await start('{ channels: [C0SALES], users: [U0CARL] }');
    expect(await answerTo('approve', CARL, SALES)).toBe('Done it');
    expect(await answerTo('approve', CARL, CHANNEL)).toBe(NOT_HERE);
    expect(kit.chat.last().privateTo).toEqual(CARL);
    expect(await answerTo('approve', CARL, DIRECT)).toBe(NOT_HERE);
    expect(await answerTo('approve', ANN, SALES)).toBe(NOT_YOURS);
  });

  test('is told by a group of Slack, or by the list of people', async () => {
    await start('{ users: [U0CARL], groups: [S0NONE, S0SALES] }');
    kit.chat.groups.set('S0SALES', ['bob']);
    expect(await answerTo('approve', BOB)).toBe('Done it');
    expect(await answerTo('approve', ANN)).toBe(NOT_YOURS);
    expect(await answerTo('help', ANN)).not.toContain('approve');
    kit.chat.operations.length = 0;
    expect(await answerTo('approve', CARL)).toBe('Done it');
    expect(kit.chat.operations).not.toContain('isInGroup');
    kit.chat.failWhen((operation) => operation === 'isInGroup');
    expect(await answerTo('approve', BOB)).toContain("I can't find out right now");
  });

  test('costs no question to the platform where ids and places decide, or nobody is restricted', async () => {
    await start('{ users: [U0CARL], channels: [C0SALES], tenants: [T1] }');
    await answerTo('approve', CARL, SALES);
    await answerTo('approve', ANN, SALES);
    await answerTo('other', ANN);
    await answerTo('help', ANN);
    expect(kit.chat.operations).not.toContain('describeUser');
  });

  test('nobody is let in while the platform does not tell who they are', async () => {
    await start('{ users: [ann@acme.example] }');
    kit.chat.failWhen((operation) => operation === 'describeUser');
    expect(await answerTo('approve', ANN)).toBe(
      "I can't find out right now whether you may use Approve. Please try again in a moment.",
    );
    kit.chat.failWhen(undefined);
    expect(await answerTo('approve', ANN)).toBe('Done it');
  });

  test('help and what was unknown name only what the person may run there', async () => {
    await start('{ users: [ann@acme.example] }');
    expect(await answerTo('help', ANN)).toContain('approve');
    expect(await answerTo('aprove', ANN)).toContain('Did you mean approve?');
    expect(await answerTo('help', BOB)).not.toContain('approve');
    expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual(['Other', 'Personal connections']);
    expect(await answerTo('aprove', BOB)).toBe("I don't know that command. help shows what I can do.");
  });

  test('a button of another recipe opens no way around', async () => {
    kit = await startServiceKit({
      recipes: {
        approve: allowing('{ users: [ann@acme.example] }'),
        offer: recipe({
          command: 'offer',
          connections: SHARED,
          steps: '  - reply: { text: Offer, buttons: [{ text: Approve it, command: approve }] }',
        }),
      },
    });
    await answerTo('offer', BOB);
    await kit.press(kit.chat.last(), 'Approve it', { user: BOB });
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe(NOT_YOURS);
    expect(await kit.jobList()).toHaveLength(1);
  });

  describe('for guests', () => {
    const ASK =
      '  - ask: { text: "Sure?", buttons: [{ text: Yes }], who: anyone, visible_to: channel }\n  - reply: { text: Done it }';
    let serial = 0;

    async function guestSays(text: string): Promise<string> {
      kit.chat.messages.length = 0;
      serial += 1;
      const base = { user: CARL, conversation: SALES, person: 'guest' as const };
      await kit.handleEvent({ kind: 'text', id: `guest ${serial}`, text, ...base });
      await kit.idle();
      return kit.chat.texts().join('\n');
    }

    async function guestAnswers(command: string): Promise<string> {
      await answerTo(command, ANN, SALES);
      const { token } = buttonOf(kit.chat.last(), 'Yes');
      const base = { user: CARL, conversation: SALES, person: 'guest' as const };
      await kit.handleEvent({ kind: 'action', id: `answer ${command}`, token, values: {}, ...base });
      await kit.idle();
      return kit.chat.texts().join('\n');
    }

    test('is what the recipe says, and no other is open or named to them', async () => {
      await start('{ guests: true }');
      expect([kit.admits('guest'), kit.admits('external')]).toEqual([true, false]);
      expect(await guestSays('approve')).toBe('Done it');
      expect(await guestSays('other')).toContain('Other is not open to you.');
      expect(await guestSays('help')).not.toContain('other');
      expect(await answerTo('approve', ANN)).toBe('Done it');
    });

    test('is closed by any list that they do not fit', async () => {
      await start('{ guests: true, users: [U0ANN] }');
      expect(await guestSays('approve')).toBe(NOT_YOURS);
    });

    test('holds for the questions of a job too', async () => {
      kit = await startServiceKit({
        recipes: {
          approve: allowing('{ guests: true }', { command: 'approve', steps: ASK }),
          other: recipe({ command: 'other', connections: SHARED, steps: ASK }),
        },
      });
      expect(await guestAnswers('approve')).toContain('Done it');
      expect(await guestAnswers('other')).toContain('This question is for somebody else.');
      expect(kit.chat.texts().join()).not.toContain('Done it');
    });

    test('is no unless a recipe says so', async () => {
      await start('{ users: [U0CARL] }');
      expect([kit.admits('guest'), kit.admits('external')]).toEqual([false, false]);
      expect(await guestSays('approve')).toBe(NOT_YOURS);
    });
  });

  describe('is asked again', () => {
    const PARAMETERS = '[{ name: item }]';

    test('with the answer to a question for a parameter', async () => {
      await start('{ users: [ann@acme.example] }', { command: 'approve', parameters: PARAMETERS, steps: STEPS });
      await answerTo('approve', ANN);
      kit.chat.emails.set('ann', 'ann@elsewhere.example');
      expect(await answerTo('Chair', ANN)).toBe(NOT_YOURS);
      expect(await kit.jobList()).toEqual([]);
    });

    test('when a form is opened and when it is sent off', async () => {
      await start('{ users: [ann@acme.example] }', { command: 'approve', parameters: PARAMETERS, steps: STEPS });
      await answerTo('approve', ANN);
      const { token } = buttonOf(kit.chat.last(), 'Fill in a form');
      const tokens: string[] = [];
      const press = (id: string) =>
        kit.handleEvent({
          kind: 'action',
          id,
          user: ANN,
          conversation: DIRECT,
          token,
          values: {},
          openForm: async (form) => {
            tokens.push(form.token);
          },
        });
      await press('first');
      kit.chat.emails.delete('ann');
      await press('second');
      expect(tokens).toHaveLength(1);
      expect(textOf(kit.chat.last())).toBe(NOT_YOURS);
      kit.chat.messages.length = 0;
      await kit.handleEvent({
        kind: 'form',
        id: 'form',
        user: ANN,
        conversation: DIRECT,
        token: tokens[0] ?? '',
        values: { item: 'Chair' },
        refuseInTime: () => true,
      });
      expect(kit.chat.texts()).toEqual([NOT_YOURS]);
      expect(await kit.jobList()).toEqual([]);
    });

    test('when a job goes on after a login, which then does nothing', async () => {
      await start('{ users: [ann@acme.example] }', {
        command: 'approve',
        connections: 'crm: { use: crm, verify_user_access: true }',
        steps: '  - { action: crm.create, input: { name: x } }\n  - reply: { text: Done it }',
      });
      await answerTo('approve', ANN);
      await eventually(() => loginButtonsOf(kit.chat.last()).length > 0);
      kit.chat.emails.set('ann', 'ann@elsewhere.example');
      await kit.logIn(kit.chat.last(), 'ann@elsewhere.example');
      await kit.idle();
      expect(kit.chat.texts().join('\n')).toContain(`${NOT_YOURS} Nothing was done.`);
      expect((await kit.jobList()).map(({ status }) => status)).toEqual(['cancelled']);
    });

    test('when a job goes on after an answer, and its question is closed', async () => {
      await start('{ users: [ann@acme.example] }', {
        command: 'approve',
        steps: '  - ask: { text: "Sure?", buttons: [{ text: Yes }] }\n  - reply: { text: Done it }',
      });
      await answerTo('approve', ANN);
      const question = kit.chat.last();
      kit.chat.emails.delete('ann');
      await kit.press(question, 'Yes');
      await kit.idle();
      expect(kit.chat.texts().join('\n')).toContain(NOT_YOURS);
      expect(kit.chat.texts().join('\n')).not.toContain('Done it');
      expect(contentOf(question).blocks.filter(({ kind }) => kind === 'buttons')).toEqual([]);
    });
  });
});

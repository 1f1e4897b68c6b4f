import { type ChatUser, chatUserKey } from '../../../src/chat/chat-user.js';
import { joinKey } from '../../../src/kernel/ids.js';
import { sealedStore } from '../../../src/kernel/sealed-store.js';
import { settled } from '../../support/at-rest.js';
import { buttonOf, buttonsOf, contentOf, loginButtonsOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { ANN, BOB, CHANNEL, DIRECT, eventually, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const ACCOUNT = 'ann@acme.example';
/** Where Ann's open question is kept. */
const DIALOG_OF_ANN = joinKey(chatUserKey(ANN), 'direct');

const RECIPES = {
  create: recipe({
    command: 'create thing',
    parameters:
      '[{ name: title, example: Big }, { name: size, optional: true }, { name: id, hidden: true, default: none }]',
    steps: `  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply:
      text: Created
      buttons: [{ text: Look, command: look }]`,
  }),
  look: recipe({
    command: 'look',
    connections: SHARED,
    steps: '  - { action: crm.find }\n  - reply: { text: Looked }',
  }),
  secret: `hidden: true\n${recipe({ command: 'secret', connections: SHARED, steps: '  - { action: crm.find }' })}`,
};

let kit: ServiceKit;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
});

afterEach(async () => {
  await kit.stop();
});

const lastText = () => textOf(kit.chat.last());

async function connect(user: ChatUser = ANN, account = ACCOUNT): Promise<void> {
  await kit.say('create thing title: x', { user });
  await eventually(() => kit.chat.messages.some((message) => loginButtonsOf(message).length > 0));
  await kit.idle();
  await kit.logIn(kit.chat.last(), account);
  await kit.idle();
  kit.chat.messages.length = 0;
}

describe('help', () => {
  test('lists what can be typed, with a button for each, and the built-in commands', async () => {
    await kit.say('help');
    expect(lastText()).toBe(
      [
        'What I can do for you:',
        'create thing title: Big [size: …] — For a test',
        'look — For a test',
        'personal_connections shows the apps that you have logged in to. cancel ends a question or a request that waits for a login. help shows this, help with a command or an app shows more of it.',
      ].join('\n'),
    );
    expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual([
      'Create thing',
      'Look',
      'Personal connections',
    ]);
    await kit.press(kit.chat.last(), 'Look');
    await kit.idle();
    expect(lastText()).toBe('Looked');
  });

  test('answers a mention without a word', async () => {
    await kit.say('  ', { conversation: CHANNEL });
    expect(lastText()).toContain('What I can do for you:');
    expect(kit.chat.last().privateTo).toEqual(ANN);
  });

  test('comes with what was unknown, once per event', async () => {
    const id = await kit.say('creat thing');
    await kit.say('creat thing', { id });
    expect(kit.chat.messages).toHaveLength(1);
    expect(lastText()).toBe("I don't know that command. Did you mean create thing?");
    expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual(['Create thing', 'Help']);
    await kit.press(kit.chat.last(), 'Help');
    expect(lastText()).toContain('What I can do for you:');
    await kit.say('personal_conections');
    expect(lastText()).toContain('Did you mean personal_connections?');
    await kit.say('xyzzy');
    expect(lastText()).toBe("I don't know that command. help shows what I can do.");
  });
});

describe('buttons', () => {
  test('are worth nothing to somebody else, in the same and in another tenant', async () => {
    await kit.say('help');
    const help = kit.chat.last();
    for (const user of [BOB, { ...ANN, tenantId: 'T2' }]) {
      await kit.press(help, 'Look', { user });
      expect(lastText()).toBe('Only the person who asked can use this.');
    }
    await settled();
    expect(await kit.jobList()).toEqual([]);
  });

  test('of an answer for all are for everybody of the tenant only', async () => {
    const shared = {
      ...RECIPES,
      create: RECIPES.create.replace('crm: { use: crm, verify_user_access: true }', SHARED),
    };
    const open = await kit.replica({ recipes: shared, queue: 'none' });
    await kit.say('create thing title: x', { conversation: CHANNEL, replica: open });
    await kit.idle();
    const answer = kit.chat.last();
    await kit.press(answer, 'Look', { user: { ...BOB, tenantId: 'T2' } });
    expect(lastText()).toBe('Only the person who asked can use this.');
    await kit.press(answer, 'Look', { user: BOB });
    await kit.idle();
    expect(lastText()).toBe('Looked');
  });

  test('are too old after a week, and unknown when they are made up', async () => {
    await kit.say('help');
    const help = kit.chat.last();
    await kit.clock.jump(7 * 86_400_000);
    await kit.press(help, 'Look');
    const tooOld = 'This button is too old or has been used. Please type the command again.';
    expect(lastText()).toBe(tooOld);
    const event = { kind: 'action', id: 'made-up', user: ANN, conversation: DIRECT, token: 'x', values: {} } as const;
    await kit.handleEvent(event);
    expect(lastText()).toBe(tooOld);
  });

  test('that do nothing say so beside them where the platform can, else in a message', async () => {
    await kit.say('help');
    const before = kit.chat.messages.length;
    const words: string[] = [];
    let isInTime = true;
    const tell = (said: string): boolean => isInTime && words.push(said) > 0;
    const event = { kind: 'action', user: ANN, conversation: DIRECT, token: 'x', values: {}, tell } as const;
    await kit.handleEvent({ ...event, id: 'made-up-1' });
    expect(words).toEqual(['This button is too old or has been used. Please type the command again.']);
    expect(kit.chat.messages).toHaveLength(before);
    isInTime = false;
    await kit.handleEvent({ ...event, id: 'made-up-2' });
    expect(kit.chat.messages).toHaveLength(before + 1);
    expect(lastText()).toBe(words[0]);
  });

  test('pressed twice by one delivery of the platform act once', async () => {
    await kit.say('help');
    const help = kit.chat.last();
    await kit.press(help, 'Look', { id: 'click-1' });
    await kit.press(help, 'Look', { id: 'click-1' });
    await kit.idle();
    expect(await kit.jobList()).toHaveLength(1);
  });

  test('of a command that has been stopped say so', async () => {
    await kit.say('help');
    const { look: _, ...others } = RECIPES;
    const withoutButton = { ...others, create: others.create.replace('buttons: [{ text: Look, command: look }]', '') };
    const next = await kit.replica({ recipes: withoutButton, queue: 'none' });
    const { token } = buttonOf(kit.chat.last(), 'Look');
    await next.handleEvent({ kind: 'action', id: 'c', user: ANN, conversation: DIRECT, token, values: {} });
    expect(lastText()).toBe('The command “look” has been stopped.');
  });

  test('hold nothing that could be read or guessed', async () => {
    await kit.say('help');
    const tokens = buttonsOf(kit.chat.last()).map((button) => (button.kind === 'action' ? button.token : ''));
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});

describe('personal connections', () => {
  test('say how they come about where there are none', async () => {
    await kit.say('personal_connections');
    expect(lastText()).toContain('You have no personal connections yet.');
    expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual([
      'Export my data',
      'Erase everything about me',
    ]);
  });

  test('are listed with app, account, state and last use, privately also in a channel', async () => {
    await connect();
    await kit.clock.advance(5 * 60_000);
    await kit.say('Connections', { conversation: CHANNEL });
    expect(kit.chat.last().privateTo).toEqual(ANN);
    expect(lastText()).toBe('Your connections:\nAcme CRM as ann@acme.example — Connected · last used 5 minutes ago');
    const picklist = contentOf(kit.chat.last()).blocks.find((block) => block.kind === 'picklist');
    expect(picklist).toMatchObject({
      id: 'connection',
      options: [{ label: 'Acme CRM (ann@acme.example)', value: 'crm' }],
    });
  });

  test('are those of the person who asks', async () => {
    await connect();
    await kit.say('connections', { user: BOB });
    expect(lastText()).toContain('You have no personal connections yet.');
  });

  test('ask for a choice before they act', async () => {
    await connect();
    await kit.say('connections');
    const list = kit.chat.last();
    await kit.press(list, 'Disconnect');
    expect(textOf(list)).toContain('Please choose a connection from the list first');
    await kit.press(list, 'Disconnect', { values: { connection: 'no-such' } });
    expect(textOf(list)).toContain('That connection is not there any more.');
  });

  test('ask for no choice out of a list that has nothing in it any more', async () => {
    await connect();
    await kit.say('connections');
    const old = kit.chat.last();
    await kit.say('connections');
    const list = kit.chat.last();
    await kit.press(list, 'Delete', { values: { connection: 'crm' } });
    await kit.press(list, 'Delete it');
    await kit.press(old, 'Delete');
    expect(textOf(old)).toMatch(/^You have no personal connections yet/);
  });

  test('are disconnected in place, with a revocation, and offer to be connected again', async () => {
    await connect();
    await kit.say('connections');
    const list = kit.chat.last();
    await kit.press(list, 'Disconnect', { values: { connection: 'crm' } });
    expect(textOf(list)).toContain(
      'Disconnected Acme CRM (ann@acme.example). The login is removed here, and Acme CRM is being asked to revoke it.',
    );
    expect(textOf(list)).toContain('Acme CRM as ann@acme.example — Disconnected');
    expect(kit.chat.messages).toHaveLength(1);
    await kit.say('create thing title: y');
    await eventually(() => kit.chat.messages.length === 2);
    expect(lastText()).toContain('Please connect to Acme CRM');
    await kit.idle();
    expect(buttonsOf(list).map(({ label }) => label)).toContain('Reconnect Acme CRM');
    await kit.logIn(list, ACCOUNT);
    await kit.idle();
    expect(kit.chat.texts()).toContain('Created');
  });

  test('are deleted after a question that says what uses and what waits for them', async () => {
    await connect();
    await kit.say('connections');
    const list = kit.chat.last();
    await kit.press(list, 'Disconnect', { values: { connection: 'crm' } });
    await kit.say('create thing title: y');
    await kit.idle();
    await kit.press(list, 'Delete', { values: { connection: 'crm' } });
    expect(textOf(list)).toBe(
      'Delete your connection to Acme CRM (ann@acme.example)? Used by: Create thing. The next time, you will be asked to log in again. One request is waiting for it.',
    );
    await kit.press(list, 'Keep it');
    expect(textOf(list)).toContain('Your connections:');
    await kit.press(list, 'Delete', { values: { connection: 'crm' } });
    await kit.press(list, 'Delete it');
    expect(textOf(list)).toContain('Deleted Acme CRM (ann@acme.example).');
    expect(textOf(list)).toContain('You have no personal connections yet.');
  });

  test('are not ended by somebody else who presses the button or names the connection', async () => {
    await connect();
    await connect(BOB, 'bob@acme.example');
    await kit.say('connections');
    const list = kit.chat.last();
    await kit.press(list, 'Disconnect', { user: BOB, values: { connection: 'crm' } });
    expect(lastText()).toBe('Only the person who asked can use this.');
    await kit.say('connections', { user: BOB });
    await kit.press(kit.chat.last(), 'Disconnect', { user: BOB, values: { connection: 'crm' } });
    await kit.say('connections');
    expect(lastText()).toContain('Acme CRM as ann@acme.example — Connected');
  });

  test('can be ended at once from the message that tells of them', async () => {
    await kit.say('create thing title: x');
    await kit.idle();
    await eventually(() => kit.chat.messages.length === 1);
    await kit.logIn(kit.chat.last(), ACCOUNT);
    await kit.idle();
    const told = kit.chat.messages.find((message) => textOf(message).startsWith('Connected Acme CRM'));
    if (!told) throw new Error('Nobody was told');
    await kit.press(told, 'Disconnect');
    expect(textOf(told)).toContain('Disconnected Acme CRM (ann@acme.example).');
  });
});

describe('what goes wrong', () => {
  test('is said without details when the store is away', async () => {
    kit.faults.push({ at: 'connections.list', kind: 'lost', times: 1 });
    await kit.say('connections');
    expect(lastText()).toBe("I can't reach my memory right now. Please try again in a moment.");
  });

  test('is said with a reference that stands in the log otherwise', async () => {
    await sealedStore(kit.kept.expiring, kit.vault).put({ kind: 'dialog', id: DIALOG_OF_ANN }, 'no JSON', 60_000);
    await kit.say('whatever');
    const [, ref] = /^Something went wrong on my side\. \(reference ([0-9a-f]{8})\)$/.exec(lastText()) ?? [];
    expect(ref).toBeDefined();
    expect(kit.logger.dump()).toContain(ref);
  });

  test('is not said again and again when the answer itself cannot be delivered', async () => {
    kit.chat.failWhen((operation) => operation === 'post');
    await kit.say('help');
    expect(kit.chat.operations).toEqual(['post']);
  });
});

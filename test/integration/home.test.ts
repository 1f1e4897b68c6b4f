import { settled } from '../support/at-rest.js';
import { buttonsOf, type ChatMessage, contentOf, loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, BOB, DIRECT, eventually, gate, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const ACCOUNT = 'ann@acme.example';
/** Longer than changes are gathered. */
const GATHERED_MS = 400;
const HALF_A_DAY_MS = 12 * 3_600_000;

const RECIPES = {
  create: recipe({
    command: 'create thing',
    steps: `  - { id: thing, action: crm.create, input: { name: a } }
  - reply: { text: "Created as {{ connections.crm.account }}." }`,
  }),
  both: recipe({
    command: 'file it',
    connections: 'crm: { use: crm, verify_user_access: true }\n  files: { use: files, verify_user_access: true }',
    steps: '  - reply: { text: Filed }',
  }),
  ask: recipe({
    command: 'approve it',
    connections: 'crm: { use: crm-shared }',
    steps: `  - ask: { text: "Is it *good*?", buttons: [{ text: "Yes", value: "yes" }] }
  - reply: { text: Approved }`,
  }),
  visit: `allow: { guests: true }\n${recipe({
    command: 'visit',
    connections: 'crm: { use: crm-shared }',
    steps: '  - reply: { text: Hello }',
  })}`,
  secret: `allow: { users: [bob@acme.example] }\n${recipe({
    command: 'secret thing',
    connections: 'crm: { use: crm-shared }',
    steps: '  - reply: { text: Psst }',
  })}`,
};

let kit: ServiceKit;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
});

afterEach(async () => {
  await kit.stop();
});

const published = (): number => kit.chat.operations.filter((operation) => operation === 'publishHome').length;
const labels = (message: ChatMessage): readonly string[] => buttonsOf(message).map(({ label }) => label);

async function answerTo(text: string): Promise<ChatMessage> {
  const before = kit.chat.messages.length;
  await kit.say(text);
  await eventually(() => kit.chat.messages.length > before);
  await kit.idle();
  return kit.chat.last();
}

/** What has changed by now is shown. */
async function gathered(): Promise<void> {
  await kit.idle();
  await kit.clock.advance(GATHERED_MS);
  await settled();
  await kit.clock.advance(1);
  await settled();
}

/** Once the home says this. */
async function homeSays(words: RegExp): Promise<void> {
  const home = kit.chat.homes.get(ANN.userId);
  await eventually(async () => {
    await kit.clock.advance(GATHERED_MS);
    return home !== undefined && words.test(textOf(home));
  });
}

async function connected(): Promise<void> {
  await kit.logIn(await answerTo('create thing'), ACCOUNT);
  await gathered();
}

/** What stands below the connections of everybody. */
const OWN_DATA = ['Export my data', 'Erase everything about me'];

describe('the home of somebody who opens it', () => {
  test('says what personal_connections and help say, with the commands of this person alone', async () => {
    await connected();
    const home = await kit.openHome();
    const list = await answerTo('personal_connections');
    const help = await answerTo('help');
    expect(textOf(home)).toBe([textOf(list), textOf(help)].join('\n\n'));
    expect(textOf(home)).not.toContain('secret thing');
    expect(textOf(await kit.openHome({ user: BOB }))).toContain('secret thing');
    expect(labels(home)).toEqual([
      ...['Disconnect', 'Delete', ...OWN_DATA],
      ...['Approve it', 'Create thing', 'File it', 'Visit'],
    ]);
  });

  test('has a heading above the words for who has no connection yet', async () => {
    const blocks = contentOf(await kit.openHome()).blocks;
    expect(blocks[0]).toEqual({ kind: 'heading', text: 'Your connections' });
    expect(blocks.at(-1)).toMatchObject({ kind: 'note' });
  });

  test('is drawn once per opening, however often that is delivered', async () => {
    await kit.openHome({ id: 'open-1' });
    await kit.openHome({ id: 'open-1' });
    expect(published()).toBe(1);
    await kit.openHome({ id: 'open-2' });
    expect(published()).toBe(2);
  });

  test('lists what waits, with a way to log in and to cancel', async () => {
    await answerTo('file it');
    await answerTo('approve it');
    const home = await kit.openHome();
    expect(textOf(home)).toContain(
      'Waiting requests:\nApprove it — Waits for an answer: Is it good? · started just now\n' +
        'File it — Waits for your login to Acme CRM and Acme Files · started just now',
    );
    expect(labels(home).slice(0, 4)).toEqual([
      'Cancel Approve it',
      'Login to Acme CRM',
      'Login to Acme Files',
      'Cancel File it',
    ]);
  });

  test('shows the newest ten that wait, and how many more there are', async () => {
    for (let count = 0; count < 12; count += 1) await answerTo('approve it');
    const home = await kit.openHome();
    expect(labels(home).filter((label) => label === 'Cancel Approve it')).toHaveLength(10);
    expect(textOf(home)).toContain('… and 2 more.');
  });

  test.each(['expiring.add', 'connections.list'])(
    'says so itself when the store is away (%s), and nothing in the chat',
    async (at) => {
      kit.faults.push({ at, kind: 'lost' });
      const home = await kit.openHome();
      expect(textOf(home)).toMatch(
        /^I can't reach my memory right now\. Please try again in a moment\. \(reference .+\)$/,
      );
      expect(kit.chat.messages).toEqual([]);
      kit.faults.length = 0;
      expect(textOf(await kit.openHome())).toContain('You have no personal connections yet.');
    },
  );

  test('lists for a guest what guests may run, also when it is drawn anew', async () => {
    const opening = { kind: 'home', user: ANN, conversation: DIRECT, person: 'guest' } as const;
    await kit.handleEvent({ ...opening, id: 'guest-1' });
    const home = kit.chat.homes.get(ANN.userId);
    if (!home) throw new Error('nothing was published');
    expect(labels(home)).toEqual([...OWN_DATA, 'Visit']);
    await answerTo('approve it');
    await homeSays(/Approve it — Waits for an answer/);
    expect(labels(home)).toEqual(['Cancel', ...OWN_DATA, 'Visit']);
  });

  test('speaks the language of whoever opens it, also when it is drawn anew', async () => {
    await kit.handleEvent({ kind: 'home', id: 'german-1', user: ANN, conversation: DIRECT, locale: 'de-AT' });
    const home = kit.chat.homes.get(ANN.userId);
    if (!home) throw new Error('nothing was published');
    expect(textOf(home)).toContain('Sie haben noch keine persönlichen Verbindungen.');
    expect(contentOf(home)).toMatchObject({ locale: 'de-AT' });
    await answerTo('file it');
    await homeSays(/File it — Wartet auf Ihre Anmeldung bei Acme CRM und Acme Files · gerade eben begonnen/);
    expect(labels(home).slice(0, 3)).toEqual(['Bei Acme CRM anmelden', 'Bei Acme Files anmelden', 'Abbrechen']);
    expect(contentOf(home)).toMatchObject({ locale: 'de-AT' });
  });
});

describe('the links in a home', () => {
  test('stay the same while they are good, and leave those in the chat alone', async () => {
    const prompt = await answerTo('create thing');
    const [first] = loginButtonsOf(await kit.openHome());
    for (let count = 0; count < 8; count += 1) await kit.openHome();
    const home = await kit.openHome();
    expect(loginButtonsOf(home)[0]?.url).toBe(first?.url);
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(kit.chat.texts()).toContain('Created as ann@acme.example.');
  });

  test('are others in another language, as their pages speak it', async () => {
    await answerTo('create thing');
    const [english] = loginButtonsOf(await kit.openHome());
    await kit.handleEvent({ kind: 'home', id: 'german-1', user: ANN, conversation: DIRECT, locale: 'de' });
    const home = await kit.openHome({ id: 'english-2' });
    expect(loginButtonsOf(home)[0]?.url).toBe(english?.url);
    const german = home.versions.at(-2);
    expect(JSON.stringify(german)).toContain('Bei Acme CRM anmelden');
    expect(JSON.stringify(german)).not.toContain(english?.url);
  });

  test('wake every request that waits for the login', async () => {
    await answerTo('create thing');
    await answerTo('create thing');
    await kit.logIn(await kit.openHome(), ACCOUNT);
    await kit.idle();
    expect(kit.chat.texts().filter((text) => text === 'Created as ann@acme.example.')).toHaveLength(2);
  });

  test('are new after they were used, and when half of their time is over', async () => {
    await connected();
    await kit.openHome();
    await kit.pressAtHome('Disconnect', { values: { connection: 'crm' } });
    const [first] = loginButtonsOf(await kit.openHome());
    await kit.logIn(await kit.openHome(), ACCOUNT);
    await kit.pressAtHome('Disconnect', { values: { connection: 'crm' } });
    const home = await kit.openHome();
    const [second] = loginButtonsOf(home);
    expect(second?.url).not.toBe(first?.url);
    await kit.clock.advance(16 * 60_000);
    await kit.openHome();
    expect(loginButtonsOf(home)[0]?.url).not.toBe(second?.url);
  });
});

describe('a press in a home', () => {
  test('disconnects there, says how it went, and sends nothing to the chat', async () => {
    await connected();
    const home = await kit.openHome();
    const before = kit.chat.messages.length;
    const drawn = published();
    await kit.pressAtHome('Disconnect', { values: { connection: 'crm' } });
    expect(textOf(home)).toMatch(/^Disconnected Acme CRM \(ann@acme\.example\)\./);
    expect(textOf(home)).toContain('Acme CRM as ann@acme.example — Disconnected');
    expect(labels(home)).toContain('Reconnect Acme CRM');
    await gathered();
    expect(published() - drawn).toBe(1);
    expect(kit.chat.messages).toHaveLength(before);
  });

  test('asks there before it deletes, and can be taken back', async () => {
    await connected();
    const home = await kit.openHome();
    await kit.pressAtHome('Delete', { values: { connection: 'crm' } });
    expect(textOf(home)).toContain('Delete your connection to Acme CRM (ann@acme.example)?');
    await kit.pressAtHome('Keep it');
    expect(textOf(home)).toContain('ann@acme.example — Connected');
    await kit.pressAtHome('Delete', { values: { connection: 'crm' } });
    await kit.pressAtHome('Delete it');
    expect(textOf(home)).toContain('You have no personal connections yet.');
  });

  test('says there what is still to be chosen', async () => {
    await connected();
    const home = await kit.openHome();
    await kit.pressAtHome('Disconnect');
    expect(textOf(home)).toMatch(/^Please choose a connection from the list first/);
  });

  test('cancels what waits, once, and its prompt says so', async () => {
    const prompt = await answerTo('create thing');
    const home = await kit.openHome();
    const drawn = published();
    await kit.pressAtHome('Cancel');
    expect(textOf(home)).toMatch(/^Cancelled\./);
    expect(textOf(home)).not.toContain('Waiting requests');
    expect(textOf(prompt)).toBe('Cancelled: Create thing. Nothing was done.');
    await gathered();
    expect(published() - drawn).toBe(1);
  });

  test('runs a command whose answer stands in the direct chat', async () => {
    await connected();
    await kit.openHome();
    await kit.pressAtHome('Create thing');
    await kit.idle();
    expect(textOf(kit.chat.last())).toBe('Created as ann@acme.example.');
    expect(kit.chat.last().conversation.kind).toBe('direct');
  });

  test('that is too old draws the home anew and says so there', async () => {
    const home = await kit.openHome();
    await kit.clock.advance(25 * 3_600_000);
    await kit.pressAtHome('Create thing');
    expect(textOf(home)).toMatch(/^This button is too old/);
    expect(kit.chat.messages).toEqual([]);
    await kit.pressAtHome('Create thing');
    await kit.idle();
    expect(textOf(kit.chat.last())).toContain('Please connect to Acme CRM');
  });

  test('counts for nobody else', async () => {
    await connected();
    const home = await kit.openHome();
    await kit.openHome({ user: BOB });
    const [disconnect] = buttonsOf(home);
    if (disconnect?.kind !== 'action') throw new Error('there is no button');
    const { conversation } = home;
    const press = { kind: 'action', user: BOB, conversation, token: disconnect.token, inHome: true } as const;
    await kit.handleEvent({ ...press, id: 'forged', values: { connection: 'crm' } });
    const ofBob = kit.chat.homes.get(BOB.userId);
    expect(ofBob && textOf(ofBob)).toMatch(/^Only the person who asked can use this\./);
    expect(textOf(await kit.openHome())).toContain('Connected');
  });

  test('is done also where the home cannot be drawn', async () => {
    await connected();
    await kit.openHome();
    kit.chat.failWhen((operation) => operation === 'publishHome');
    await kit.pressAtHome('Disconnect', { values: { connection: 'crm' } });
    kit.chat.failWhen(undefined);
    expect(textOf(await kit.openHome())).toContain('Disconnected');
    expect(kit.logger.lines.map(({ message }) => message)).toContain('a home could not be brought up to date');
  });
});

describe('a home that was opened lately', () => {
  test('shows a login, what it woke, and what has ended', async () => {
    await kit.openHome();
    const prompt = await answerTo('create thing');
    await homeSays(/Create thing — Waits for your login to Acme CRM/);
    await kit.logIn(prompt, ACCOUNT);
    await homeSays(/Acme CRM as ann@acme\.example — Connected/);
    const home = await kit.openHome();
    expect(textOf(home)).not.toContain('Waiting requests');
  });

  test('shows what was disconnected, answered or cancelled in the chat', async () => {
    await connected();
    await kit.openHome();
    const notice = kit.chat.messages.find((message) => textOf(message).startsWith('Connected Acme CRM'));
    if (!notice) throw new Error('the login was not told of');
    await kit.press(notice, 'Disconnect');
    await homeSays(/ann@acme\.example — Disconnected/);
    const question = await answerTo('approve it');
    await homeSays(/Waits for an answer/);
    await kit.press(question, 'Yes');
    await homeSays(/^(?!.*Waiting requests)/s);
    await answerTo('approve it');
    await homeSays(/Waits for an answer/);
    await kit.say('cancel');
    await homeSays(/^(?!.*Waiting requests)/s);
  });

  test('is drawn once for changes that come together', async () => {
    await kit.openHome();
    const prompt = await answerTo('create thing');
    await gathered();
    const drawn = published();
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    await gathered();
    expect(published() - drawn).toBe(1);
  });

  test('is not drawn for who has not looked for half a day, nor for who never has', async () => {
    await answerTo('approve it');
    await gathered();
    expect(published()).toBe(0);
    await kit.openHome();
    await kit.clock.advance(HALF_A_DAY_MS);
    const drawn = published();
    await answerTo('approve it');
    await gathered();
    expect(published()).toBe(drawn);
  });

  test('shows in the end what is true when two processes draw it, the older content last', async () => {
    await connected();
    const other = await kit.replica();
    await kit.openHome();
    const held = gate();
    let isFirst = true;
    kit.chat.holdWhen((operation) => {
      if (operation !== 'publishHome' || !isFirst) return undefined;
      isFirst = false;
      return held.opened;
    });
    const opening = kit.openHome();
    await eventually(() => !isFirst);
    await kit.pressAtHome('Disconnect', { replica: other, values: { connection: 'crm' } });
    held.open();
    expect(textOf(await opening)).toContain('ann@acme.example — Disconnected');
  });

  test('does not hold up the job when it cannot be drawn', async () => {
    await connected();
    await kit.openHome();
    kit.chat.failWhen((operation) => operation === 'publishHome');
    await answerTo('approve it');
    await gathered();
    expect(textOf(kit.chat.last())).toContain('Is it good?');
    expect(kit.logger.lines.map(({ message }) => message)).toContain('a home could not be brought up to date');
  });
});

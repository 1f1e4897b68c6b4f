import { contentOf, loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { eventually, gate } from '../support/service-kit.js';
import { CrashKit } from './support/crash-kit.js';

const ACCOUNT = 'ann@acme.example';
const SHARED = 'crm: { use: crm-shared }';
/** Longer than the lease of a killed process. */
const LATER = { laterMs: 40_000 };

const DOUBT = 'I was interrupted; you may have seen it already.';

const RECIPES = {
  note: recipe({
    command: 'note',
    connections: SHARED,
    parameters: '[{ name: title }]',
    steps: `  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: "Noted {{ parameters.title }}" }`,
  }),
  once: recipe({
    command: 'once',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - { action: crm.create_once, input: { name: x } }
  - reply: { text: Once }`,
  }),
  look: recipe({
    command: 'look',
    connections: SHARED,
    steps: `  - { action: crm.find }
  - reply: { text: Looked }
  - { action: crm.create, input: { name: x } }
  - reply: { text: Noted }`,
  }),
  progress: recipe({
    command: 'progress',
    connections: SHARED,
    steps: `  - { id: card, reply: { text: Working… } }
  - { action: crm.create, input: { name: x } }
  - reply: { update: card, text: All done }`,
  }),
  silent: recipe({ command: 'tidy up', connections: SHARED, steps: '  - { action: crm.create, input: { name: x } }' }),
  mine: recipe({
    command: 'mine',
    steps: `  - { id: one, action: crm.create, input: { name: one } }
  - { action: crm.create, input: { name: two } }
  - reply: { text: "Mine {{ steps.one.id }}" }`,
  }),
};

describe('a process that is killed', () => {
  let kit: CrashKit;

  beforeEach(async () => {
    kit = await CrashKit.start(RECIPES);
  });

  afterEach(async () => {
    await kit.stop();
  });

  const creations = () => kit.crm.callsOf('POST').map(({ body }) => body);

  async function suspended() {
    await kit.say('mine');
    await eventually(() => kit.chat.messages.length === 1);
    // The prompt is said before the job sleeps; killed in between, the next process says it once more.
    await eventually(async () => (await kit.asleep()) === 1);
    return kit.chat.last();
  }

  test('after it took a command in and before it began: the next one carries it out, once', async () => {
    await kit.boot({ hangAt: 'jobs.write' });
    await kit.say('note title: A', { id: 'E1' });
    await kit.kill();
    expect(kit.crm.calls).toEqual([]);
    await kit.boot(LATER);
    await kit.say('note title: A', { id: 'E1' });
    await eventually(() => kit.chat.messages.length === 1);
    expect(kit.chat.texts()).toEqual(['Noted A']);
    expect(creations()).toEqual([{ name: 'A' }]);
  });

  test('while a job waits for a login: link, login and job go on in the next one', async () => {
    await kit.boot();
    const prompt = await suspended();
    const comeBack = await kit.openLogin(loginButtonsOf(prompt)[0]?.url ?? '');
    await kit.kill();
    await kit.boot();
    expect(await comeBack(ACCOUNT)).toMatchObject({ kind: 'connected' });
    await eventually(() => textOf(prompt) === 'Mine r1');
    await kit.kill();
    await kit.boot({ laterMs: 3_600_000 });
    await kit.say('note title: end');
    await eventually(() => kit.chat.texts().includes('Noted end'));
    expect(creations()).toEqual([{ name: 'one' }, { name: 'two' }, { name: 'end' }]);
  });

  test('between a login and its job: the next one finds that the login is there', async () => {
    await kit.boot({ hangAt: 'jobs.waitingFor' });
    const prompt = await suspended();
    const comeBack = await kit.openLogin(loginButtonsOf(prompt)[0]?.url ?? '');
    void comeBack(ACCOUNT);
    await eventually(() => kit.chat.texts().some((text) => text.startsWith('Connected Acme CRM')));
    await kit.kill();
    expect(kit.crm.calls).toEqual([]);
    await kit.boot(LATER);
    await eventually(() => textOf(prompt) === 'Mine r1');
    expect(creations()).toEqual([{ name: 'one' }, { name: 'two' }]);
  });

  test('in the middle of a call with an effect: nothing is repeated and the person is told what is not known', async () => {
    await kit.boot();
    kit.crm.answer(() => new Promise(() => {}));
    await kit.say('note title: A');
    await eventually(() => kit.crm.calls.length === 1);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    await eventually(() => kit.chat.messages.length === 1);
    expect(kit.chat.texts()).toEqual([
      expect.stringMatching(
        /^Note did not work\. I was interrupted while I asked Acme CRM to create things\. I cannot tell whether that was done, so I did not repeat it\. Please check in Acme CRM before you try again\. \(reference [0-9a-f]{8}\)$/,
      ),
    ]);
    expect(creations()).toHaveLength(1);
  });

  test('in the middle of a call that the app recognises by its key: the call is repeated under the same key', async () => {
    await kit.boot();
    kit.crm.answer(({ method }) => (method === 'POST' ? new Promise(() => {}) : undefined));
    await kit.say('once');
    await eventually(() => creations().length === 1);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    await eventually(() => kit.chat.texts().includes('Once'));
    const keys = kit.crm.callsOf('POST').map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0]]);
  });

  test('after a step: the next one goes on behind it', async () => {
    await kit.boot();
    const prompt = await suspended();
    kit.crm.answer(({ body }) => (JSON.stringify(body) === '{"name":"two"}' ? { status: 401 } : undefined));
    await (await kit.openLogin(loginButtonsOf(prompt)[0]?.url ?? ''))(ACCOUNT);
    await eventually(() => loginButtonsOf(prompt).length === 1 && prompt.versions.length === 3);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    await (await kit.openLogin(loginButtonsOf(prompt)[0]?.url ?? ''))(ACCOUNT);
    await eventually(() => textOf(prompt) === 'Mine r1');
    expect(creations().filter((body) => JSON.stringify(body) === '{"name":"one"}')).toHaveLength(1);
  });

  test('while a reply takes the place of another: it does so once more, and nothing is said twice', async () => {
    await kit.boot();
    const { opened, open } = gate();
    kit.crm.answer(() => opened.then(() => undefined));
    await kit.say('progress');
    await eventually(() => kit.crm.calls.length === 1);
    kit.muteChat();
    open();
    await eventually(() => kit.chat.texts()[0] === 'All done');
    await kit.kill();
    await kit.boot(LATER);
    await eventually(() => kit.chat.last().versions.length === 3);
    expect(kit.chat.last().versions.map(({ fallback }) => fallback)).toEqual(['Working…', 'All done', 'All done']);
    expect(kit.chat.messages).toHaveLength(1);
    expect(JSON.stringify(kit.chat.messages)).not.toContain('you may have seen it already');
    expect(creations()).toHaveLength(1);
  });

  test('between a reply and the end: the reply comes again with a note, and nothing else does', async () => {
    await kit.boot({ answersChat: false });
    await kit.say('note title: A');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.kill();
    await kit.boot(LATER);
    await eventually(() => kit.chat.messages.length === 2);
    expect(kit.chat.texts()).toEqual(['Noted A', 'Noted A']);
    expect(JSON.stringify(contentOf(kit.chat.last()))).toContain(DOUBT);
    expect(creations()).toEqual([{ name: 'A' }]);
  });

  test('between a reply that nothing with an effect came before and the end: it comes again with a note, what follows without', async () => {
    await kit.boot({ answersChat: false });
    await kit.say('look');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.kill();
    await kit.boot(LATER);
    await eventually(() => kit.chat.messages.length === 3);
    expect(kit.chat.texts()).toEqual(['Looked', 'Looked', 'Noted']);
    const notes = kit.chat.messages.map((message) => JSON.stringify(contentOf(message)).includes(DOUBT));
    expect(notes).toEqual([false, true, false]);
    expect(creations()).toEqual([{ name: 'x' }]);
  });

  test('as it says how a job ended: the last word comes again, and no step does', async () => {
    await kit.boot({ answersChat: false });
    kit.crm.answer(() => ({ status: 403, body: { message: 'No' } }));
    await kit.say('note title: A');
    await eventually(() => kit.chat.messages.length === 1);
    await kit.kill();
    kit.crm.answer(undefined);
    await kit.boot(LATER);
    await eventually(() => kit.chat.messages.length === 2);
    const [first, second] = kit.chat.texts();
    expect(first).toContain('Acme CRM says: No');
    expect(second).toBe(first);
    expect(creations()).toHaveLength(1);
  });

  test('again and again: what was done once stays done once', async () => {
    await kit.boot({ answersChat: false });
    await kit.say('tidy up');
    await eventually(() => kit.chat.messages.length === 1);
    for (let round = 2; round <= 3; round += 1) {
      await kit.kill();
      await kit.boot({ ...LATER, answersChat: round === 3 });
      await eventually(() => kit.chat.messages.length === round);
    }
    await kit.kill();
    await kit.boot(LATER);
    await kit.say('note title: end');
    await eventually(() => kit.chat.texts().includes('Noted end'));
    expect(creations()).toEqual([{ name: 'x' }, { name: 'end' }]);
  });
});

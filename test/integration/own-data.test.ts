import type { ChatUser } from '../../src/chat/chat-user.js';
import { sha256 } from '../../src/kernel/ids.js';
import { settled } from '../support/at-rest.js';
import { type Disk, STORES, useDisks } from '../support/disks.js';
import { buttonsOf, type ChatMessage, contentOf, loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { BOB, eventually, gate, type ServiceKit, startServiceKit } from '../support/service-kit.js';

/** Somebody whose every trace can be found again. */
const ZOE: ChatUser = { platform: 'slack', tenantId: 'T1', userId: 'UZOE4711CANARY' };
const ACCOUNT = 'zoe.canary@acme.example';
const TYPED = 'Zwoelfzylinder-Canary';
const TRACES = [ZOE.userId, ACCOUNT, TYPED, sha256(ACCOUNT)];
const LINK = 'https://behalf.example.com/export/';
const HIDE_MS = 5 * 60_000;

const RECIPES = {
  create: recipe({
    command: 'create thing',
    parameters: '[{ name: title }]',
    steps: `  - id: thing
    action: crm.create
    input: { name: "{{ parameters.title }}" }
  - reply:
      text: "Created {{ parameters.title }} as {{ connections.crm.account }}."
      buttons: [{ text: Again, command: create thing, parameters: { title: "{{ parameters.title }}" } }]`,
  }),
  pair: recipe({
    command: 'pair',
    connections: '{}',
    parameters: '[{ name: first }, { name: second }]',
    steps: '  - reply: { text: Paired. }',
  }),
  file: recipe({
    command: 'file it',
    connections: 'files: { use: files, verify_user_access: true }',
    parameters: '[{ name: title }]',
    steps: `  - { action: files.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: Filed. }`,
  }),
};

describe.each(STORES)('what is kept about a person, on the %s store', (name) => {
  const makeDisk = useDisks(name);
  let disk: Disk;
  let kit: ServiceKit;

  beforeEach(async () => {
    disk = makeDisk();
    kit = await startServiceKit({ recipes: RECIPES, disk });
    kit.chat.emails.set(ZOE.userId, ACCOUNT);
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function hear(text: string, user = ZOE): Promise<ChatMessage> {
    const before = kit.chat.messages.length;
    await kit.say(text, { user });
    await eventually(() => kit.chat.messages.length > before);
    await kit.idle();
    return kit.chat.last();
  }

  /** One request that is done, one that waits for a login, and one that is asked about. */
  async function leaveTraces(user = ZOE, account = ACCOUNT, typed = TYPED): Promise<ChatMessage> {
    await kit.logIn(await hear(`create thing title: ${typed}`, user), account);
    await kit.idle();
    await kit.openHome({ user });
    const waiting = await hear(`file it title: ${typed}`, user);
    await hear('create thing', user);
    return waiting;
  }

  async function pressOwnData(label: string, user = ZOE): Promise<ChatMessage> {
    const message = await hear('personal_connections', user);
    await kit.press(message, label, { user });
    return message;
  }

  async function exported(message: ChatMessage): Promise<{ readonly text: string; readonly json: unknown }> {
    const link = buttonsOf(message).find(({ kind }) => kind === 'link');
    const url = link?.kind === 'link' ? link.url : '';
    expect(url.startsWith(LINK)).toBe(true);
    const token = url.slice(LINK.length);
    expect(await kit.exports.find(token)).toBeDefined();
    const pieces: string[] = [];
    for await (const piece of (await kit.exports.take(token))?.pieces ?? []) pieces.push(piece);
    expect(await kit.exports.find(token)).toBeUndefined();
    expect(await kit.exports.take(token)).toBeUndefined();
    const text = pieces.join('');
    return { text, json: JSON.parse(text) };
  }

  async function eraseAll(): Promise<ChatMessage> {
    const message = await pressOwnData('Erase everything about me');
    const before = kit.chat.messages.length;
    await kit.press(message, 'Erase everything', { user: ZOE });
    await eventually(() => kit.chat.messages.slice(before).some((said) => textOf(said).startsWith('Everything that')));
    await settled();
    return kit.chat.last();
  }

  /** Every trace that stands in the store in clear. */
  async function tracesLeft(): Promise<readonly string[]> {
    const dump = await disk.dump();
    return TRACES.filter((trace) => dump.includes(trace));
  }

  it('stands there sealed: nothing that was typed, and no account, in clear', async () => {
    await leaveTraces();
    await hear(`pair first: ${TYPED}`);
    const dump = await disk.dump();
    expect([TYPED, ACCOUNT].filter((trace) => dump.includes(trace))).toEqual([]);
    await hear('more');
    expect(textOf(kit.chat.last())).toBe('Paired.');
  });

  it('is a file with all that the person has done, nothing of anybody else, and no token', async () => {
    await leaveTraces();
    await kit.logIn(await hear('create thing title: Bobs-Canary', BOB), 'bob@acme.example');
    await kit.auditLines();
    const { json, text } = await exported(await pressOwnData('Export my data'));
    expect(json).toMatchObject({
      format: 'behalf-export',
      version: 1,
      person: { platform: 'slack', tenant: 'T1', user: ZOE.userId },
      open_questions: [{ recipe: 'create', asks_for: 'title', given: {} }],
      connections: [{ connection: 'crm', status: 'connected', account: { label: ACCOUNT } }],
      requests: [
        { recipe: 'file', status: 'suspended', waits_for: ['files'], parameters: { title: TYPED } },
        {
          recipe: 'create',
          status: 'succeeded',
          parameters: { title: TYPED },
          steps: expect.arrayContaining([expect.objectContaining({ kind: 'action' })]),
          result: { status: 'succeeded' },
        },
      ],
      audit_log: expect.arrayContaining([
        expect.objectContaining({ kind: 'action', account: ACCOUNT }),
        expect.objectContaining({ kind: 'login', outcome: 'connected', user: ZOE.userId }),
      ]),
    });
    expect(kit.crm.calls.map(({ headers }) => headers.authorization)).toContainEqual(
      expect.stringMatching(/^Bearer access-canary-\d/),
    );
    expect(text).not.toMatch(/[bB]ob|(access|refresh|code)-canary|behalf\.example\.com|client-secret/);
  });

  it('has a link that ends after a quarter of an hour and goes back to the list', async () => {
    const message = await pressOwnData('Export my data');
    const link = buttonsOf(message).find(({ kind }) => kind === 'link');
    const token = link?.kind === 'link' ? link.url.slice(LINK.length) : '';
    await kit.clock.jump(15 * 60_000);
    await disk.elapse(15 * 60_000);
    expect(await kit.exports.find(token)).toBeUndefined();
    await kit.press(message, 'Back', { user: ZOE });
    expect(textOf(message)).toContain('no personal connections');
  });

  it('is erased without a trace, and the person is told what was done; others keep theirs', async () => {
    const waiting = await leaveTraces();
    await leaveTraces(BOB, 'bob@acme.example', 'Bobs-Canary');
    const loginUrl = loginButtonsOf(waiting)[0]?.url ?? '';
    const underWay = await kit.openLogin(loginUrl);
    expect(await tracesLeft()).not.toEqual([]);
    const done = await eraseAll();
    expect(textOf(done)).toBe(
      [
        'Everything that I kept about you is erased.',
        `Acme CRM (${ACCOUNT}) is disconnected, and the app is being asked to revoke the login.`,
        '2 requests with their results are removed.',
      ].join('\n'),
    );
    expect(await tracesLeft()).toEqual([]);
    expect(textOf(waiting)).toContain('ancelled');
    await expect(kit.openLogin(loginUrl)).rejects.toThrow('does not work');
    expect(await underWay.comeBack(ACCOUNT)).toMatchObject({ kind: 'expired' });
    expect(await kit.kept.connections.list(ZOE)).toEqual([]);
    expect(await kit.kept.revocations.due(kit.clock.now(), 10, 0)).toHaveLength(1);
    expect((await kit.jobList()).map(({ user }) => user.userId)).toEqual(['bob', 'bob']);
    expect(await kit.kept.connections.list(BOB)).toHaveLength(1);
    expect((await kit.auditLines()).map(({ event }) => event)).toContainEqual({
      kind: 'privacy',
      outcome: 'erased',
      person: { platform: 'slack', tenant: 'T1', user: ZOE.userId },
      count: 1,
    });
  });

  it('is given and erased from the Home tab, too, and the answer stands in the direct message', async () => {
    await leaveTraces();
    await kit.openHome({ user: ZOE });
    await kit.pressAtHome('Export my data', { user: ZOE });
    const home = kit.chat.homes.get(ZOE.userId);
    expect(home && (await exported(home)).text).toContain(TYPED);
    await kit.pressAtHome('Back', { user: ZOE });
    await kit.pressAtHome('Erase everything about me', { user: ZOE });
    await kit.pressAtHome('Erase everything', { user: ZOE });
    await eventually(() => kit.chat.messages.some((said) => textOf(said).startsWith('Everything that I kept')));
    await kit.clock.advance(1_000);
    await settled();
    expect(await tracesLeft()).toEqual([]);
  });

  it('says beforehand what happens and what stays', async () => {
    const message = await pressOwnData('Erase everything about me');
    expect(contentOf(message).fallback).toMatch(/^Erase everything that I keep about you\?\nAll your connections/);
    expect(textOf(message)).toMatch(/The audit log stays.* after 30 days\./);
    await kit.press(message, 'Keep it', { user: ZOE });
    expect(buttonsOf(message).map(({ label }) => label)).toEqual(['Export my data', 'Erase everything about me']);
  });

  it('begins afresh afterwards, and erasing again is no harm', async () => {
    await leaveTraces();
    await eraseAll();
    expect(textOf(await eraseAll())).toContain('You had no connections.');
    const prompt = await hear(`create thing title: ${TYPED}`);
    expect(textOf(prompt)).toContain('Please connect to Acme CRM');
    await kit.logIn(prompt, ACCOUNT);
    await kit.idle();
    expect(await kit.kept.connections.list(ZOE)).toHaveLength(1);
    expect(await kit.jobList()).toHaveLength(1);
  });

  it.each([
    ...['expiring.deleteOf', 'connections.list', 'revocations.add', 'connections.remove', 'jobs.list', 'jobs.write'],
    ...['jobs.forget', 'expiring.get', 'expiring.delete', 'departures.remove'],
  ])('goes on being erased by another process where the first has died at %s, and tells all of it', async (at) => {
    await leaveTraces();
    const message = await pressOwnData('Erase everything about me');
    kit.chat.holdWhen((_, said) => {
      // From the answer to the press on; what is done for the press itself goes well.
      if (said?.fallback.startsWith('I am erasing')) kit.faults.push({ at, kind: 'unheard', times: 1 });
      return undefined;
    });
    await kit.press(message, 'Erase everything', { user: ZOE });
    await eventually(() => kit.logger.lines.some(({ message: line }) => line.includes('has to wait')));
    const next = await kit.replica();
    expect(await next.departures.work()).toBe(0);
    await kit.clock.jump(HIDE_MS);
    await next.departures.work();
    const done = kit.chat.messages.filter((said) => textOf(said).startsWith('Everything that I kept')).at(0);
    expect(done && textOf(done)).toMatch(/\nAcme CRM \(zoe.*\n2 requests with/);
    expect(await kit.kept.connections.list(ZOE)).toEqual([]);
    expect(await tracesLeft()).toEqual([]);
  });

  it('is erased when a request has ended that was in the middle of a step', async () => {
    await leaveTraces();
    const answer = gate();
    kit.crm.answer(async () => {
      await answer.opened;
      return { body: { id: '1', name: 'late' } };
    });
    const calls = kit.crm.calls.length;
    await kit.say(`create thing title: ${TYPED}`, { user: ZOE });
    await eventually(() => kit.crm.calls.length > calls);
    const message = await pressOwnDataNow('Erase everything about me');
    const before = kit.chat.messages.length;
    await kit.press(message, 'Erase everything', { user: ZOE });
    await eventually(async () => (await kit.kept.connections.list(ZOE)).length === 0);
    answer.open();
    await eventually(async () => {
      await kit.clock.advance(250);
      return kit.chat.messages.slice(before).some((said) => textOf(said).startsWith('Everything that'));
    });
    expect(await tracesLeft()).toEqual([]);
  });

  /** While something runs. */
  async function pressOwnDataNow(label: string): Promise<ChatMessage> {
    const before = kit.chat.messages.length;
    await kit.say('personal_connections', { user: ZOE });
    await eventually(() => kit.chat.messages.length > before);
    const message = kit.chat.last();
    await kit.press(message, label, { user: ZOE });
    return message;
  }

  it('is erased when the person is deactivated, and when their workspace is gone', async () => {
    await leaveTraces();
    await leaveTraces(BOB, 'bob@acme.example', 'Bobs-Canary');
    await kit.onLifecycle({ kind: 'person-left', why: 'deactivated', ...ZOE });
    expect(await kit.departures.work()).toBe(1);
    expect(await tracesLeft()).toEqual([]);
    expect(await kit.jobList()).toHaveLength(2);
    await kit.onLifecycle({ kind: 'tenant-left', platform: 'slack', tenantId: 'T1' });
    await kit.clock.jump(86_400_000);
    expect(await kit.departures.work()).toBe(1);
    expect(await kit.jobList()).toEqual([]);
    expect((await disk.dump()).includes('Bobs-Canary')).toBe(false);
  });
});

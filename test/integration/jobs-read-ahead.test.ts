import { useDisks } from '../support/disks.js';
import { recipe } from '../support/service-files.js';
import { eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const RECIPES = {
  make: recipe({
    command: 'make',
    connections: 'crm: { use: crm, verify_user_access: true }',
    steps: '  - { action: crm.create, input: { name: Acme } }\n  - reply: { text: Made }',
  }),
  log: recipe({
    command: 'log',
    connections: 'crm: { use: crm-shared }',
    steps: '  - { action: crm.create, input: { name: Acme } }\n  - reply: { text: Logged }',
  }),
};

describe('on a store that is far away', () => {
  const openDisk = useDisks('redis');
  let kit: ServiceKit;

  const lastCalls = (since: number) =>
    kit.calls.slice(since).filter((call) => /^connections\.(expect|get)$|^jobs\.accept$/.test(call));

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES, disk: openDisk(), maxRunningJobs: 2 });
    await kit.say('make');
    await kit.idle();
    const [prompt] = kit.chat.messages;
    if (!prompt) throw new Error('Nobody was asked to log in');
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
  });

  afterEach(() => kit.stop());

  test('the connection of a command is asked for together with its job', async () => {
    const since = kit.calls.length;
    await kit.say('make');
    await kit.idle();
    expect(lastCalls(since)).toEqual(['connections.expect', 'jobs.accept', 'connections.get']);
    expect(kit.crm.callsOf('POST')).toHaveLength(2);
  });

  test('nothing is asked for where a connection has nothing in the store', async () => {
    const since = kit.calls.length;
    await kit.say('log');
    await kit.idle();
    expect(lastCalls(since)).toEqual(['jobs.accept']);
  });

  test('a job that has to wait asks when it begins', async () => {
    let go: (() => void)[] = [];
    kit.crm.answer(() => new Promise((resolve) => go.push(() => resolve(undefined))));
    const since = kit.calls.length;
    for (let turn = 0; turn < 2; turn += 1) await kit.say('make');
    await eventually(() => go.length > 0);
    expect(lastCalls(since).filter((call) => call === 'connections.expect')).toHaveLength(1);
    kit.crm.answer(undefined);
    for (const answer of go) answer();
    go = [];
    await kit.idle();
    expect(kit.crm.callsOf('POST')).toHaveLength(3);
    expect(lastCalls(since).filter((call) => call === 'connections.get')).toHaveLength(2);
  });
});

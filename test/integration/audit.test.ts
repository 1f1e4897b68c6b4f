import type { AuditLine } from '../../src/audit/sealed-page.js';
import { loginButtonsOf } from '../support/recording-chat.js';
import { callable, recipe } from '../support/service-files.js';
import { ANN, BOB, eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const TYPED = 'Zwölfzylinder 4711';
const PERSON = { platform: 'slack', tenant: 'T1', user: 'ann' };

const RECIPES = {
  create: recipe({
    command: 'create thing',
    parameters: '[{ name: title }]',
    steps: `  - id: thing
    action: crm.create
    input: { name: "{{ parameters.title }}" }
  - reply: { text: "Created *{{ parameters.title }}*" }`,
  }),
};

const NIGHTLY = callable({
  name: 'Nightly',
  http: 'true',
  connections: 'crm: { use: crm-shared }',
  steps: '  - { action: crm.find }',
});

describe('the audit log', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: { ...RECIPES, nightly: NIGHTLY } });
  });

  afterEach(() => kit.stop());

  async function events(kind?: string): Promise<readonly NonNullable<AuditLine['event']>[]> {
    const lines = await kit.auditLines();
    return lines.flatMap(({ event }) => (event && (kind === undefined || event.kind === kind) ? [event] : []));
  }

  async function createAsAnn(): Promise<void> {
    await kit.say(`create thing title: ${TYPED}`);
    await eventually(() => kit.chat.messages.some((message) => loginButtonsOf(message).length > 0));
    const prompt = kit.chat.messages.find((message) => loginButtonsOf(message).length > 0);
    if (!prompt) throw new Error('Nobody was asked to log in');
    await kit.logIn(prompt, 'ann@acme.example');
    await kit.idle();
  }

  it('has a command of Ann from its start to its end, with the account that it was done as', async () => {
    await createAsAnn();
    const [job] = await kit.jobList();
    const common = { person: PERSON, recipe: 'create', job: job?.id };
    const account = { id: expect.any(String), label: expect.stringContaining('ann') };
    expect(await events()).toEqual([
      { kind: 'job', outcome: 'started', ...common },
      expect.objectContaining({ kind: 'login', outcome: 'started', person: PERSON }),
      expect.objectContaining({ kind: 'login', outcome: 'connected', person: PERSON, app: 'crm', account }),
      {
        kind: 'action',
        outcome: 'ok',
        ...common,
        ...{ step: '0', connection: 'crm', account, app: 'crm', action: 'create' },
        request: { method: 'POST', host: new URL(kit.crm.url).host, path: expect.stringMatching(/^\//) },
      },
      { kind: 'job', outcome: 'succeeded', ...common },
    ]);
  });

  it('has what an app refused, with the code and the reference that Ann was shown', async () => {
    await createAsAnn();
    kit.crm.answer((call) => (call.method === 'POST' ? { status: 403, body: { error: 'no' } } : undefined));
    await kit.say('create thing title: again');
    await kit.idle();
    const failed = (await events()).filter(({ outcome }) => outcome === 'failed');
    expect(failed).toEqual([
      expect.objectContaining({ kind: 'action', code: 'app.forbidden', account: expect.anything() }),
      expect.objectContaining({ kind: 'job', code: 'app.forbidden', ref: expect.stringMatching(/^.{8}$/) }),
    ]);
  });

  it('tells whose request was cancelled, and that she asked for it', async () => {
    await kit.say('create thing title: x');
    await eventually(() => kit.chat.messages.length > 0);
    await kit.say('cancel');
    await kit.idle();
    expect((await events('job')).at(-1)).toMatchObject({ outcome: 'cancelled', person: PERSON, code: 'asked' });
  });

  it('tells apart a request that waited too long', async () => {
    await kit.say('create thing title: x');
    await eventually(async () => (await kit.jobList())[0]?.status === 'suspended');
    await kit.clock.advance(31 * 60_000);
    await eventually(async () => (await kit.jobList())[0]?.status === 'cancelled');
    expect((await events('job')).at(-1)).toMatchObject({ outcome: 'cancelled', code: 'expired' });
  });

  it('has the end of a connection, and who had it', async () => {
    await createAsAnn();
    await kit.say('personal_connections');
    await kit.idle();
    await kit.onLifecycle({
      kind: 'person-left',
      why: 'deactivated',
      platform: 'slack',
      tenantId: 'T1',
      userId: 'ann',
    });
    await kit.departures.work();
    expect(await events('departure')).toEqual([
      { kind: 'departure', outcome: 'left', by: 'service', person: PERSON },
      { kind: 'departure', outcome: 'ended', by: 'service', person: PERSON, count: 1 },
    ]);
    expect(await events('connection')).toEqual([
      expect.objectContaining({ outcome: 'deleted', by: 'service', person: PERSON, connection: 'crm' }),
    ]);
  });

  it('has nothing of what was typed, and no token, in any entry or in the store', async () => {
    await createAsAnn();
    const lines = JSON.stringify(await kit.auditLines());
    expect(lines).not.toContain(TYPED);
    const pages = await kit.kept.audit.read(0, 1_000);
    expect(pages.length).toBeGreaterThan(0);
    const tokens = kit.crm.refreshTokensOf('ann@acme.example');
    expect(tokens).toHaveLength(1);
    for (const secret of [...tokens, TYPED]) expect(lines).not.toContain(secret);
    // Who it was is sealed, too: the store alone does not tell.
    for (const { sealed } of pages) expect(Buffer.from(sealed).includes(ANN.userId)).toBe(false);
  });

  it("has what a program does, by the name of its key, with a connection that is nobody's", async () => {
    await kit.apiJobs.start('erp', { recipe: 'nightly', inputs: {} });
    await kit.idle();
    const person = { platform: 'api', tenant: 'keys', user: 'erp' };
    expect(await events()).toEqual([
      expect.objectContaining({ kind: 'job', outcome: 'started', person, recipe: 'nightly' }),
      expect.objectContaining({ kind: 'action', outcome: 'ok', person, connection: 'crm-shared', action: 'find' }),
      expect.objectContaining({ kind: 'job', outcome: 'succeeded', person }),
    ]);
  });

  it('is not filled by whoever comes back from an app with a state that never was', async () => {
    for (let number = 0; number < 5; number += 1)
      await kit.logins.complete({ connection: 'crm', query: new URLSearchParams({ code: 'c', state: `s${number}` }) });
    expect(await kit.auditLines()).toEqual([]);
    await kit.say('create thing title: x', { user: BOB });
    await kit.idle();
    expect(await events('job')).toHaveLength(1);
  });
});

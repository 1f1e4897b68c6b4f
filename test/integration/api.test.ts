import { perMinute } from '../../src/kernel/token-bucket.js';
import { type ApiKit, BOSS, jobOf, SHOP, startApiKit } from '../support/api-kit.js';
import { callable, recipe } from '../support/service-files.js';
import { eventually, gate } from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const OPEN = 'true';

const RECIPES = {
  add: callable({
    name: 'Add',
    http: OPEN,
    inputs:
      '[{ name: title, type: string }, { name: amount, type: number, default: 5 }, { name: more, optional: true }]',
    outputs: '{ id: "{{ steps.made.id }}", title: "{{ parameters.title }}", amount: "{{ parameters.amount }}" }',
    connections: SHARED,
    steps: `  - { id: made, action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply:
      heading: Made
      text: "*{{ parameters.title }}* is there"
      fields: { Amount: "{{ parameters.amount }}" }
      buttons: [{ text: Look, url: "https://crm.example.com" }]
  - log: "made {{ parameters.title }}"`,
  }),
  steps: callable({
    name: 'Steps',
    http: OPEN,
    steps: `  - { id: first, reply: { text: Working }, }
  - reply: { text: Worked, update: first }
  - call: { recipe: add, input: { title: Inner } }`,
  }),
  many: callable({
    name: 'Many',
    http: OPEN,
    steps: `  - for_each: "{{ [1..60] }}"
    do: [{ reply: { text: "{{ item }}" } }]`,
  }),
  fails: callable({ name: 'Fails', http: OPEN, steps: '  - stop: { as: failed, message: "*Nothing* is left." }' }),
  early: callable({
    name: 'Early',
    http: OPEN,
    outputs: '{ done: true }',
    steps: '  - reply: { text: Nothing to do }\n  - stop: {}\n  - log: never',
  }),
  large: callable({
    name: 'Large',
    http: OPEN,
    inputs: '[{ name: text }]',
    outputs: '{ a: "{{ parameters.text }}", b: "{{ parameters.text }}", c: "{{ parameters.text }}" }',
    steps: '  - log: large',
  }),
  one_by_one: callable({
    name: 'One by one',
    http: OPEN,
    connections: SHARED,
    more: 'concurrency: { user: 1 }',
    steps: '  - { action: crm.create, input: { name: turn } }',
  }),
  now_and_then: callable({ name: 'Now and then', http: OPEN, more: 'limit: { per_minute: 1 }', steps: '  - log: now' }),
  inner: callable({ name: 'Inner', steps: '  - log: inner' }),
  erp_only: callable({ name: 'ERP only', http: '{ keys: [erp] }', steps: '  - log: erp' }),
  for_people: recipe({ command: 'people', connections: '{}', steps: '  - reply: { text: Hi }' }),
  'sales/eu/deal': callable({
    name: 'Deal',
    http: OPEN,
    outputs: '{ at: "{{ job.started_at }}" }',
    steps: '  - log: deal',
  }),
};

let kit: ApiKit;
beforeEach(async () => {
  kit = await startApiKit({ recipes: RECIPES });
});
afterEach(async () => {
  await kit.stop();
});

describe('a program that starts much', () => {
  test('is answered 429 with the time to wait when it is too fast, and the same request is taken in then', async () => {
    await kit.stop();
    kit = await startApiKit({ recipes: RECIPES, programLimits: { pace: perMinute(2) } });
    await kit.startJob('early');
    await kit.startJob('early');
    const sending = { body: {}, headers: { 'idempotency-key': 'order-1' } };
    const refused = await kit.send('/api/recipes/early/jobs', sending);
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_jobs' } });
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await kit.send('/api/recipes/early/jobs', { body: {}, key: SHOP })).toMatchObject({ status: 202 });
    await kit.clock.advance(30_000);
    const { id } = jobOf(await kit.send('/api/recipes/early/jobs', sending));
    expect(jobOf(await kit.send('/api/recipes/early/jobs', sending)).id).toBe(id);
    expect(await kit.ended(id)).toMatchObject({ status: 'succeeded' });
    expect(await kit.metrics.render()).toContain('behalf_jobs_refused_total{limit="pace"} 1');
  });

  test('is answered 429 while it has enough under way, and goes on when some of it has ended', async () => {
    await kit.stop();
    kit = await startApiKit({ recipes: RECIPES, programLimits: { mostOpen: 1 } });
    const held = gate();
    kit.crm.answer(() => held.opened.then(() => undefined));
    const first = await kit.startJob('add', { title: 'a' });
    const body = { inputs: { title: 'b' } };
    const refused = await kit.send('/api/recipes/add/jobs', { body });
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_open_jobs' } });
    expect(refused.headers.get('retry-after')).toBe('10');
    held.open();
    await kit.ended(first.id);
    kit.crm.answer(undefined);
    const next = jobOf(await kit.send('/api/recipes/add/jobs', { body }));
    expect(await kit.ended(next.id)).toMatchObject({ status: 'succeeded' });
    expect(kit.crm.callsOf('POST').map(({ body: sent }) => sent)).toEqual([{ name: 'a' }, { name: 'b' }]);
  });
});

describe('a job that a program starts', () => {
  test('is accepted with its address, and gives outputs and replies there when it has ended', async () => {
    const accepted = await kit.send('/api/recipes/add/jobs', { body: { inputs: { title: 'Acme' } } });
    const { id } = jobOf(accepted);

    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe(`/api/jobs/${id}`);
    expect(accepted.headers.get('cache-control')).toBe('no-store');
    expect(jobOf(accepted)).toMatchObject({ recipe: 'add', url: `https://behalf.example.com/api/jobs/${id}` });

    const job = await kit.ended(id);
    expect(job).toMatchObject({
      id,
      status: 'succeeded',
      outputs: { id: 'r1', title: 'Acme', amount: 5 },
      replies: [{ text: 'Made\nAcme is there\nAmount: 5' }],
      created_at: new Date(kit.clock.now()).toISOString(),
    });
    expect(job).toHaveProperty('finished_at');
    expect(job).not.toHaveProperty('error');
    expect(kit.crm.callsOf('POST').map(({ account, body }) => [account, body])).toEqual([['shared', { name: 'Acme' }]]);
    expect(kit.chat.texts()).toEqual([]);
  });

  test('keeps a reply that takes the place of another once, and those of recipes that it calls', async () => {
    const { id } = await kit.startJob('steps');
    expect((await kit.ended(id))['replies']).toEqual([{ text: 'Worked' }, { text: 'Made\nInner is there\nAmount: 5' }]);
  });

  test('keeps its first 50 replies', async () => {
    const { id } = await kit.startJob('many');
    const { replies, status } = await kit.ended(id);
    expect(status).toBe('succeeded');
    expect(replies).toHaveLength(50);
    expect(replies).toEqual(expect.arrayContaining([{ text: '1' }, { text: '50' }]));
  });

  test('says why it has failed, with the code and the reference of the log', async () => {
    kit.crm.answer(() => ({ status: 403, body: { message: 'Sales only' } }));
    const { id } = await kit.startJob('add', { title: 'Acme' });
    const { error, ...job } = await kit.ended(id);
    expect(job).toMatchObject({ status: 'failed' });
    expect(job).not.toHaveProperty('outputs');
    expect(error).toEqual({
      code: 'app.forbidden',
      message: expect.stringContaining('Sales only'),
      ref: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
  });

  test('that stops as failed says its own words; one that stops early gives its outputs all the same', async () => {
    const failed = await kit.startJob('fails');
    expect(await kit.ended(failed.id)).toMatchObject({
      status: 'failed',
      error: { code: 'recipe.stopped', message: 'Nothing is left.' },
    });
    const early = await kit.startJob('early');
    expect(await kit.ended(early.id)).toMatchObject({
      status: 'succeeded',
      replies: [{ text: 'Nothing to do' }],
      outputs: { done: true },
    });
  });

  test('fails when it gives more than is kept', async () => {
    const { id } = await kit.startJob('large', { text: 'x'.repeat(100_000) });
    expect(await kit.ended(id)).toMatchObject({ status: 'failed', error: { code: 'job.limit' } });
  });

  test('lies in folders as its address does', async () => {
    const { id } = await kit.startJob('sales/eu/deal');
    expect(await kit.ended(id)).toMatchObject({ recipe: 'sales/eu/deal', status: 'succeeded' });
  });

  test('ends before its next step when it is cancelled, and is not cancelled twice', async () => {
    const held = gate();
    kit.crm.answer(async () => {
      await held.opened;
      return undefined;
    });
    const { id } = await kit.startJob('add', { title: 'Acme' });
    await eventually(() => kit.crm.callsOf('POST').length === 1);
    expect((await kit.send(`/api/jobs/${id}`, { method: 'DELETE' })).status).toBe(202);
    held.open();
    expect(await kit.ended(id)).toMatchObject({ status: 'cancelled', error: { code: 'job.cancelled' }, replies: [] });
    const again = await kit.send(`/api/jobs/${id}`, { method: 'DELETE' });
    expect([again.status, again.body['code']]).toEqual([409, 'job_ended']);
  });

  test('counts for its key where only so many of one user run at once', async () => {
    const held = gate();
    kit.crm.answer(async () => {
      await held.opened;
      return undefined;
    });
    const first = await kit.startJob('one_by_one');
    const second = await kit.startJob('one_by_one');
    const other = await kit.startJob('one_by_one', {}, { key: SHOP });
    await eventually(() => kit.crm.callsOf('POST').length === 2);
    const status = async (id: string, key?: string) =>
      jobOf(await kit.send(`/api/jobs/${id}`, key === undefined ? {} : { key })).status;
    expect([await status(first.id), await status(second.id), await status(other.id, SHOP)]).toEqual([
      'running',
      'pending',
      'running',
    ]);
    held.open();
    expect((await kit.ended(second.id)).status).toBe('succeeded');
  });

  test('waits for its turn where only so many begin in a minute, whatever the key', async () => {
    const first = await kit.startJob('now_and_then');
    expect((await kit.ended(first.id)).status).toBe('succeeded');
    const second = await kit.startJob('now_and_then', {}, { key: SHOP });
    expect(second.status).toBe('pending');
    await kit.clock.advance(60_000);
    await eventually(async () => {
      const { status } = jobOf(await kit.send(`/api/jobs/${second.id}`, { key: SHOP }));
      return status === 'succeeded';
    });
  });
});

describe('a request that is sent again with its Idempotency-Key', () => {
  const REPEAT = { headers: { 'idempotency-key': '"order-1"' } };

  test('gives the same job, also when the recipe is not what it was', async () => {
    const first = await kit.startJob('add', { title: 'Acme' }, REPEAT);
    const all = await Promise.all([1, 2, 3].map(() => kit.startJob('add', { title: 'Acme' }, REPEAT)));
    expect(all.map(({ id }) => id)).toEqual([first.id, first.id, first.id]);
    const bare = await kit.startJob('add', { title: 'Acme' }, { headers: { 'idempotency-key': 'order-1' } });
    expect(bare.id).toBe(first.id);
    await kit.idle();
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });

  test('gives one job to all that come at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => kit.startJob('add', { title: 'Acme' }, REPEAT)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    await kit.idle();
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });

  test.each([
    ['other inputs', 'add', { title: 'Globex' }],
    ['another recipe', 'steps', { title: 'Acme' }],
  ])('is refused with %s', async (_, name, inputs) => {
    await kit.startJob('add', { title: 'Acme' }, REPEAT);
    const answer = await kit.send(`/api/recipes/${name}/jobs`, { ...REPEAT, body: { inputs } });
    expect([answer.status, answer.body['code']]).toEqual([422, 'idempotency_key_reused']);
  });

  test('is a new one for another program, and after a day', async () => {
    const first = await kit.startJob('add', { title: 'Acme' }, REPEAT);
    const other = await kit.startJob('add', { title: 'Acme' }, { ...REPEAT, key: SHOP });
    expect(other.id).not.toBe(first.id);
    await kit.idle();
    await kit.clock.jump(24 * 3_600_000 + 1);
    expect((await kit.startJob('add', { title: 'Acme' }, REPEAT)).id).not.toBe(first.id);
  });

  test('finds what the store had taken in although it did not answer', async () => {
    kit.faults.push({ at: 'jobs.accept', kind: 'unheard', times: 1 });
    const lost = await kit.send('/api/recipes/add/jobs', { ...REPEAT, body: { inputs: { title: 'Acme' } } });
    expect([lost.status, lost.body['code'], lost.headers.get('retry-after')]).toEqual([503, 'store.unavailable', '5']);
    const { id } = await kit.startJob('add', { title: 'Acme' }, REPEAT);
    await kit.clock.advance(60_000);
    expect(await kit.ended(id)).toMatchObject({ status: 'succeeded' });
    expect(kit.crm.callsOf('POST')).toHaveLength(1);
  });
});

describe('what a key sees', () => {
  test('is the recipes that are open to it, with what they take and give', async () => {
    const { body } = await kit.send('/api/recipes', { key: SHOP });
    const recipes = body['recipes'];
    expect(recipes).toEqual(expect.arrayContaining([expect.objectContaining({ id: 'sales/eu/deal' })]));
    expect(recipes).not.toEqual(expect.arrayContaining([expect.objectContaining({ id: 'erp_only' })]));
    expect(recipes).not.toEqual(expect.arrayContaining([expect.objectContaining({ id: 'inner' })]));
    expect(recipes).toEqual(
      expect.arrayContaining([
        {
          id: 'add',
          name: 'Add',
          description: 'For a test',
          url: 'https://behalf.example.com/api/recipes/add/jobs',
          state: 'started',
          inputs: {
            type: 'object',
            properties: { title: { type: 'string' }, amount: { type: 'number', default: 5 }, more: {} },
            required: ['title'],
            additionalProperties: false,
          },
          outputs: {
            type: 'object',
            properties: { id: {}, title: { type: ['string', 'null'] }, amount: { type: ['number', 'null'] } },
          },
        },
      ]),
    );
  });

  test('is described as OpenAPI', async () => {
    const { body } = await kit.send('/api/openapi.json');
    expect(body).toMatchObject({
      openapi: '3.1.0',
      paths: {
        '/api/recipes/sales/eu/deal/jobs': { post: { operationId: 'start_sales_eu_deal' } },
        '/api/jobs/{id}': { get: {}, delete: {} },
      },
    });
  });

  test('is what is wrong with the configuration, for administrators only', async () => {
    const refused = await kit.send('/api/problems');
    expect([refused.status, refused.body['code']]).toEqual([403, 'not_allowed']);
    const { body, status } = await kit.send('/api/problems', { key: BOSS });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      recipes: expect.arrayContaining([
        { id: 'add', name: 'Add', file: 'recipes/add.yaml', state: 'started', reasons: [], isKept: false },
        expect.objectContaining({ command: 'people', file: 'recipes/for_people.yaml' }),
      ]),
      problems: expect.arrayContaining([expect.objectContaining({ severity: 'warning', file: 'recipes/add.yaml' })]),
    });
  });
});

test('a recipe that has stopped itself takes no more jobs, and says so', async () => {
  kit.crm.answer(() => ({ status: 401 }));
  for (let failures = 0; failures < 5; failures += 1) {
    const { id } = await kit.startJob('add', { title: 'Acme' });
    expect((await kit.ended(id)).status).toBe('failed');
  }
  const answer = await kit.send('/api/recipes/add/jobs', { body: { inputs: { title: 'Acme' } } });
  expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([
    409,
    'recipe_stopped',
    '60',
  ]);
  const { body } = await kit.send('/api/problems', { key: BOSS });
  expect(body['recipes']).toEqual(expect.arrayContaining([expect.objectContaining({ id: 'add', state: 'stopped' })]));
});

test('without keys there is no such address', async () => {
  const without = await startApiKit({ recipes: {}, keys: '' });
  try {
    for (const path of ['/api/recipes', '/api/jobs/x', '/api/problems', '/api/openapi.json'])
      expect((await without.send(path)).status).toBe(404);
  } finally {
    await without.stop();
  }
});

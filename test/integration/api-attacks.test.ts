import { request } from 'node:http';
import { apiKeyEntry, generateApiKey } from '../../src/kernel/api-key.js';
import { API_KEYS, type ApiKit, BOSS, ERP, jobOf, SHOP, startApiKit } from '../support/api-kit.js';
import { callable, recipe } from '../support/service-files.js';
import { ANN } from '../support/service-kit.js';

const RECIPES = {
  echo: callable({
    name: 'Echo',
    http: 'true',
    inputs: '[{ name: given, optional: true }]',
    outputs: '{ given: "{{ parameters.given }}" }',
    steps: '  - log: echo',
  }),
  closed: callable({ name: 'Closed', steps: '  - log: closed' }),
  erp_only: callable({ name: 'ERP only', http: '{ keys: [erp] }', steps: '  - log: erp' }),
  personal: callable({
    name: 'Personal',
    connections: 'crm: { use: crm, verify_user_access: true }',
    steps: '  - { action: crm.create, input: { name: mine } }',
  }),
  people: recipe({ command: 'people', connections: '{}', steps: '  - reply: { text: Hi }' }),
};

let kit: ApiKit;
beforeEach(async () => {
  kit = await startApiKit({ recipes: RECIPES });
});
afterEach(async () => {
  await kit.stop();
});

const start = (path: string, more = {}) => kit.send(`/api/recipes/${path}/jobs`, { body: { inputs: {} }, ...more });

describe('somebody without a key', () => {
  test.each([
    ['sends none', undefined],
    ['guesses one', `Bearer ${generateApiKey()}`],
    ['sends the name of one', 'Bearer erp'],
    ['sends the hash that is configured', `Bearer ${API_KEYS.split(/[:,]/u)[1]}`],
    ['sends one in another case', `Bearer ${ERP.toUpperCase()}`],
    ['sends a right one with more behind it', `Bearer ${ERP}x`],
    ['sends two', `Bearer ${ERP}, Bearer ${SHOP}`],
    ['sends a right one as a password', `Basic ${Buffer.from(`erp:${ERP}`).toString('base64')}`],
    ['sends it without its scheme', ERP],
    ['sends a very long one', `Bearer ${'a'.repeat(8_000)}`],
  ])('gets in nowhere when they %s', async (_, authorization) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    for (const path of ['/api/recipes', '/api/problems', '/api/openapi.json', '/api/jobs/x']) {
      const answer = await kit.send(path, { key: null, headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.text).not.toContain(authorization ?? 'bhf_');
    }
    const started = await start('echo', { key: null, headers });
    expect(started.status).toBe(401);
    expect(await kit.jobList()).toEqual([]);
  });

  test('cannot send the key in the address', async () => {
    expect((await kit.send(`/api/recipes?access_token=${ERP}`, { key: null })).status).toBe(401);
  });

  test('is slowed down when guessing, which keeps nobody else out', async () => {
    const guess = () => kit.send('/api/recipes', { key: generateApiKey() });
    for (let wrong = 0; wrong < 30; wrong += 1) expect((await guess()).status).toBe(401);
    const slowed = await guess();
    expect([slowed.status, slowed.headers.get('retry-after')]).toEqual([429, '2']);
    expect((await kit.send('/api/recipes')).status).toBe(200);
    expect(kit.logger.lines.filter(({ message }) => message.includes('unknown API key'))).toHaveLength(30);
    expect(await kit.metrics.render()).toContain('behalf_api_refused_total{reason="too_many"} 1');
    await kit.clock.advance(60_000);
    expect((await guess()).status).toBe(401);
  });

  test('finds no key in logs, answers and metrics', async () => {
    const wrong = generateApiKey();
    const answers = [
      await start('echo'),
      await start('nothing'),
      await start('echo', { key: wrong }),
      await kit.send('/api/problems'),
      await kit.send('/api/problems', { key: BOSS }),
    ];
    const seen = `${JSON.stringify(kit.logger.lines)}${answers.map(({ text, headers }) => `${text}${JSON.stringify([...headers])}`).join()}${await kit.metrics.render()}`;
    for (const key of [ERP, BOSS, wrong]) expect(seen).not.toContain(key);
    expect(seen).not.toContain(API_KEYS.split(/[:,]/u)[1]);
  });

  test('is helped by no other page: nothing is shared with other origins', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await kit.send('/api/recipes', { headers });
    const preflight = await kit.send('/api/recipes', { method: 'OPTIONS', key: null, headers });
    expect([answer.status, preflight.status]).toEqual([200, 405]);
    const names = [answer, preflight].flatMap((one) => [...one.headers.keys()]);
    expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('a program with a key', () => {
  test('neither sees nor cancels the job of another, nor that of a person', async () => {
    const { id } = jobOf(await start('echo'));
    await kit.say('people');
    await kit.idle();
    const person = (await kit.jobList()).find(({ user }) => user.platform === ANN.platform);
    for (const other of [id, person?.id ?? '']) {
      const key = SHOP;
      const seen = await kit.send(`/api/jobs/${other}`, { key });
      const cancelled = await kit.send(`/api/jobs/${other}`, { method: 'DELETE', key });
      expect([seen.status, cancelled.status]).toEqual([404, 404]);
      expect(seen.text).toBe((await kit.send('/api/jobs/nothing', { key })).text);
    }
    expect((await kit.send(`/api/jobs/${person?.id}`)).status).toBe(404);
    expect((await kit.send(`/api/jobs/${id}`, { key: BOSS })).status).toBe(404);
  });

  test.each([
    'closed',
    'personal',
    'people',
    'nothing',
    '..%2f..%2fecho',
    '%2e%2e%2fecho',
    'sales%2Fecho',
    '__proto__',
    'constructor',
    'echo%00',
    'echo.yaml',
    'a/b/c/d/e/f/g/h/i',
  ])('starts nothing but what is open to it: %s', async (path) => {
    const answer = await start(path);
    expect([answer.status, answer.body['code']]).toEqual([404, 'unknown_recipe']);
    expect(await kit.jobList()).toEqual([]);
  });

  test('does not start what is open to another key only', async () => {
    expect((await start('erp_only')).status).toBe(202);
    const answer = await start('erp_only', { key: SHOP });
    expect([answer.status, answer.body['code']]).toEqual([404, 'unknown_recipe']);
  });

  test.each([
    ['no JSON', 415, 'wrong_content_type', { headers: { 'content-type': 'text/plain' } }],
    ['a form', 415, 'wrong_content_type', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    [
      'JSON in another alphabet',
      415,
      'wrong_content_type',
      { headers: { 'content-type': 'application/json; charset=utf-16' } },
    ],
    ['half a body', 400, 'bad_body', { body: '{ "inputs": ' }],
    ['nothing', 400, 'bad_body', { body: '' }],
    ['a list', 400, 'bad_body', { body: [] }],
    ['a list of inputs', 400, 'bad_body', { body: { inputs: [] } }],
    ['more than inputs', 400, 'bad_body', { body: { inputs: {}, user: { platform: 'slack', userId: 'ann' } } }],
    ['connections of its choice', 400, 'bad_body', { body: { inputs: {}, connections: { crm: 'crm' } } }],
    ['keys of prototypes', 400, 'bad_body', { body: '{ "inputs": { "__proto__": { "polluted": true } } }' }],
    ['them far inside', 400, 'bad_body', { body: '{ "inputs": { "given": [{ "a": { "__proto__": 1 } }] } }' }],
    [
      'a tower of lists',
      400,
      'bad_body',
      { body: `{ "inputs": { "given": ${'['.repeat(90_000)}${']'.repeat(90_000)} } }` },
    ],
    ['an unknown input', 422, 'bad_inputs', { body: { inputs: { constructor: 1 } } }],
    ['too much', 413, 'body_too_large', { body: { inputs: { given: 'x'.repeat(300_000) } } }],
  ])('is told what is wrong with %s, and nothing is started', async (_, status, code, sending) => {
    const answer = await start('echo', sending);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'about:blank', status });
    expect(await kit.jobList()).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test.each(['', 'a, b', '"a"b"', 'ü', 'x'.repeat(256), 'a\tb', '"a\\"'])(
    'cannot put anything but one plain text into Idempotency-Key: %j',
    async (key) => {
      const { status } = await rawStart(kit.origin, { 'Idempotency-Key': key });
      expect(status).toBe(400);
      expect(await kit.jobList()).toEqual([]);
    },
  );

  test('cannot smuggle a header in with it', async () => {
    const line = ['POST /api/recipes/echo/jobs HTTP/1.1', 'Idempotency-Key: a\rX-Evil: 1'];
    await expect(rawStart(kit.origin, { 'Idempotency-Key': line.join('\r\n') })).rejects.toThrow('Invalid character');
    const { status, text } = await rawStart(kit.origin, { 'Idempotency-Key': 'a%0d%0aX-Evil:1' });
    expect(status).toBe(202);
    expect(text).not.toContain('X-Evil');
  });

  test('gets values back as they were, without becoming a person', async () => {
    const given = { constructor: { name: 'x' }, toString: 1, list: [null, true, '{{ user.id }}'] };
    const { id } = await kit.startJob('echo', { given });
    expect((await kit.ended(id))['outputs']).toEqual({ given });
    expect((await kit.jobList())[0]).toMatchObject({ user: { platform: 'api', userId: 'erp' } });
  });

  test.each(['GET', 'DELETE', 'PUT', 'OPTIONS'])('cannot %s where only jobs are started', async (method) => {
    const answer = await kit.send('/api/recipes/echo/jobs', { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(answer.body).toMatchObject({ status: 405, code: 'method_not_allowed' });
  });

  test('of a name that persons could have is no person', async () => {
    const key = generateApiKey();
    const other = await startApiKit({ recipes: RECIPES, keys: apiKeyEntry(ANN.userId, key, 'run') });
    try {
      await other.say('people');
      await other.idle();
      const [job] = await other.jobList();
      expect((await other.send(`/api/jobs/${job?.id}`, { key })).status).toBe(404);
    } finally {
      await other.stop();
    }
  });
});

test('a job of a program never gets a connection of a person, whatever became of the check', async () => {
  const personal = kit.catalogue.recipes.get('personal');
  if (!personal) throw new Error('The recipe has not started');
  const user = { platform: 'api' as const, tenantId: 'keys' as const, userId: 'erp' };
  await kit.jobs.accept({ id: 'x1', eventId: 'x1', user, recipe: personal, parameters: {}, isRepeatable: false });
  expect(await kit.ended('x1')).toMatchObject({ status: 'failed', error: { code: 'connection.no_person' } });
  expect(kit.crm.callsOf('POST')).toEqual([]);
  expect(kit.chat.texts()).toEqual([]);
});

/** A request whose headers are sent as they are. */
function rawStart(origin: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const all = { authorization: `Bearer ${ERP}`, 'content-type': 'application/json', ...headers };
    const sent = request(`${origin}/api/recipes/echo/jobs`, { method: 'POST', headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = `${JSON.stringify(response.headers)}${Buffer.concat(chunks).toString('utf8')}`;
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    sent.once('error', reject);
    sent.end('{ "inputs": {} }');
  });
}

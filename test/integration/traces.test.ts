import { type ApiKit, jobOf, startApiKit } from '../support/api-kit.js';
import { recordTraces } from '../support/recorded-traces.js';
import { callable, recipe } from '../support/service-files.js';
import { ANN } from '../support/service-kit.js';
import type { SentSpan } from '../support/span-forest.js';

const SHARED = 'crm: { use: crm-shared }';
const DAY_MS = 86_400_000;
const TYPED = 'Zwölfzylinder Canary 4711';
const CALLERS_TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${CALLERS_TRACE}-b7ad6b7169203331-01`;

const RECIPES = {
  loop: recipe({
    command: 'loop',
    connections: SHARED,
    steps: `  - id: made
    for_each: "{{ ['a', 'b'] }}"
    collect: "{{ steps.thing.id }}"
    do:
      - if: "{{ item = 'a' }}"
        then: [{ id: thing, action: crm.create, input: { name: "{{ item }}" } }]
  - log: done
  - reply: { text: Looped }`,
  }),
  note: recipe({
    command: 'note',
    connections: SHARED,
    parameters: '[{ name: text, prompt: "Which text?" }]',
    steps: '  - { action: crm.create, input: { name: "{{ parameters.text }}" } }\n  - reply: { text: Noted }',
  }),
  approve: recipe({
    command: 'approve',
    connections: SHARED,
    steps: `  - { action: crm.create, input: { name: before } }
  - id: decision
    ask: { text: "May I?", buttons: [{ text: Approve }, { text: Deny }] }
  - reply: { text: "{{ steps.decision.label }}" }`,
  }),
  own: recipe({ command: 'own', steps: '  - { action: crm.find }\n  - reply: { text: Found }' }),
  both: recipe({
    command: 'both',
    connections: 'crm: { use: crm-shared }\n  files: { use: files, verify_user_access: true }',
    steps: '  - { action: crm.find }\n  - { action: files.find }\n  - reply: { text: Both }',
  }),
  add: callable({
    name: 'Add',
    http: 'true',
    connections: SHARED,
    steps: '  - { action: crm.create, input: { name: x } }',
  }),
};

describe('the traces of a service', () => {
  const { sent, tracing } = recordTraces();
  let kit: ApiKit;

  beforeAll(async () => {
    kit = await startApiKit({ recipes: RECIPES, tracing });
  });

  afterAll(async () => {
    await kit.stop();
    await tracing.stop(1_000);
  });

  /** The spans of a story; all that is traced belongs to it. */
  async function spansOf(play: () => Promise<unknown>): Promise<readonly SentSpan[]> {
    await kit.idle();
    await sent.settle(tracing);
    const before = new Set(sent.spans);
    await play();
    await kit.idle();
    await sent.settle(tracing);
    return sent.spans.filter((span) => !before.has(span));
  }

  const named = (spans: readonly SentSpan[], name: string) => spans.filter((span) => span.name === name);
  const paths = (spans: readonly SentSpan[], name: string) =>
    named(spans, name).map((span) => sent.path(span).join(' › '));
  const tracesOf = (spans: readonly SentSpan[]) => new Set(spans.map(({ traceId }) => traceId)).size;

  test('hold steps inside of steps, and leave out what takes no time', async () => {
    const spans = await spansOf(() => kit.say('loop'));

    expect(paths(spans, 'step for_each')).toEqual(['chat text › run job › step for_each']);
    expect(paths(spans, 'step action')).toEqual(['chat text › run job › step for_each › step action']);
    expect(named(spans, 'step action')[0]?.attributes['behalf.step']).toBe('0.each.0.0.then.0');
    const kinds = new Set(spans.map(({ name }) => name).filter((name) => name.startsWith('step ')));
    expect(kinds).toEqual(new Set(['step for_each', 'step action', 'step reply']));
  });

  test('say why a step has failed: the code on the step and on the job, the status on the call', async () => {
    kit.crm.answer(() => ({ status: 403, body: { message: `No ${TYPED}` } }));
    const spans = await spansOf(() => kit.say(`note text: ${TYPED}`));
    kit.crm.answer(undefined);

    const [step] = named(spans, 'step action');
    const [job] = named(spans, 'run job');
    expect(step?.status).toEqual({ code: 2, message: 'app.forbidden' });
    expect(step?.attributes['error.type']).toBe('app.forbidden');
    expect(named(spans, 'POST')[0]?.status).toEqual({ code: 2, message: '403' });
    expect(job?.attributes).toMatchObject({ 'error.type': 'app.forbidden', 'behalf.job.status': 'failed' });
    expect(job?.attributes['behalf.error.ref']).toBe((await kit.jobList()).at(-1)?.state.result?.ref);
  });

  test('say why an event could not be handled, with the reference that the person was told', async () => {
    kit.faults.push({ at: 'jobs.accept', kind: 'lost', times: 1 });
    const spans = await spansOf(() => kit.say('loop'));

    const [event] = named(spans, 'chat text');
    const logged = kit.logger.lines.findLast(({ message }) => message === 'an event could not be handled');
    expect(event?.status).toEqual({ code: 2, message: 'store.unavailable' });
    expect(logged?.fields['err']).toMatchObject({ ref: event?.attributes['behalf.error.ref'] });
    expect(named(spans, 'run job')).toEqual([]);
  });

  test('of a job that asks are one: the answer goes on with it, and is linked with its own event', async () => {
    const asked = await spansOf(() => kit.say('approve'));
    const answered = await spansOf(() => kit.press(kit.chat.last(), 'Approve'));

    const all = [...asked, ...answered];
    const [begun] = named(asked, 'chat text');
    const [press] = named(answered, 'chat action');
    const [goOn] = named(answered, 'go on');
    expect(paths(all, 'run job')).toEqual(['chat text › run job', 'chat text › run job']);
    expect(named(all, 'run job').map(({ traceId }) => traceId)).toEqual([begun?.traceId, begun?.traceId]);
    expect(press?.traceId).not.toBe(begun?.traceId);
    expect(goOn?.traceId).toBe(begun?.traceId);
    expect(goOn?.links.map(({ spanId }) => spanId)).toEqual([press?.spanId]);
    // What was done before it slept is not done again, and is not shown again.
    expect(named(answered, 'step action')).toEqual([]);
  });

  test('of a command whose parameter was asked for are one', async () => {
    const first = await spansOf(() => kit.say('note'));
    const second = await spansOf(() => kit.say(TYPED));

    const [command] = named(first, 'chat text');
    expect(paths(second, 'run job')).toEqual(['chat text › answer question › run job']);
    expect(named(second, 'run job')[0]?.traceId).toBe(command?.traceId);
    expect(named(second, 'chat text')[0]?.traceId).not.toBe(command?.traceId);
  });

  test('hold the refresh of a token where it was due', async () => {
    await kit.say('own');
    await kit.idle();
    await kit.logIn(kit.chat.last(), `${ANN.userId}@acme.example`);
    await kit.idle();
    await kit.clock.jump(2 * DAY_MS);
    const spans = await spansOf(() => kit.say('own'));

    expect(paths(spans, 'refresh token')).toEqual(['chat text › run job › refresh token']);
    expect(named(spans, 'refresh token')[0]?.attributes).toEqual({ 'behalf.connection': 'crm' });
    expect(paths(spans, 'POST')).toContain('chat text › run job › refresh token › POST');
    expect(tracesOf(spans)).toBe(1);
  });

  test('are told to servers of one’s own, and to no others', async () => {
    await kit.say('both');
    await kit.idle();
    await kit.logIn(kit.chat.last(), `${ANN.userId}@acme.example`);
    await kit.idle();
    kit.crm.calls.length = 0;
    kit.files.calls.length = 0;
    const spans = await spansOf(() => kit.say('both'));

    const [toCrm] = named(spans, 'GET').filter(({ attributes }) =>
      kit.crm.url.endsWith(`:${attributes['server.port']}`),
    );
    expect(kit.crm.calls[0]?.headers['traceparent']).toBe(`00-${toCrm?.traceId}-${toCrm?.spanId}-01`);
    expect(kit.files.calls[0]?.headers['traceparent']).toBeUndefined();
  });

  test('of programs go on with theirs, for those with a key', async () => {
    const add = { body: { inputs: {} }, headers: { traceparent: TRACEPARENT } };
    const joined = await spansOf(async () => jobOf(await kit.send('/api/recipes/add/jobs', add)));
    const refused = await spansOf(() => kit.send('/api/recipes/add/jobs', { ...add, key: 'nobody' }));
    const own = await spansOf(() => kit.startJob('add'));

    expect(new Set(joined.map(({ traceId }) => traceId))).toEqual(new Set([CALLERS_TRACE]));
    expect(named(joined, 'api start')[0]?.parentSpanId).toBe('b7ad6b7169203331');
    expect(named(joined, 'api start')[0]?.attributes['http.response.status_code']).toBe(202);
    expect(paths(joined, 'step action')).toEqual(['api start › run job › step action']);
    expect(refused).toEqual([]);
    expect(named(own, 'api start')[0]?.parentSpanId).toBeUndefined();
    expect(tracesOf(own)).toBe(1);
  });

  test('hold nothing that people write, no path of an address, and not who they are', () => {
    const text = JSON.stringify(sent.spans);

    expect(text).toContain('"note"');
    for (const hidden of [TYPED, 'acme.example', '/api/things', '/oauth', ANN.userId, 'secret-canary', 'key-canary'])
      expect([hidden, text.includes(hidden)]).toEqual([hidden, false]);
  });
});

import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

const HEAD = 'name: X\ndescription: x\ntrigger: { command: x }\nconnections: { crm: { use: crm } }\n';

/** `steps`: one line of YAML, a list. */
function compiled(steps: string, more = '') {
  return compileRecipe({ id: 'x', file: 'x', text: `${HEAD}${more}steps: ${steps}\n` });
}

function problemsOf(steps: string, more?: string): readonly string[] {
  const result = compiled(steps, more);
  return result.kind === 'broken' ? result.problems.map((problem) => formatProblem(problem).slice('x:'.length)) : [];
}

function stepsOf(steps: string) {
  const result = compiled(steps);
  if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.recipe.steps;
}

const LOG = '{ log: hi }';

describe('a step', () => {
  test('that is a loop has what is written, and else the usual', () => {
    expect(stepsOf(`[{ for_each: "{{ parameters.a }}", do: [${LOG}] }]`)).toMatchObject([
      { kind: 'for_each', path: '0', as: 'item', max: 100, concurrency: 1, do: [{ kind: 'log', path: '0' }] },
    ]);
    const all = `{ id: all, for_each: "{{ x }}", as: deal, max: 7, concurrency: 3, collect: "{{ deal }}", do: [${LOG}, ${LOG}] }`;
    expect(stepsOf(`[${LOG}, ${all}]`)[1]).toMatchObject({
      path: '1',
      id: 'all',
      as: 'deal',
      max: 7,
      concurrency: 3,
      do: [{ path: '0' }, { path: '1' }, { kind: 'collect', path: '2' }],
    });
  });

  test('that may fail has a path for what is tried and for what follows an error', () => {
    const step = `{ try: [${LOG}], retry: { times: 3, wait: 0.5 }, on_error: [${LOG}] }`;
    expect(stepsOf(`[${step}]`)).toMatchObject([
      {
        kind: 'try',
        retries: 3,
        waitMs: 500,
        steps: [{ path: '0.try.0' }],
        onError: [{ path: '0.on_error.0' }],
      },
    ]);
  });

  test('that is an action with a retry of its own stands alone in what is tried', () => {
    const [step] = stepsOf('[{ id: found, action: crm.find, timeout: 2.5, retry: 2 }]');
    expect(step).toMatchObject({
      kind: 'try',
      path: '0',
      retries: 2,
      waitMs: 1000,
      steps: [{ kind: 'action', id: 'found', path: '0.try.0', timeoutMs: 2500 }],
    });
    expect(step).not.toHaveProperty('onError');
  });

  test('that is an action without is an action', () => {
    expect(stepsOf('[{ action: crm.find }]')).toMatchObject([{ kind: 'action', path: '0' }]);
  });

  test('that writes into the log does so as an information unless it is a warning', () => {
    expect(stepsOf('[{ log: hi }, { log: { text: hi, level: warn } }]')).toMatchObject([
      { kind: 'log', level: 'info' },
      { kind: 'log', level: 'warn' },
    ]);
  });

  test.each([
    ['a name that is taken', `{ for_each: "{{ x }}", as: user, do: [${LOG}] }`, /^5:36 error "user" means something/],
    ['the name of the place', `{ for_each: "{{ x }}", as: index, do: [${LOG}] }`, /^5:36 error "index" means/],
    ['a list that is none', `{ for_each: abc, do: [${LOG}] }`, /^5:21 error .*one datapill/],
    ['two datapills', `{ for_each: "{{ a }}{{ b }}", do: [${LOG}] }`, /^5:21 error .*one datapill/],
    [
      'something collected without a name',
      `{ for_each: "{{ x }}", collect: "{{ item }}", do: [${LOG}] }`,
      /^5:41 error what is collected needs a name {2}hint: give the step an "id"/,
    ],
    ['a name of nothing', `{ id: a, for_each: "{{ x }}", do: [${LOG}] }`, /^5:15 error a loop leaves nothing behind/],
    ['nothing to do', '{ for_each: "{{ x }}", do: [] }', /^5:36 error/],
    [
      'too many at a time',
      `{ for_each: "{{ x }}", concurrency: 11, do: [${LOG}] }`,
      /^5:45 error "concurrency" must be at most 10/,
    ],
    ['too many items', `{ for_each: "{{ x }}", max: 1001, do: [${LOG}] }`, /^5:37 error/],
    [
      'a question to several at once',
      '{ for_each: "{{ x }}", concurrency: 2, do: [{ if: "{{ item }}", then: [{ ask: { text: Go?, input: {} } }] }] }',
      /^5:45 error a job asks one question at a time/,
    ],
    ['a mistake in a datapill inside', '{ for_each: "{{ x }}", do: [{ log: "{{ item + }}" }] }', /^5:\d+ error/],
    ['nothing against an error', `{ try: [${LOG}] }`, /^5:9 error nothing is done about an error here/],
    ['too many repetitions', `{ try: [${LOG}], retry: 4 }`, /^5:38 error/],
    ['too long a pause', `{ try: [${LOG}], retry: { times: 1, wait: 31 } }`, /^5:56 error/],
    ['an empty list after an error', '{ action: crm.find, on_error: [] }', /^5:39 error/],
    ['too short a time', '{ action: crm.find, timeout: 0.5 }', /^5:38 error/],
    ['too long a time', '{ action: crm.find, timeout: 121 }', /^5:38 error/],
    ['a level that is none', '{ log: { text: hi, level: loud } }', /^5:35 error "level" must be/],
    ['a key that is not known', `{ for_each: "{{ x }}", do: [${LOG}], until: 1 }`, /"until" is not known here/],
  ])('with %s is a mistake at its place', (_, step, message) => {
    expect(problemsOf(`[${step}]`)).toEqual([expect.stringMatching(message)]);
  });

  test.each(['0', '3601', '1.5', 'soon'])('cannot save a recipe that may work for %s seconds', (timeout) => {
    expect(problemsOf(`[${LOG}]`, `timeout: ${timeout}\n`)).toEqual([expect.stringMatching(/^5:10 error/)]);
  });

  test('may say how many of its jobs run at once', () => {
    const limitsOf = (concurrency: string) => {
      const result = compiled(`[${LOG}]`, `concurrency: ${concurrency}\n`);
      return result.kind === 'ok' ? result.recipe.concurrency : undefined;
    };
    expect(limitsOf('{ recipe: 3, user: 1 }')).toEqual({ recipe: 3, user: 1 });
    expect(limitsOf('{ user: 1 }')).toEqual({ user: 1 });
    expect(problemsOf(`[${LOG}]`, 'concurrency: {}\n')).toEqual([
      '5:14 error nothing is limited here  hint: add "recipe" or "user"',
    ]);
    expect(problemsOf(`[${LOG}]`, 'concurrency: { recipe: 21 }\n')).toEqual([
      expect.stringContaining('"recipe" must be at most 20'),
    ]);
  });

  test('may say how many of its jobs begin in a minute', () => {
    const result = compiled(`[${LOG}]`, 'limit: { per_minute: 6 }\n');
    expect(result.kind === 'ok' && result.recipe.startsPerMinute).toBe(6);
    expect(problemsOf(`[${LOG}]`, 'limit: {}\n')).toEqual([expect.stringMatching(/^5:8 error "per_minute"/)]);
    expect(problemsOf(`[${LOG}]`, 'limit: { per_minute: 0 }\n')).toEqual([
      expect.stringContaining('"per_minute" must be at least 1'),
    ]);
    expect(problemsOf(`[${LOG}]`, 'limit: { per_hour: 6 }\n')).toEqual(
      expect.arrayContaining([expect.stringContaining('"per_hour" is not known here')]),
    );
  });
});

import { checkRecipes } from '../../../src/checks/check-recipes.js';
import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

interface Parts {
  readonly http?: string;
  readonly outputs?: string;
  readonly connections?: string;
  readonly steps?: string;
}

function callable({ connections = '{}', http = '', outputs = '', steps = '  - log: called' }: Parts = {}): string {
  const open = http === '' ? '' : `, http: ${http}`;
  return `name: Called
description: Is called
trigger: { callable: { outputs: {${outputs}}${open} } }
connections: ${connections}
steps:
${steps}
`;
}

/** What is wrong with calls over HTTP in these recipes, and the ids of those that may start. */
function check(recipes: Readonly<Record<string, string>>) {
  const compiled = Object.entries(recipes).map(([id, text]) => {
    const result = compileRecipe({ id, file: id, text });
    if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
    return result.recipe;
  });
  const { problems, startable } = checkRecipes({ recipes: compiled, connectors: new Map(), parents: new Map() });
  return {
    problems: problems.filter(({ message }) => message.includes('HTTP')).map(formatProblem),
    startable: startable.map(({ id }) => id),
  };
}

const PERSONAL = '{ crm: { use: crm, verify_user_access: true } }';
const SLOT = 'uses "crm" as the person who asks';
const NOBODY = 'and no person stands behind such a call';

describe('A recipe that is open to HTTP', () => {
  test.each(['true', '{ keys: [erp] }'])('may start when it needs no person: http: %s', (http) => {
    expect(check({ r: callable({ http, outputs: 'job: "{{ job.id }}"' }) })).toEqual({
      problems: [],
      startable: ['r'],
    });
  });

  test.each<[string, Parts, string]>([
    ['a connection of the person', { connections: PERSONAL }, `r:4:28 error a recipe that is open to HTTP ${SLOT}`],
    [
      'an answer, also inside other steps',
      {
        steps: `  - if: "{{ job.id = 'x' }}"
    then:
      - ask: { text: "Sure?", buttons: [{ text: "Yes", value: y }] }`,
      },
      'r:8:9 error a recipe that is open to HTTP asks a question',
    ],
    [
      'who the person is, in a step',
      { steps: '  - log: "by {{ $uppercase(user.name) }}"' },
      'r:6:29 error a recipe that is open to HTTP reads {{ user.name }}',
    ],
    [
      'who the person is, in an output',
      { outputs: 'by: "{{ user.id }}"' },
      'r:3:40 error a recipe that is open to HTTP reads {{ user.id }}',
    ],
    [
      'where the person is',
      { steps: '  - reply: { text: "{{ conversation.kind }}" }' },
      'r:6:22 error a recipe that is open to HTTP reads {{ conversation.kind }}',
    ],
  ])('does not start when it needs %s', (_, parts, expected) => {
    const { problems, startable } = check({ r: callable({ http: 'true', ...parts }) });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.replace(/:\d+:\d+ /u, ' ')).toContain(`${expected.replace(/:\d+:\d+ /u, ' ')}, ${NOBODY}`);
    expect(problems[0]).toMatch(/^r:[3-8]:\d+ error .* hint: /u);
    expect(startable).toEqual([]);
  });

  test('does not start when a recipe that it calls needs a person, however far away', () => {
    const { problems, startable } = check({
      r: callable({ http: 'true', steps: '  - call: { recipe: middle }' }),
      middle: callable({ steps: '  - call: { recipe: inner, connections: { crm: crm-eu } }' }),
      inner: callable({ connections: PERSONAL }),
    });
    expect(problems).toEqual([
      `r:6:21 error "inner" ${SLOT}, and no person stands behind a call over HTTP  hint: call another recipe, or take "http" out of the trigger`,
    ]);
    expect(startable).not.toContain('r');
  });

  test.each([
    ['is not open to HTTP', ''],
    ['closes itself', 'false'],
  ])('one that %s may need a person', (_, http) => {
    expect(check({ r: callable({ http, connections: PERSONAL, outputs: 'by: "{{ user.id }}"' }) }).problems).toEqual(
      [],
    );
  });

  test('names keys by their names only', () => {
    const result = compileRecipe({ id: 'r', file: 'r', text: callable({ http: '{ keys: ["Big Key"] }' }) });
    expect(result.kind === 'broken' && result.problems.map(formatProblem).join('\n')).toContain(
      'must be lower-case letters, digits, _ and -',
    );
  });
});

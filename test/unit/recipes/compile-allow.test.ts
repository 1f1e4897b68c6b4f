import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

function compiled(allow: string) {
  const text = `name: A\ndescription: B\nallow: ${allow}\ntrigger: { command: a }\nsteps:\n  - reply: { text: Hi }\n`;
  return compileRecipe({ id: 'a', file: 'recipes/a.yaml', text });
}

describe('allow', () => {
  test('keeps ids and addresses of both platforms, in one case', () => {
    const guid = '5B1F2C1E-0000-4000-8000-000000000001';
    const result = compiled(
      `{ users: [U0ANN, Ann@Acme.example, ${guid}], groups: [S0SALES], channels: [C0SALES, "19:x@thread.tacv2"], tenants: [T0ACME] }`,
    );
    if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
    expect(result.recipe.allow).toEqual({
      outsiders: [],
      users: ['u0ann', 'ann@acme.example', guid.toLowerCase()],
      groups: ['S0SALES'],
      channels: ['C0SALES', '19:x@thread.tacv2'],
      tenants: ['t0acme'],
    });
  });

  test.each([
    ['{}', 'must list users, groups, channels or tenants, or let in'],
    ['{ guests: false }', 'guests'],
    ['{ users: [] }', '"users" needs at least 1'],
    ['{ users: [Ann] }', 'a user id of Slack (U…) or Teams (Entra object id), or an e-mail address'],
    ['{ users: ["@ann"] }', 'a user id of Slack'],
    ['{ channels: ["#sales"] }', 'a channel id of Slack (C…) or Teams'],
    ['{ channels: ["19:x@thread.tacv2;messageid=1"] }', 'a channel id of Slack (C…) or Teams'],
    ['{ groups: [] }', '"groups" needs at least 1'],
    ['{ groups: ["19:team@thread.tacv2"] }', 'Teams has no groups that the bot can look up'],
    ['{ tenants: [acme] }', 'a workspace id of Slack (T…)'],
    ['{ user: [U0ANN] }', 'users'],
    ['everybody', 'allow'],
  ])('%s is a mistake with its place', (allow, words) => {
    const result = compiled(allow);
    const problems = result.kind === 'broken' ? result.problems.map(formatProblem) : [];
    expect(problems.join('\n')).toContain(words);
    expect(problems[0]).toMatch(/^recipes\/a\.yaml:3:/u);
  });
});

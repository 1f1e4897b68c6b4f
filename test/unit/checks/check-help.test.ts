import { checkRecipes } from '../../../src/checks/check-recipes.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

const CONNECTOR = `
name: crm
title: CRM
base_url: https://crm.example.com
auth: { api_key: { name: X-Key } }
actions: { ping: { title: ask whether it is there, request: { path: /ping } } }
`;

/** What is wrong with recipes that answer help, by the files r0, r1 and so on. */
function check(...helpers: readonly { readonly target: string; readonly text?: string }[]): readonly string[] {
  const connector = compileConnector({ file: 'connectors/crm.yaml', text: CONNECTOR });
  if (connector.kind === 'broken') throw new Error(connector.problems.map(formatProblem).join('\n'));
  const recipes = helpers.map(({ target, text = 'Help' }, index) => {
    const source = `name: Help\ndescription: Helps\ntrigger:\n  help: ${target}\nsteps:\n  - reply: { text: "${text}" }\n`;
    const result = compileRecipe({ id: `r${index}`, file: `r${index}`, text: source });
    if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
    return result.recipe;
  });
  const connectors = new Map([['crm', connector.connector]]);
  return checkRecipes({ recipes, connectors, parents: new Map() }).problems.map(formatProblem);
}

describe('A recipe that answers help', () => {
  it('may answer the whole and each app, and read what was asked about', () => {
    expect(check({ target: 'all', text: 'About {{ parameters.topic }}' }, { target: 'crm' })).toEqual([]);
  });

  it('is a mistake where another one answers the same: both are told, each with the place of the other', () => {
    expect(check({ target: 'all' }, { target: 'crm' }, { target: 'all' })).toEqual([
      'r0:4:9 error "help" is also answered by r2:4  hint: remove one of them',
      'r2:4:9 error "help" is also answered by r0:4  hint: remove one of them',
    ]);
    expect(check({ target: 'crm' }, { target: 'crm' })[0]).toContain('"help crm" is also answered by r1:4');
  });

  it('is a mistake for an app that there is not', () => {
    expect(check({ target: 'cmr' })).toEqual([
      'r0:4:9 error there is no app "cmr" to help with  hint: did you mean "crm"?',
    ]);
  });

  it('has no other parameter than the topic', () => {
    expect(check({ target: 'all', text: '{{ parameters.topc }}' })[0]).toContain('did you mean "topic"?');
  });
});

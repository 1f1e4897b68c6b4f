import { formatProblem } from '../../../src/language/problem.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';

function compiled(ask: string) {
  const text = `name: X\ndescription: x\ntrigger: { command: x }\nsteps:\n  - id: decision\n    ask: ${ask}\n`;
  return compileRecipe({ id: 'x', file: 'recipes/x.yaml', text });
}

function problemsOf(ask: string): readonly string[] {
  const result = compiled(ask);
  return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
}

function stepOf(ask: string) {
  const result = compiled(ask);
  if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.recipe.steps[0];
}

describe('a question', () => {
  test('is for the person who asked alone unless it says who else may answer', () => {
    expect(stepOf('{ text: Go?, buttons: [{ text: Yes }] }')).toMatchObject({
      kind: 'ask',
      id: 'decision',
      who: { kind: 'asker' },
      visibleTo: 'user',
      answer: { kind: 'buttons', buttons: [{ kind: 'answer' }] },
    });
    expect(stepOf('{ text: Go?, who: anyone, buttons: [{ text: Yes }] }')).toMatchObject({ visibleTo: 'channel' });
  });

  test('waits as long as it says, and has a path for the steps after that', () => {
    const steps = '[{ reply: { text: x } }]';
    expect(stepOf(`{ text: Go?, input: {}, timeout: 2h, on_timeout: ${steps} }`)).toMatchObject({
      timeoutMs: 7_200_000,
      onTimeout: [{ path: '0.on_timeout.0' }],
    });
  });

  test.each([
    ['no way to answer', '{ text: Go? }', /:6:10 error a question needs one of buttons, picklist, input, form/],
    ['two ways to answer', '{ text: Go?, input: {}, buttons: [{ text: a }] }', /needs only one of/],
    [
      'only buttons that do not answer',
      '{ text: Go?, buttons: [{ text: a, url: "https://a.b" }] }',
      /none of the buttons/,
    ],
    [
      'a button that leads to no page',
      '{ text: Go?, buttons: [{ text: a }, { text: b, url: "ftp://a.b" }] }',
      /the address must begin with https/,
    ],
    ['others who cannot see it', '{ text: Go?, who: anyone, visible_to: user, input: {} }', /others cannot answer/],
    [
      'options that are no list',
      '{ text: Go?, picklist: { label: x, options: "abc" } }',
      /must be a list or one datapill/,
    ],
    [
      'a button that is only a word',
      '{ text: Go?, buttons: [Yes] }',
      /entry 1 must be a map of keys and values, not a text$/,
    ],
    [
      'nobody known',
      '{ text: Go?, who: anyon, input: {} }',
      /"who" must be asker or anyone or a map .+, not "anyon" {2}hint: did you mean "anyone"\?$/,
    ],
    ['a field twice', '{ text: Go?, form: { title: x, fields: [{ name: a }, { name: a }] } }', /"a" is there twice/],
    ['a time-out that is none', '{ text: Go?, input: {}, timeout: soon }', /must be a duration like 30m, 2h or 1d$/],
    [
      'a time-out without its unit',
      '{ text: Go?, input: {}, timeout: 30 }',
      /must be a duration like 30m, .+, not a number$/,
    ],
    ['a time-out that is too long', '{ text: Go?, input: {}, timeout: 8d }', /waited for 7d at most/],
    ['a key that is not known', '{ text: Go?, input: {}, whom: anyone }', /"whom" is not known here/],
  ])('with %s is a mistake', (_, ask, message) => {
    expect(problemsOf(ask)).toEqual([expect.stringMatching(message)]);
  });
});

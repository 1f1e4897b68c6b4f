import { CommandRouter } from '../../../src/commands/router.js';
import { compileRecipe } from '../../../src/recipes/compile-recipe.js';
import type { CompiledRecipe } from '../../../src/recipes/compiled-recipe.js';
import { createRecipeBook } from '../../../src/recipes/recipe-book.js';

function compiled(command: string, change: Partial<CompiledRecipe> = {}): CompiledRecipe {
  const text = `name: ${command}\ndescription: x\ntrigger: { command: "${command}" }\nsteps: [{ reply: { text: x } }]\n`;
  const result = compileRecipe({ id: command, file: `${command}.yaml`, text });
  if (result.kind !== 'ok') throw new Error(`${command} does not compile`);
  return { ...result.recipe, ...change };
}

function routerFor(...commands: string[]): CommandRouter {
  return new CommandRouter(createRecipeBook(commands.map((command) => compiled(command))));
}

/** `command|rest`, the name of a built-in, or `unknown`. */
function routed(router: CommandRouter, text: string): string {
  const route = router.match(text);
  if (route.kind === 'recipe') return `${route.recipe.trigger.command}|${route.rest}`;
  return route.kind === 'built_in' ? route.command : 'unknown';
}

describe('the router', () => {
  const router = routerFor('create', 'create opportunity', 'créer un dossier', 'list my deals', 'helpdesk');

  test.each([
    ['create opportunity account: Acme', 'create opportunity|account: Acme'],
    ['create lead', 'create|lead'],
    ['create', 'create|'],
    ['  CREATE \n Opportunity   x  y ', 'create opportunity|x  y'],
    ['create\u00a0opportunity x', 'create opportunity|x'],
    ['/create opportunity', 'create opportunity|'],
    ['create opportunities', 'create|opportunities'],
    ['createopportunity', 'unknown'],
    ['created', 'unknown'],
    ['cre\u0301er un dossier', 'créer un dossier|'],
    ['CRÉER UN DOSSIER Straße', 'créer un dossier|Straße'],
    ['please create opportunity', 'unknown'],
    ['list my', 'unknown'],
    ['helpdesk', 'helpdesk|'],
    ['', 'unknown'],
    ['/', 'unknown'],
    ['constructor', 'unknown'],
    ['__proto__', 'unknown'],
  ])('takes %j as %s', (text, expected) => {
    expect(routed(router, text)).toBe(expected);
  });

  test.each([
    ['help', 'help'],
    ['/help', 'help'],
    [' HELP! ', 'help'],
    ['personal_connections', 'connections'],
    ['Personal  connections', 'connections'],
    ['connections', 'connections'],
    ['cancel.', 'cancel'],
    ['help me', 'unknown'],
    ['toString', 'unknown'],
  ])('knows the built-in command in %j', (text, expected) => {
    expect(routed(router, text)).toBe(expected);
  });

  test.each([
    ['Abbrechen', 'cancel'],
    ['abbrechen!', 'cancel'],
    ['abbrechen bitte', 'unknown'],
    ['Verbindungen', 'connections'],
    ['verbindungen zeigen', 'unknown'],
    ['Hilfe', 'help'],
    ['/hilfe?', 'help'],
    ['cancel', 'cancel'],
    ['help', 'help'],
    ['hilfe create', 'help: create'],
    ['hilfestellung', 'unknown'],
  ])('knows the built-in command in %j of somebody who reads German', (text, expected) => {
    const route = router.match(text, { cancel: 'abbrechen', connections: 'verbindungen', help: 'hilfe' });
    expect(
      route.kind === 'help' ? `help: ${route.topic}` : route.kind === 'built_in' ? route.command : route.kind,
    ).toBe(expected);
    if (/abbr|hilf/iu.test(text)) expect(routed(router, text)).toBe('unknown');
  });

  test('leaves a word of another language to the recipe that is called so', () => {
    const own = routerFor('abbrechen', 'hilfe holen');
    expect(own.match('abbrechen', { cancel: 'abbrechen', help: 'hilfe' }).kind).toBe('recipe');
    expect(own.match('hilfe holen jetzt', { cancel: 'abbrechen', help: 'hilfe' }).kind).toBe('recipe');
  });

  test('keeps the case and the spaces of what stands behind the command', () => {
    expect(routed(router, 'create opportunity Note:  Two  SPACES\nand a line')).toBe(
      'create opportunity|Note:  Two  SPACES\nand a line',
    );
  });

  test('looks a text up in as many steps with 10 000 recipes as with 10', () => {
    const lookUps = (recipes: number): number => {
      const commands = Array.from({ length: recipes }, (_, index) => `create thing${index} now`);
      const big = routerFor('create opportunity', ...commands);
      const get = jest.spyOn(Map.prototype, 'get');
      big.match('create opportunity account: Acme amount: 5000');
      const { length } = get.mock.calls;
      get.mockRestore();
      return length;
    };
    expect(lookUps(10)).toBeGreaterThan(0);
    expect(lookUps(10_000)).toBe(lookUps(10));
  });
});

describe('suggestions for what is no command', () => {
  const names = (router: CommandRouter, text: string) => router.closest(text).map(({ trigger }) => trigger.command);
  const router = routerFor(
    'create opportunity',
    'close opportunity',
    'find opportunities',
    'log note',
    'file proposal',
  );

  test('are the closest first, three at most', () => {
    expect(names(router, 'creat oportunity account: Acme')[0]).toBe('create opportunity');
    expect(names(router, 'opportunity for Acme')).toHaveLength(3);
    expect(names(router, 'lgo note')).toEqual(['log note']);
  });

  test('are none for a text that is like no command', () => {
    expect(names(router, 'good morning everybody')).toEqual([]);
    expect(names(router, '')).toEqual([]);
  });

  test('leave out what is hidden', () => {
    const hidden = new CommandRouter(createRecipeBook([compiled('log note', { hidden: true })]));
    expect(names(hidden, 'log nota')).toEqual([]);
    expect(routed(hidden, 'log note x')).toBe('log note|x');
  });

  test('know the built-in commands, too', () => {
    expect(router.closestBuiltIn('hlep')).toBeUndefined();
    expect(router.closestBuiltIn('halp')).toBe('help');
    expect(router.closestBuiltIn('personal_conections')).toBe('personal_connections');
    expect(router.closestBuiltIn('good morning')).toBeUndefined();
  });

  test('look at the beginning of a long text only', () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `word${index}`).join(' ');
    const split = jest.spyOn(String.prototype, 'split');
    expect(names(router, `lgo note ${words}`)).toEqual(['log note']);
    const longest = Math.max(...split.mock.results.map(({ value }) => (Array.isArray(value) ? value.length : 0)));
    split.mockRestore();
    expect(longest).toBeLessThan(100);
  });
});

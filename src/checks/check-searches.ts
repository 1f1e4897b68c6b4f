import type { ConnectorAction } from '../connectors/action.js';
import { objectOf, type Shape } from '../language/data-shape.js';
import { placeInside } from '../language/datapill.js';
import { followExpression } from '../language/follow-expression.js';
import { datapillsOf } from '../language/template.js';
import type { OptionSearch, Parameter } from '../recipes/compiled-parameter.js';
import { datapillsOfSearch } from '../recipes/search-datapills.js';
import { datapillsOfValues } from '../recipes/walk-steps.js';
import { checkAction } from './check-actions.js';
import { checkPills } from './check-datapills.js';
import { parametersOf } from './given-shapes.js';
import { shapeOf } from './input-types.js';
import type { RecipeContext } from './recipe-context.js';

/** Checks the options that actions of apps find, like the steps that call them. Gives what their datapills read. */
export function checkSearches(context: RecipeContext): readonly (readonly string[])[] {
  return context.recipe.parameters.flatMap((parameter) => {
    return parameter.search ? checkSearch(context, parameter, parameter.search) : [];
  });
}

function checkSearch(context: RecipeContext, parameter: Parameter, search: OptionSearch) {
  const { parameters } = context.recipe;
  const asked = { query: { kind: 'string' }, parameters: parametersOf(parameters) } as const;
  const before = objectOf(asked);
  const after = objectOf({ ...asked, answer: context.outputOf(search) });
  checkAction(context, search, before);
  checkIsReading(context, search);
  checkOrder(context, parameter, search);
  const option = { name: 'option', list: search.list } as const;
  const ofItem = [search.label, search.value].flatMap(datapillsOf);
  const reads = [
    ...checkPills(context, scopeOf(before), datapillsOfValues(search.input)),
    ...checkPills(context, scopeOf(after), [search.list]),
    ...checkPills(context, scopeOf(after), ofItem, new Map(ofItem.map((pill) => [pill, option]))),
  ];
  const { item } = followExpression(search.list.source, after);
  checkValue(context, search, objectOf({ ...asked, answer: context.outputOf(search), option: item }));
  // Whoever only asks for its own options has not used the parameter.
  return reads.filter(([root, name]) => root !== 'parameters' || name !== parameter.name);
}

/** No step has been done when somebody types. */
function scopeOf(data: Shape) {
  return { data, certain: new Set<string>(), possible: new Set<string>() };
}

/** People type; nothing may happen by that. */
function checkIsReading(context: RecipeContext, { action: name, actionPosition, slot }: OptionSearch): void {
  const action = context.actionOf({ slot, action: name });
  if (!action || isReading(action)) return;
  const message = `${slot}.${name} may change something, and options are asked for with each letter that is typed`;
  context.report(actionPosition, message, {
    hint: 'use an action with GET, or one with POST that its connector declares `idempotent: true`',
  });
}

/** GET and HEAD; a search whose words are too many for an address is sent as a POST. */
function isReading({ isSafeToRepeat, request: { method } }: ConnectorAction): boolean {
  return method === 'GET' || method === 'HEAD' || (method === 'POST' && isSafeToRepeat);
}

/** Options see parameters that were given before: so they cannot wait for each other. */
function checkOrder(context: RecipeContext, parameter: Parameter, search: OptionSearch): void {
  const { parameters } = context.recipe;
  const later = parameters.slice(parameters.indexOf(parameter)).map(({ name }) => name);
  for (const pill of datapillsOfSearch(search)) {
    const names = pill.references.flatMap(([root, name]) => (root === 'parameters' && name !== undefined ? name : []));
    for (const name of new Set(names.filter((one) => later.includes(one)))) {
      const message =
        name === parameter.name
          ? `the options of "${name}" cannot depend on what is chosen among them`
          : `the options of "${parameter.name}" come before the parameter "${name}"`;
      const hint = name === parameter.name ? '{{ query }} is what was typed' : `put "${name}" before it`;
      context.report(placeInside(pill, undefined), message, { hint });
    }
  }
}

function checkValue(context: RecipeContext, { value }: OptionSearch, data: Shape): void {
  const { kind } = shapeOf(value, data);
  const [pill] = datapillsOf(value);
  if (!pill || !['list', 'object', 'boolean'].includes(kind)) return;
  context.report(placeInside(pill, undefined), 'the value of an option must be a text or a number', {
    hint: 'take one field of it: {{ option.id }}',
  });
}

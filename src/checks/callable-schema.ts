import type { Shape } from '../language/data-shape.js';
import type { CallableInput, CallableRecipe } from '../recipes/compiled-recipe.js';
import { shapeOf } from './input-types.js';
import { type CheckedParts, RecipeContext, toOtherRecipes } from './recipe-context.js';
import { stepScopes } from './step-scopes.js';

type JsonSchema = Readonly<Record<string, unknown>>;

/** What a callable recipe takes and gives, as JSON Schema (2020-12). What is not known of an output is left open. */
export function callableSchema(
  recipe: CallableRecipe,
  parts: CheckedParts,
): { readonly inputs: JsonSchema; readonly outputs: JsonSchema } {
  const { inputs, outputs } = recipe.trigger;
  const { end } = stepScopes(new RecipeContext(recipe, parts, toOtherRecipes(parts.recipes)));
  const required = inputs.filter((input) => !input.optional && input.default === undefined).map(({ name }) => name);
  return {
    inputs: {
      type: 'object',
      properties: Object.fromEntries(inputs.map((input) => [input.name, inputSchema(input)])),
      required,
      additionalProperties: false,
    },
    outputs: {
      type: 'object',
      properties: Object.fromEntries(outputs.map(({ name, value }) => [name, toSchema(shapeOf(value, end.data))])),
    },
  };
}

function inputSchema({ default: standard, type }: CallableInput): JsonSchema {
  return { ...(type === 'any' ? {} : { type }), ...(standard === undefined ? {} : { default: standard }) };
}

/** Any value may also be null. */
function toSchema(shape: Shape): JsonSchema {
  switch (shape.kind) {
    case 'any':
      return {};
    case 'list':
      return { type: ['array', 'null'], items: toSchema(shape.item) };
    case 'object': {
      const properties = [...shape.fields].map(([name, field]) => [name, toSchema(field.shape)] as const);
      return { type: ['object', 'null'], properties: Object.fromEntries(properties) };
    }
    default:
      return { type: [shape.kind, 'null'] };
  }
}

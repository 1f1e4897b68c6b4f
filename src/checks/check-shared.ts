import type { SharedObstacle } from '../connections/shared-states.js';
import type { Problem } from '../language/problem.js';
import type { CompiledRecipe, ConnectionSlot } from '../recipes/compiled-recipe.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { callsOf, slotsOfCall } from '../recipes/recipe-calls.js';

interface SharedLook {
  /** What keeps a connection, by its name, from being used for everybody. */
  readonly obstacleOf: (connection: string) => SharedObstacle | undefined;
  /** False: nobody has looked at the store, so that what may be missing is a warning. */
  readonly isKnown: boolean;
}

/** Finds shared connections that must be connected before a recipe can start, each at the place that names it. */
export function checkShared(recipes: RecipeBook, look: SharedLook): readonly Problem[] {
  return recipes.started().flatMap((recipe) =>
    namedIn(recipe, recipes).flatMap((slot): readonly Problem[] => {
      const obstacle = slot.verifyUserAccess ? undefined : look.obstacleOf(slot.use);
      if (!obstacle) return [];
      const { line, column, use } = slot;
      return [
        {
          file: recipe.file,
          line,
          column,
          severity: look.isKnown ? 'error' : 'warning',
          message: `"${use}" is shared by everybody and ${look.isKnown ? obstacleText(obstacle) : 'must be connected first'}`,
          hint: `run behalf connect ${use}${obstacle.kind === 'never_connected' ? ', or set verify_user_access: true' : ''}`,
        },
      ];
    }),
  );
}

/** What is wrong with a connection, in words that follow its name. */
export function obstacleText({ kind, reason }: SharedObstacle): string {
  const texts = { never_connected: 'is not connected', disconnected: 'is disconnected', needs_login: 'needs a login' };
  return `${texts[kind]}${reason === undefined ? '' : ` (${reason})`}`;
}

/** The connections that a recipe names itself: its own, and those that it gives to recipes that it calls. */
function namedIn(recipe: CompiledRecipe, recipes: RecipeBook): readonly ConnectionSlot[] {
  const given = callsOf(recipe).flatMap((step) => {
    const callee = recipes.get(step.recipe);
    const named = new Set(step.connections.map(({ slot }) => slot));
    return callee ? slotsOfCall(step, callee).filter(({ slot }) => named.has(slot)) : [];
  });
  return [...recipe.connections, ...given];
}

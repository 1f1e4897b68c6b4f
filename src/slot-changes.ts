import type { CompiledRecipe } from './recipes/compiled-recipe.js';

/** An app of a recipe that has another connection than before, everywhere in that recipe. */
export interface SlotChange {
  readonly recipe: string;
  readonly slot: string;
  readonly from: string;
  readonly to: string;
  /** True: each person uses a connection of their own there, and has none under the new name yet. */
  readonly isPersonal: boolean;
}

/** What reading the files again has changed about the connections of recipes that were there before. */
export function slotChanges(
  before: readonly CompiledRecipe[],
  after: readonly CompiledRecipe[],
): readonly SlotChange[] {
  const former = new Map(before.map((recipe) => [recipe.id, recipe.connections]));
  return after.flatMap(({ connections, id: recipe }) =>
    connections.flatMap(({ slot, use: to, verifyUserAccess: isPersonal }) => {
      const from = former.get(recipe)?.find((other) => other.slot === slot)?.use;
      return from === undefined || from === to ? [] : [{ recipe, slot, from, to, isPersonal }];
    }),
  );
}

/** For the log. */
export function slotChangeText({ from, isPersonal, recipe, slot, to }: SlotChange): string {
  const effect = isPersonal ? `; people log in once more, those of ${from} are kept` : '';
  return `${recipe} uses ${to} in place of ${from} for ${slot}, in all its steps${effect}`;
}

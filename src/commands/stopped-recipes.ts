import { type Message, textMessage } from '../chat/message.js';
import { notConnectedText, type RecipeHolds } from '../jobs/recipe-holds.js';
import type { RecipeStops } from '../jobs/recipe-stops.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';

/** Recipes whose command does nothing for now: they have stopped themselves, or wait for a shared connection. */
export class StoppedRecipes {
  readonly #parts: { readonly stops: RecipeStops; readonly holds: RecipeHolds };

  constructor(parts: { readonly stops: RecipeStops; readonly holds: RecipeHolds }) {
    this.#parts = parts;
  }

  /** As far as is known here, for lists. */
  has(recipe: string): boolean {
    const { holds, stops } = this.#parts;
    return stops.isStopped(recipe) || holds.of(recipe).length > 0;
  }

  /** What the person who calls it reads; nothing: it may start. Costs a look at the store only where it was held. */
  async messageFor({ id, name }: CompiledRecipe): Promise<Message | undefined> {
    const { holds, stops } = this.#parts;
    if (stops.isStopped(id)) {
      const why = ' has stopped: it has not worked several times in a row. Your administrator has been told.';
      return textMessage([{ text: name, style: 'italic' }, { text: why }]);
    }
    const held = await holds.now(id);
    if (held.length === 0) return undefined;
    const why = ` cannot start: ${notConnectedText(held.map(({ title }) => title))}`;
    return textMessage([{ text: name, style: 'italic' }, { text: why }]);
  }
}

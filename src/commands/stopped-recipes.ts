import { type Message, textMessage } from '../chat/message.js';
import type { RecipeHolds } from '../jobs/recipe-holds.js';
import type { RecipeStops } from '../jobs/recipe-stops.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { Texts } from '../texts/english.js';

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
  async messageFor({ id, name }: CompiledRecipe, { commands, connections }: Texts): Promise<Message | undefined> {
    const { holds, stops } = this.#parts;
    if (stops.isStopped(id)) return textMessage(commands.stoppedItself(name));
    const held = await holds.now(id);
    if (held.length === 0) return undefined;
    const apps = [...new Set(held.map(({ title }) => title))];
    return textMessage(commands.cannotStart(name, connections.notConnected(apps)));
  }
}

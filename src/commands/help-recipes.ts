import type { ChatUser, Outsider } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import type { DenialOf } from '../jobs/permission.js';
import { joinKey } from '../kernel/ids.js';
import type { Metrics } from '../kernel/metrics.port.js';
import { type HelpRecipe, WHOLE_HELP } from '../recipes/compiled-recipe.js';
import { normalizeCommand } from '../recipes/parameters.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { textsFor } from '../texts/texts-for.js';
import type { AcceptCommand } from './accept-command.js';
import type { EventClaims, Press } from './event-claims.js';
import { refusalOf } from './refusals.js';
import type { StoppedRecipes } from './stopped-recipes.js';

/** Typed behind `help`: the built-in help, whatever recipe answers `help`. */
export const BUILT_IN_TOPIC = 'commands';

interface HelpRecipesDeps {
  readonly accept: AcceptCommand;
  readonly claims: EventClaims;
  readonly recipes: () => RecipeBook;
  readonly stopped: Pick<StoppedRecipes, 'messageFor'>;
  readonly denialOf: DenialOf;
  /** Title of an app that people read; undefined where there is no such app. */
  readonly appTitle: (app: string) => string | undefined;
  readonly metrics: Metrics;
}

interface Asking {
  /** Of the event. */
  readonly id: string;
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly person?: Outsider | undefined;
  readonly locale?: string | undefined;
}

/** The recipes that answer `help` and `help <app>` in place of the built-in text. */
export class HelpRecipes {
  readonly #deps: HelpRecipesDeps;

  constructor(deps: HelpRecipesDeps) {
    this.#deps = deps;
  }

  /**
   * Starts the recipe that answers `help <topic>`, or `help` alone, once per event. Tells whether there is one that works and
   * that this person may run; if not, the built-in help is theirs. `button`: where it was pressed, not typed.
   */
  async start(asking: Asking, topic = '', button?: Press): Promise<boolean> {
    const { accept, claims, denialOf, metrics, stopped } = this.#deps;
    const recipe = this.#find(topic);
    if (!recipe || (await stopped.messageFor(recipe, textsFor(asking.locale)))) return false;
    if (await refusalOf(denialOf, recipe, asking)) return false;
    metrics.count('commands', { command: 'help' });
    const { conversation, id, locale, user } = asking;
    const eventId = joinKey(user.platform, user.tenantId, id);
    const job = { user, conversation, locale, recipe, eventId, parameters: { topic } };
    const begin = () => accept.accept(job, id);
    await (button ? claims.press(button, begin) : begin());
    return true;
  }

  /** An app is called by its name or its title. A command of these words comes first. */
  #find(topic: string): HelpRecipe | undefined {
    const { appTitle, recipes } = this.#deps;
    const wanted = normalizeCommand(topic);
    const book = recipes();
    if (wanted === BUILT_IN_TOPIC || book.byCommand(wanted)) return undefined;
    return book.helpers().find(({ trigger: { target } }) => {
      if (target === WHOLE_HELP) return wanted === '';
      const names = [target, target.replaceAll('_', ' '), normalizeCommand(appTitle(target) ?? target)];
      return names.includes(wanted);
    });
  }
}

import type { ChatUser, Outsider } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import type { DenialOf } from '../jobs/permission.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import { type CommandRecipe, isHelpRecipe } from '../recipes/compiled-recipe.js';
import { normalizeCommand } from '../recipes/parameters.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { textsFor } from '../texts/texts-for.js';
import { commandMessage } from './command-help.js';
import { helpMessage, type OfferedCommand, pageOf, unknownMessage } from './help-messages.js';
import { BUILT_IN_TOPIC } from './help-recipes.js';
import { allowedTo } from './refusals.js';
import type { CommandRouter } from './router.js';
import type { StoppedRecipes } from './stopped-recipes.js';

/** How many closest commands an unknown text is answered with. */
const SUGGESTIONS = 3;

interface HelpDeps {
  readonly recipes: () => RecipeBook;
  readonly stopped: Pick<StoppedRecipes, 'has'>;
  readonly router: () => CommandRouter;
  readonly denialOf: DenialOf;
  /** Title of the app that a connection leads to. */
  readonly titleOf: (connection: string) => string;
  /** Title of an app that people read; undefined where there is no such app. */
  readonly appTitle: (app: string) => string | undefined;
  readonly clicks: Clicks;
  /** True where a person's connections stand beside it: no button leads to them. */
  readonly isBesideConnections?: boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface HelpView {
  readonly app?: string | undefined;
  /** Counts from 0. */
  readonly page?: number | undefined;
}

interface Asking {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly person?: Outsider | undefined;
  readonly locale?: string | undefined;
}

/** What there is to be typed; each person reads of what they may run. */
export class Help {
  readonly #deps: HelpDeps;

  constructor(deps: HelpDeps) {
    this.#deps = deps;
  }

  /** The same, for another place. */
  drawnWith(parts: Pick<HelpDeps, 'clicks' | 'isBesideConnections'>): Help {
    return new Help({ ...this.#deps, ...parts });
  }

  /** `help`, or one page of it; of the commands of an app alone where `app` names one. */
  async all(event: Asking, { app, page = 0 }: HelpView = {}): Promise<Message> {
    const allowed = await this.#allowed(event);
    const wanted = app === undefined ? allowed : allowed.filter((recipe) => this.#appsOf(recipe).includes(app));
    return this.#list(event, wanted, { page, ...(app === undefined ? {} : { app }) });
  }

  /** `help <command>` and `help <app>`. */
  async about(event: Asking, topic: string): Promise<Message> {
    const wanted = normalizeCommand(topic);
    if (wanted === BUILT_IN_TOPIC) return this.all(event);
    const allowed = await this.#allowed(event);
    const recipe = allowed.find(({ trigger }) => trigger.command === wanted);
    if (recipe) {
      const [offered] = await this.#offered(event, [recipe]);
      if (offered) return commandMessage(offered, textsFor(event.locale));
    }
    const { commands, help } = textsFor(event.locale);
    const built = this.#deps.router().match(topic, commands.words);
    if (built.kind === 'built_in') return built.command === 'help' ? this.all(event) : textMessage(help.builtIn);
    const ofApp = allowed.filter((candidate) => this.#appsOf(candidate).includes(wanted));
    const isApp = ofApp.some(({ hidden }) => !hidden);
    return isApp ? this.#list(event, ofApp, { page: 0, app: wanted }) : this.unknown(event, topic);
  }

  /** The answer to a text that calls nothing. */
  async unknown(event: Asking, text: string): Promise<Message> {
    const { denialOf, logger, metrics, router } = this.#deps;
    metrics.count('commands', { command: 'unknown' });
    logger.debug({ characters: text.length, platform: event.user.platform }, 'unknown command');
    const allowed = await allowedTo(denialOf, router().closest(text), event);
    const closest = await this.#offered(event, allowed.slice(0, SUGGESTIONS));
    const builtIn = router().closestBuiltIn(text);
    const [helpToken = ''] = await this.#deps.clicks.issue(event.user, [{ kind: 'help' }]);
    const texts = textsFor(event.locale);
    return unknownMessage({ closest, helpToken, texts, ...(builtIn === undefined ? {} : { builtIn }) });
  }

  /** In place of the failure of a recipe that was to help. Whom recipes let in as outsiders is not known any more then. */
  async insteadOf(recipe: string, asking: Asking): Promise<Message | undefined> {
    const failed = this.#deps.recipes().get(recipe);
    const mayBeOutsider = (failed?.allow?.outsiders.length ?? 0) > 0;
    return failed && isHelpRecipe(failed) && !mayBeOutsider ? this.all(asking) : undefined;
  }

  #allowed(event: Asking): Promise<readonly CommandRecipe[]> {
    const { denialOf, recipes, stopped } = this.#deps;
    const working = recipes()
      .commands()
      .filter(({ id }) => !stopped.has(id));
    return allowedTo(denialOf, working, event);
  }

  async #list(
    event: Asking,
    recipes: readonly CommandRecipe[],
    { app, page }: { readonly app?: string; readonly page: number },
  ): Promise<Message> {
    const view = pageOf(recipes, { page, appOf: (recipe) => this.#groupOf(recipe) });
    const turn = (to: number) => ({ kind: 'help' as const, page: to, ...(app === undefined ? {} : { app }) });
    const [connectionsToken = '', runToken = '', previousToken = '', nextToken = ''] = await this.#deps.clicks.issue(
      event.user,
      [
        { kind: 'connections' },
        // One page needs nothing to turn it.
        ...(view.pages === 1
          ? []
          : [{ kind: 'run-chosen' as const }, turn(Math.max(0, view.page - 1)), turn(view.page + 1)]),
      ],
    );
    const commands = await this.#offered(event, view.shown);
    const beside = this.#deps.isBesideConnections ? {} : { connectionsToken };
    const tokens = { ...beside, runToken, previousToken, nextToken };
    return helpMessage({ view, commands, ...tokens, texts: textsFor(event.locale) });
  }

  async #offered(event: Asking, recipes: readonly CommandRecipe[]): Promise<readonly OfferedCommand[]> {
    if (recipes.length === 0) return [];
    const clicks = recipes.map(({ trigger: { command } }) => ({ kind: 'command' as const, command, parameters: {} }));
    const tokens = await this.#deps.clicks.issue(event.user, clicks);
    return recipes.map((recipe, index) => ({ recipe, token: tokens[index] ?? '' }));
  }

  /** The app that a command is listed under: its first one. */
  #groupOf({ connections: [first] }: CommandRecipe): string | undefined {
    const name = first?.slot.replace(/_secondary$/u, '');
    return name === undefined ? undefined : this.#deps.appTitle(name);
  }

  /** By the name in recipes, and by the title that people read. */
  #appsOf({ connections }: CommandRecipe): readonly string[] {
    return connections.flatMap(({ slot, use }) => {
      const name = slot.replace(/_secondary$/u, '');
      return [name, name.replaceAll('_', ' '), normalizeCommand(this.#deps.titleOf(use))];
    });
  }
}

import type { OptionsEvent } from '../chat/chat-event.js';
import type { Click } from '../chat/clicks.js';
import type { FormChoice } from '../chat/form.js';
import type { OptionSearches } from '../jobs/options/option-searches.js';
import type { MissingLogin } from '../jobs/resolve-connections.js';
import { asBehalfError } from '../kernel/errors.js';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import { joinKey, sha256 } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { textsFor } from '../texts/texts-for.js';
import { isSearched, OPTIONS_WITHIN_MS, type SearchedParameter } from './choices.js';
import type { FormParts } from './form-parts.js';
import { withDefaults } from './gather-parameters.js';
import { refusalOf } from './refusals.js';
import { sayPrivately } from './say.js';
import { within } from './within.js';

/** How long a form that has asked for a login does not ask again, in ms. */
const ASK_AGAIN_MS = 5 * 60_000;

type FormClick = Extract<Click, { kind: 'form' }>;

interface FormOptionsDeps extends FormParts {
  readonly searches: OptionSearches;
  readonly store: ExpiringStore;
  readonly logger: Logger;
}

/** The options of a form's field while somebody types in it. */
export class FormOptions {
  readonly #deps: FormOptionsDeps;

  constructor(deps: FormOptionsDeps) {
    this.#deps = deps;
  }

  /**
   * Offers what is found within the platforms' time, and nothing to whom the form is not for. Where it is not known what there is,
   * the menu says so in its one line: empty, it would say that there is none. Never rejects.
   */
  async answer(event: OptionsEvent): Promise<void> {
    const { clock, logger } = this.#deps;
    const { field, user } = event;
    try {
      const choices = await within(clock, OPTIONS_WITHIN_MS, this.#choices(event), undefined);
      if (choices) return event.offer(choices);
      logger.info({ platform: user.platform, field }, 'options came too late to be offered');
    } catch (error) {
      logger.warn({ platform: user.platform, field, err: asBehalfError(error) }, 'no options');
    }
    event.offer([{ label: textsFor(event.locale).commands.notLookedUpInMenu, value: 'nothing' }]);
  }

  async #choices(event: OptionsEvent): Promise<readonly FormChoice[]> {
    const { clicks, offered, recipes, searches } = this.#deps;
    const redeemed = await clicks.redeem(event.user, event.token);
    if (redeemed.kind !== 'ok' || redeemed.click.kind !== 'form') return [];
    const form = redeemed.click;
    const recipe = recipes().get(form.recipe);
    const parameter = recipe?.parameters.filter(isSearched).find(({ name }) => name === event.field);
    if (!recipe || !parameter || recipe.version !== form.recipeVersion) return [];
    if (await this.#isRefused(event, recipe, form)) return [];
    const given = withDefaults(recipe, form.given);
    const outcome = await searches.typeAhead({ user: event.user, recipe, parameter, given, query: event.query });
    switch (outcome.kind) {
      case 'found':
        return offered.offer({ token: event.token, field: parameter.name, user: event.user }, outcome.options);
      case 'superseded':
        return [];
      case 'login_required':
        return this.#askForLogin(event, { form, recipe, parameter }, outcome.missing);
    }
  }

  async #isRefused(event: OptionsEvent, recipe: CompiledRecipe, { conversation }: FormClick): Promise<boolean> {
    return (await refusalOf(this.#deps.denialOf, recipe, { ...event, conversation })) !== undefined;
  }

  /** The login can be lost while a form stands open: the menu says so, and the chat has the button. */
  async #askForLogin(
    { locale, token, user }: OptionsEvent,
    open: { readonly form: FormClick; readonly recipe: CompiledRecipe; readonly parameter: SearchedParameter },
    missing: readonly MissingLogin[],
  ): Promise<readonly FormChoice[]> {
    const { chats, logins, store } = this.#deps;
    const { form, recipe } = open;
    const { conversation } = form;
    if (await store.add({ kind: 'offer', id: joinKey(sha256(token), 'login') }, 'asked', ASK_AGAIN_MS)) {
      const message = await logins.forForm({ user, conversation, locale, recipe, missing });
      await sayPrivately(chats(user.platform), { user, conversation }, message);
    }
    const apps = missing.map(({ parent }) => parent.title);
    return [{ label: textsFor(locale).commands.loginFirstInMenu(apps), value: 'login' }];
  }
}

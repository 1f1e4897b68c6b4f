import type { ChatUser } from '../chat/chat-user.js';
import type { OptionSearches, SearchOutcome } from '../jobs/options/option-searches.js';
import type { MissingLogin } from '../jobs/resolve-connections.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, isBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { OptionSearch, Parameter, ParameterOption } from '../recipes/compiled-parameter.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { unquote } from '../recipes/parameter-values.js';
import { parametersReadBy } from '../recipes/search-datapills.js';
import { errorText } from '../texts/error-text.js';
import { textsFor } from '../texts/texts-for.js';
import { firstMissing, type Gathered, type ParameterProblem, type Values, withDefaults } from './gather-parameters.js';
import { within } from './within.js';

/** How long options are waited for, in ms: Slack takes them for 3 s, and Teams for 5. */
export const OPTIONS_WITHIN_MS = 2_000;
/** Options that stand in a question. */
const MAX_CHOICES = 25;

export type SearchedParameter = Parameter & { readonly search: OptionSearch };

/** What is known of a command after its options were looked for. */
export interface Taken extends Required<Pick<Gathered, 'values' | 'texts'>> {
  /** How chosen values read, by parameter. */
  readonly labels: Readonly<Record<string, string>>;
  readonly next: NextStep;
}

/** What stands between a command and its job. */
export type NextStep =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'question'; readonly problem: ParameterProblem }
  /** Logins without which the options of this parameter cannot be looked for. */
  | { readonly kind: 'login'; readonly parameter: Parameter; readonly missing: readonly MissingLogin[] };

type LoginStep = Extract<NextStep, { kind: 'login' }>;

interface Place {
  readonly recipe: CompiledRecipe;
  readonly user: ChatUser;
  readonly locale?: string | undefined;
}

interface ChoicesDeps {
  readonly searches: OptionSearches;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Looked =
  | { readonly kind: 'chosen'; readonly option: ParameterOption }
  | { readonly kind: 'login'; readonly missing: readonly MissingLogin[] }
  | { readonly kind: 'problem'; readonly problem: ParameterProblem };

/** From what people type for a parameter to one of the options that an app finds for it. */
export class Choices {
  readonly #deps: ChoicesDeps;

  constructor(deps: ChoicesDeps) {
    this.#deps = deps;
  }

  /** Looks for what was typed, in the order of the parameters; what depends on a value that is not there yet waits for it. */
  async take(gathered: Gathered, place: Place): Promise<Taken> {
    const { recipe } = place;
    const values: Record<string, unknown> = { ...gathered.values };
    const texts: Record<string, string> = { ...gathered.texts };
    const labels: Record<string, string> = {};
    let problem = gathered.problem?.message === undefined ? undefined : gathered.problem;
    for (const parameter of recipe.parameters.filter(isSearched)) {
      const { name, search } = parameter;
      const text = texts[name];
      const isWaiting = parametersReadBy(search, recipe.parameters).some(
        (read) => texts[read.name] !== undefined || firstMissing({ ...recipe, parameters: [read] }, values),
      );
      // One thing is asked at a time: what was typed is kept for later.
      if (text === undefined || isWaiting || problem) continue;
      const looked = await this.#look(parameter, text, withDefaults(recipe, values), place);
      if (looked.kind === 'login') return { values, texts, labels, next: { ...looked, parameter } };
      delete texts[name];
      if (looked.kind === 'problem') problem = looked.problem;
      if (looked.kind !== 'chosen') continue;
      values[name] = looked.option.value;
      labels[name] = looked.option.label;
    }
    problem ??= firstMissing(recipe, values, texts);
    if (!problem) return { values, texts, labels, next: { kind: 'nothing' } };
    const login = problem.parameter.hidden ? undefined : await this.missingLogin(place, values);
    return { values, texts, labels, next: login ?? { kind: 'question', problem } };
  }

  /** What has to be logged in to before the options of what is not known yet can be offered. */
  async missingLogin({ recipe, user }: Place, values: Values): Promise<LoginStep | undefined> {
    const isAskedFor = ({ hidden, name, optional }: Parameter) =>
      !hidden && (!optional || recipe.usesForm) && values[name] === undefined;
    const open = recipe.parameters.filter(isSearched).filter(isAskedFor);
    const searches = open.map(({ search }) => search);
    const [parameter] = open;
    const missing = await this.#deps.searches.missingLogins(user, recipe, searches);
    return parameter && missing.length > 0 ? { kind: 'login', parameter, missing } : undefined;
  }

  async #look(parameter: SearchedParameter, typed: string, given: Values, place: Place): Promise<Looked> {
    const { commands } = textsFor(place.locale);
    const text = unquote(typed.trim());
    const shown = text.slice(0, 100);
    const { minQuery } = parameter.search;
    if (text.length < Math.max(1, minQuery)) {
      const message = minQuery > 1 ? commands.typeMore(minQuery) : commands.typeWhat;
      return { kind: 'problem', problem: { parameter, message } };
    }
    const outcome = await this.#find(parameter, text, given, place);
    if (typeof outcome === 'string') return { kind: 'problem', problem: { parameter, message: outcome } };
    if (outcome.kind === 'login_required') return { kind: 'login', missing: outcome.missing };
    const options = outcome.kind === 'found' ? outcome.options : [];
    const option = exactMatch(options, text);
    if (option) return { kind: 'chosen', option };
    if (options.length === 0) return { kind: 'problem', problem: { parameter, message: commands.nothingFound(shown) } };
    const choices = options.slice(0, MAX_CHOICES);
    const message =
      choices.length < options.length ? commands.firstOfMore(MAX_CHOICES) : commands.found(shown, options.length);
    return { kind: 'problem', problem: { parameter, message, choices } };
  }

  /** What was found, or what to say where it could not be looked for. */
  async #find(
    parameter: SearchedParameter,
    query: string,
    given: Values,
    place: Place,
  ): Promise<SearchOutcome | string> {
    const { clock, logger, searches } = this.#deps;
    const texts = textsFor(place.locale);
    try {
      const search = searches.find({ ...place, parameter, query, given });
      return await within(clock, OPTIONS_WITHIN_MS, search, texts.commands.noAnswerInTime);
    } catch (error) {
      if (isBehalfError(error, 'store.unavailable')) throw error;
      const err = asBehalfError(error);
      logger.warn({ recipe: place.recipe.id, parameter: parameter.name, err }, 'options could not be looked for');
      return errorText(err, texts);
    }
  }
}

/** True for parameters whose options an app finds. */
export function isSearched(parameter: Parameter): parameter is SearchedParameter {
  return parameter.search !== undefined;
}

/** The one option that reads or is what was typed: what is only like it might be meant or not. */
function exactMatch(options: readonly ParameterOption[], text: string): ParameterOption | undefined {
  const byValue = options.find(({ value }) => String(value) === text);
  if (byValue) return byValue;
  const byLabel = options.filter(({ label }) => label.toLowerCase() === text.toLowerCase());
  return byLabel.length === 1 ? byLabel[0] : undefined;
}

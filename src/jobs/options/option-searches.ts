import { LRUCache } from 'lru-cache';
import { type ChatUser, chatUserKey } from '../../chat/chat-user.js';
import type { ActionCall } from '../../connectors/action-call.js';
import type { Clock } from '../../kernel/clock.port.js';
import { asBehalfError, BehalfError } from '../../kernel/errors.js';
import { joinKey, sha256 } from '../../kernel/ids.js';
import type { Metrics } from '../../kernel/metrics.port.js';
import type { OptionSearch, Parameter, ParameterOption } from '../../recipes/compiled-parameter.js';
import type { CompiledRecipe } from '../../recipes/compiled-recipe.js';
import { asksWithQuery, parametersReadBy } from '../../recipes/search-datapills.js';
import type { MissingLogin, ResolvedSlot, SlotResolver } from '../resolve-connections.js';
import { type FindParts, type FoundOptions, findOptions } from './find-options.js';
import { LatestOnly } from './latest-only.js';

/** How long what was found is good for, in ms: a person types, looks, and types again. */
const KEEP_MS = 30_000;
/** Characters of what is kept, of all people together. */
const MAX_KEPT = 8_000_000;
/** As many as the platforms' menus hold. */
const MAX_OPTIONS = 100;
/** Longest text that is looked for. */
const MAX_QUERY = 200;

interface OptionSearchesDeps {
  readonly resolverFor: (user: ChatUser) => SlotResolver;
  readonly perform: (call: Omit<ActionCall, 'http' | 'clock'>, user: ChatUser) => Promise<unknown>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

export interface OptionRequest {
  readonly user: ChatUser;
  readonly recipe: CompiledRecipe;
  readonly parameter: Pick<Parameter, 'name'> & { readonly search: OptionSearch };
  /** What is known of the command's parameters. */
  readonly given: Readonly<Record<string, unknown>>;
  /** What was typed. */
  readonly query: string;
}

type Found = Extract<FoundOptions, { kind: 'found' }>;

export type SearchOutcome =
  | Found
  /** The options are the person's own: they have to log in first. */
  | { readonly kind: 'login_required'; readonly missing: readonly MissingLogin[] }
  /** Somebody who types has typed on. */
  | { readonly kind: 'superseded' };

/**
 * Looks for the options of parameters, as the person who asks: through their own connection where the recipe verifies user
 * access, and never through the shared one instead. What was found is kept for a moment, for this person and this login
 * only. While a person types in a field one search runs; of those that come meanwhile only the latest follows.
 */
export class OptionSearches {
  readonly #deps: OptionSearchesDeps;
  readonly #kept = new LRUCache<string, { readonly found: Found; readonly until: number }>({
    maxSize: MAX_KEPT,
    sizeCalculation: ({ found }) => 100 + JSON.stringify(found.options).length,
  });
  readonly #running = new Map<string, Promise<SearchOutcome>>();
  readonly #typing = new LatestOnly<SearchOutcome>({ kind: 'superseded' });

  constructor(deps: OptionSearchesDeps) {
    this.#deps = deps;
  }

  /** The logins that the options of these parameters need and that are not there. */
  async missingLogins(
    user: ChatUser,
    recipe: CompiledRecipe,
    searches: readonly OptionSearch[],
  ): Promise<readonly MissingLogin[]> {
    if (searches.length === 0) return [];
    const { missing } = await this.#resolve(user, recipe, searches);
    return missing;
  }

  /** For each letter that is typed. Fails as the action does. */
  typeAhead(request: OptionRequest): Promise<SearchOutcome> {
    const { parameter, recipe, user } = request;
    return this.#typing.run(joinKey(chatUserKey(user), recipe.id, parameter.name), () => this.find(request));
  }

  /** For a text that was sent. Fails as the action does. */
  async find(request: OptionRequest): Promise<SearchOutcome> {
    const { parameter, recipe, user } = request;
    const typed = request.query.trim().slice(0, MAX_QUERY);
    const { missing, slots } = await this.#resolve(user, recipe, [parameter.search]);
    if (missing.length > 0) return { kind: 'login_required', missing };
    if (typed.length < parameter.search.minQuery) return { kind: 'found', options: [] };
    const [slot] = slots.values();
    if (!slot) throw new BehalfError('recipe.invalid', `No connection in slot ${parameter.search.slot}`);
    // An app that is not told what was typed gives one list for all of it.
    const isTold = asksWithQuery(parameter.search);
    const outcome = await this.#cached({ ...request, query: isTold ? typed : '' }, slot);
    if (outcome.kind !== 'found') return outcome;
    const fitting = isTold ? outcome.options : outcome.options.filter((option) => fits(option, typed));
    return { kind: 'found', options: fitting.slice(0, MAX_OPTIONS) };
  }

  async #cached(request: OptionRequest, slot: ResolvedSlot): Promise<SearchOutcome> {
    const key = keyOf(request, slot);
    const kept = this.#kept.get(key);
    if (kept && kept.until > this.#deps.clock.now()) return this.#counted(slot, 'kept', kept.found);
    const running = this.#running.get(key);
    if (running) return running;
    const search = this.#search(request, slot, key).finally(() => this.#running.delete(key));
    this.#running.set(key, search);
    return search;
  }

  async #search(request: OptionRequest, slot: ResolvedSlot, key: string): Promise<SearchOutcome> {
    const { clock, perform, resolverFor } = this.#deps;
    const { given, parameter, query, recipe, user } = request;
    try {
      const parts: FindParts = { perform: (call) => perform(call, user), resolver: resolverFor(user), slot };
      const found = await findOptions(parts, { recipe, search: parameter.search, data: { query, parameters: given } });
      if (found.kind === 'login_required')
        return this.#counted(slot, 'login_required', { kind: 'login_required', missing: [found.missing] });
      this.#kept.set(key, { found, until: clock.now() + KEEP_MS });
      return this.#counted(slot, 'found', found);
    } catch (error) {
      return Promise.reject(this.#counted(slot, asBehalfError(error).code, error));
    }
  }

  async #resolve(user: ChatUser, recipe: CompiledRecipe, searches: readonly OptionSearch[]) {
    const wanted = recipe.connections.map((slot) => {
      const actions = searches.filter((search) => search.slot === slot.slot).map(({ action }) => action);
      return { ...slot, actions };
    });
    const used = wanted.filter(({ actions }) => actions.length > 0);
    return this.#deps.resolverFor(user).resolve(recipe.name, used);
  }

  #counted<T>({ connector }: ResolvedSlot, outcome: string, result: T): T {
    this.#deps.metrics.count('option_searches', { app: connector.name, outcome });
    return result;
  }
}

function fits({ label, value }: ParameterOption, typed: string): boolean {
  return label.toLowerCase().includes(typed.toLowerCase()) || String(value) === typed;
}

/** Whose search it is, for what, and through which login: another login or another version finds anew. */
function keyOf({ given, parameter, query, recipe, user }: OptionRequest, slot: ResolvedSlot): string {
  const read = parametersReadBy(parameter.search, recipe.parameters).map(({ name }) => [name, given[name]]);
  const generation = slot.credential.kind === 'bearer' ? slot.credential.generation : undefined;
  const whose = [chatUserKey(user), slot.key, slot.account?.id, generation];
  return sha256(JSON.stringify([whose, recipe.id, recipe.version, parameter.name, query, read]));
}

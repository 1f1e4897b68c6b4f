import type { ActionCall } from '../../connectors/action-call.js';
import { BehalfError } from '../../kernel/errors.js';
import { randomToken } from '../../kernel/ids.js';
import type { OptionSearch, ParameterOption } from '../../recipes/compiled-parameter.js';
import type { CompiledRecipe } from '../../recipes/compiled-recipe.js';
import { evaluateOptions, evaluateSearchInput, type SearchData } from '../../recipes/evaluate-options.js';
import { callWithRenewal } from '../call-with-renewal.js';
import type { MissingLogin, ResolvedSlot, SlotResolver } from '../resolve-connections.js';

/** Time that the app may take, in ms. Nobody waits as long: what comes late is there for the next letter. */
const APP_TIMEOUT_MS = 10_000;

export interface FindRequest {
  readonly recipe: Pick<CompiledRecipe, 'id'>;
  readonly search: OptionSearch;
  readonly data: SearchData;
}

export interface FindParts {
  readonly perform: (call: Omit<ActionCall, 'http' | 'clock'>) => Promise<unknown>;
  readonly resolver: SlotResolver;
  readonly slot: ResolvedSlot;
}

export type FoundOptions =
  | { readonly kind: 'found'; readonly options: readonly ParameterOption[] }
  | { readonly kind: 'login_required'; readonly missing: MissingLogin };

/**
 * Carries out the action of a parameter's options and makes them out of its answer. Fails as the action does, and with
 * `datapill.failed`, `recipe.invalid`.
 */
export async function findOptions(parts: FindParts, { data, recipe, search }: FindRequest): Promise<FoundOptions> {
  const { perform, resolver, slot } = parts;
  const action = slot.connector.actions.get(search.action);
  if (!action)
    throw new BehalfError('recipe.invalid', `The connector has no action ${search.action}`, {
      details: { recipe: recipe.id },
    });
  const outcome = await callWithRenewal({ perform, resolver, slots: new Map() }, slot, {
    action,
    input: await evaluateSearchInput(search, data),
    idempotencyKey: randomToken(128),
    timeoutMs: APP_TIMEOUT_MS,
  });
  if (outcome.kind === 'login_required') return outcome;
  return { kind: 'found', options: await evaluateOptions(search, data, outcome.output) };
}

import { evaluateTemplate, evaluateText } from '../language/template.js';
import type { OptionSearch, ParameterOption } from './compiled-parameter.js';

/** Items of an answer that are looked at. */
const MAX_ITEMS = 1_000;
/** Characters; platforms cut labels further. */
const MAX_LABEL = 200;
/** Characters of a value. It never goes to the platform. */
const MAX_VALUE = 1_000;

/** What the datapills of options can see before the app has answered. */
export type SearchData = {
  readonly query: string;
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** The input of the action that finds options: values that are absent are left out. Fails with `datapill.failed`. */
export async function evaluateSearchInput(
  { input }: OptionSearch,
  data: SearchData,
): Promise<Readonly<Record<string, unknown>>> {
  const filled: [string, unknown][] = [];
  for (const { name, value } of input) filled.push([name, await evaluateTemplate(value, data)]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

/**
 * The items of an answer as options; those without a value that can be one are left out, and of two alike the second.
 * Fails with `datapill.failed`.
 */
export async function evaluateOptions(
  search: OptionSearch,
  asked: SearchData,
  answer: unknown,
): Promise<readonly ParameterOption[]> {
  const data = { ...asked, answer };
  const list = await search.list.evaluate(data);
  const items: readonly unknown[] = Array.isArray(list) ? list : list === undefined || list === null ? [] : [list];
  const options = new Map<string, ParameterOption>();
  for (const option of items.slice(0, MAX_ITEMS)) {
    const value = await evaluateTemplate(search.value, { ...data, option });
    if (!isValue(value) || options.has(String(value))) continue;
    const label = (await evaluateText(search.label, { ...data, option })).replaceAll(/\s+/gu, ' ').trim();
    options.set(String(value), { value, label: [...(label || String(value))].slice(0, MAX_LABEL).join('') });
  }
  return [...options.values()];
}

function isValue(value: unknown): value is string | number {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' && value !== '' && value.length <= MAX_VALUE;
}

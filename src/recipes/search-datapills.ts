import type { Datapill } from '../language/datapill.js';
import { datapillsOf } from '../language/template.js';
import type { OptionSearch, Parameter } from './compiled-parameter.js';
import { datapillsOfValues } from './walk-steps.js';

/** Every datapill of where options come from. */
export function datapillsOfSearch({ input, label, list, value }: OptionSearch): readonly Datapill[] {
  return [...datapillsOfValues(input), list, ...[label, value].flatMap(datapillsOf)];
}

/** True when the app is told what was typed; else it gives the same list whatever is typed. */
export function asksWithQuery({ input }: OptionSearch): boolean {
  return datapillsOfValues(input).some(({ references }) => references.some(([root]) => root === 'query'));
}

/** The parameters that options depend on, out of all of the command's. */
export function parametersReadBy(search: OptionSearch, parameters: readonly Parameter[]): readonly Parameter[] {
  const reads = datapillsOfSearch(search).flatMap(({ references }) =>
    references.filter(([root]) => root === 'parameters').map(([, name]) => name),
  );
  return parameters.filter((parameter) => reads.includes(parameter.name));
}

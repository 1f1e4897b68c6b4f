import type { Datapill } from '../language/datapill.js';
import type { Position } from '../language/problem.js';
import type { YamlDocument, YamlPath } from '../language/yaml-document.js';
import type { Parameter } from './compiled-parameter.js';
import type { CompiledStep } from './compiled-recipe.js';
import type { InputValue } from './compiled-reply.js';
import { datapillsOfSearch } from './search-datapills.js';
import { allSteps, datapillsOfStep, datapillsOfValues } from './walk-steps.js';

interface Parts {
  readonly steps: readonly CompiledStep[];
  readonly parameters: readonly Parameter[];
  readonly outputs: readonly InputValue[];
}

/** Texts with `{{ … }}` in places where nothing fills it in: names, descriptions, prompts, titles of forms. */
export function unfilledTexts(document: YamlDocument, { outputs, parameters, steps }: Parts): readonly Position[] {
  const filled = new Set(
    [
      ...allSteps(steps).flatMap(datapillsOfStep),
      ...parameters.flatMap(({ search }) => (search ? datapillsOfSearch(search) : [])),
      ...datapillsOfValues(outputs),
    ].map((pill: Datapill) => keyOf(pill.position)),
  );
  return textsWithBraces(document.value, [])
    .map((path) => document.positionInside(path, '{{', 0))
    .filter((position) => !filled.has(keyOf(position)));
}

function textsWithBraces(value: unknown, path: YamlPath): readonly YamlPath[] {
  if (typeof value === 'string') return /\{\{.*\}\}/su.test(value) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsWithBraces(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsWithBraces(item, [...path, key]));
}

function keyOf({ column, line }: Position): string {
  return `${line}:${column}`;
}

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
  return textsIn(document.value, [])
    .filter(({ text }) => /\{\{.*\}\}/su.test(text))
    .map(({ path }) => document.positionInside(path, '{{', 0))
    .filter((position) => !filled.has(keyOf(position)));
}

/** Names in single braces, with a `$` or without: datapills of other products, which stay as they are written. */
const FOREIGN = /(?<![{$])\$?\{\s*(?:parameters|steps|user|conversation|connections|job)\.[\w.]+\s*\}(?!\})/u;

/** Where texts have what looks like a datapill and is none. */
export function mistakenDatapills(document: YamlDocument): readonly Position[] {
  return textsIn(document.value, []).flatMap(({ path, text }) => {
    const found = FOREIGN.exec(text)?.[0];
    return found === undefined ? [] : [document.positionInside(path, found, 0)];
  });
}

function textsIn(value: unknown, path: YamlPath): readonly { readonly path: YamlPath; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key]));
}

function keyOf({ column, line }: Position): string {
  return `${line}:${column}`;
}

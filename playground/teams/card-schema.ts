import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json';
// Published by Microsoft at http://adaptivecards.io/schemas/1.5.0/adaptive-card.json (MIT licence).
import published from './schemas/adaptive-card-1.5.schema.json';
import type { CardFinding } from './types.js';

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  if (compiled) return compiled;
  const ajv = new Ajv({ strict: false, allErrors: true, verbose: true, formats: { uri: true, 'uri-reference': true } });
  ajv.addMetaSchema(draft06);
  // The file uses `id`, the keyword of draft 4, which Ajv refuses.
  const { id: _id, ...schema } = published;
  compiled = ajv.compile(schema);
  return compiled;
}

/**
 * A card without what Teams draws beyond version 1.5: `msteams` at the root, and `choices.data`, a search that gives the
 * choices of a ChoiceSet (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search).
 */
export function withoutAdditions(card: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { msteams: _msteams, ...own } = card;
  return JSON.parse(JSON.stringify(own, withoutSearch));
}

/** With a search, a ChoiceSet may begin without a choice. */
function withoutSearch(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('choices.data' in value)) return value;
  return { ...value, 'choices.data': undefined, choices: [{ title: 'searched', value: 'searched' }] };
}

/** What the schema of Adaptive Cards 1.5 says against a card. */
export function schemaFindings(plain: Readonly<Record<string, unknown>>): CardFinding[] {
  const validate = validator();
  if (validate(plain)) return [];
  const errors = validate.errors ?? [];
  const relevant = errors.filter((error) => isAboutItsOwnType(error, plain));
  const shown = relevant.length > 0 ? relevant : errors.slice(0, 3);
  return [...new Set(shown.map(describe))].map((message) => ({ level: 'error', message }));
}

/**
 * An element that is wrong fails every other alternative of `anyOf` as well; only the alternative of its own type
 * says something: that one's missing and unknown properties, and values of the wrong kind.
 */
function isAboutItsOwnType(error: ErrorObject, card: unknown): boolean {
  const path = error.instancePath.split('/').slice(1);
  if (error.keyword === 'required' || error.keyword === 'additionalProperties') {
    const types: unknown = error.parentSchema?.['properties']?.type?.enum;
    return Array.isArray(types) && types.includes(valueAt(card, [...path, 'type']));
  }
  return error.keyword !== 'anyOf' && path.at(-1) !== 'type' && typeof valueAt(card, path) !== 'object';
}

function valueAt(card: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.entries(value).find(([name]) => name === key)?.[1];
  }, card);
}

function describe(error: ErrorObject): string {
  const detail = Object.values(error.params).flat().join(', ');
  return `${error.instancePath || '/'} ${error.message ?? 'is wrong'} (${detail})`;
}

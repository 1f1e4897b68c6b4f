import { BehalfError } from '../kernel/errors.js';
import { didYouMean } from '../language/did-you-mean.js';
import { toText } from '../language/template.js';
import type { CallableInput, CallableRecipe } from './compiled-recipe.js';

/**
 * What a called recipe works with: each input of its type, or its default. Fails with `recipe.invalid`, whose message names
 * the input.
 */
export function takeInputs(
  { id, trigger }: Pick<CallableRecipe, 'id' | 'trigger'>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const taken = trigger.inputs.map((input): [string, unknown] => {
    const value = (Object.hasOwn(given, input.name) ? given[input.name] : undefined) ?? input.default;
    const isAbsent = value === undefined || value === null;
    if (isAbsent && !input.optional) throw unfit(id, `has no input "${input.name}"`);
    return [input.name, isAbsent ? undefined : convert(id, input, value)];
  });
  return Object.fromEntries(taken.filter(([, value]) => value !== undefined));
}

function convert(recipe: string, { name, type }: CallableInput, value: unknown): unknown {
  switch (type) {
    case 'any':
      return value;
    case 'string':
      return toText(value);
    case 'number': {
      const number = typeof value === 'string' && /^\s*[+-]?\d/u.test(value) ? Number(value) : value;
      if (Number.isFinite(number)) return number;
      throw unfit(recipe, `gets no number as "${name}"`);
    }
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw unfit(recipe, `gets neither true nor false as "${name}"`);
  }
}

function unfit(recipe: string, what: string): BehalfError {
  return new BehalfError('recipe.invalid', `The called recipe ${recipe} ${what}`, { details: { recipe } });
}

/** An input that a program gave and that does not fit. */
export interface InputMistake {
  readonly input: string;
  readonly message: string;
}

/**
 * What is wrong with values that come from outside: programs say what they mean, so nothing is converted and nothing unknown is
 * left out.
 */
export function mistakesIn(
  inputs: readonly CallableInput[],
  given: Readonly<Record<string, unknown>>,
): readonly InputMistake[] {
  const unknown = Object.keys(given).filter((name) => !inputs.some((input) => input.name === name));
  return [
    ...unknown.slice(0, MAX_UNKNOWN).map((whole) => {
      const name = whole.slice(0, MAX_NAME);
      const hint = didYouMean(
        name,
        inputs.map((input) => input.name),
      );
      return { input: name, message: `is not known${hint === undefined ? '' : `: ${hint}`}` };
    }),
    ...inputs.flatMap(({ default: standard, name, optional, type }): readonly InputMistake[] => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (value === undefined || value === null) {
        return optional || standard !== undefined ? [] : [{ input: name, message: 'is missing' }];
      }
      return type === 'any' || typeof value === type ? [] : [{ input: name, message: `must be ${WORDS[type]}` }];
    }),
  ];
}

/** Unknown names that are told, and characters of each. */
const MAX_UNKNOWN = 10;
const MAX_NAME = 60;

const WORDS = { string: 'a text', number: 'a number', boolean: 'true or false' } as const;

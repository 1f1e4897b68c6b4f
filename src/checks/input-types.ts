import type { InputField } from '../connectors/action.js';
import { checkValue } from '../connectors/check-input.js';
import { isBehalfError } from '../kernel/errors.js';
import { ANY, FILE, printShape, type Shape } from '../language/data-shape.js';
import { followExpression } from '../language/follow-expression.js';
import type { Template } from '../language/template.js';

export interface InputMistake {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** Holds a value against the type of its input, by the rules by which values are converted when the action is called. */
export function checkInputType(field: InputField, value: Template, data: Shape): InputMistake | undefined {
  if (value.kind === 'constant') return checkConstant(field, value.value);
  const given = shapeOf(value, data);
  const fit = FITS[field.type](given);
  if (fit === 'yes') return undefined;
  const what = `"${field.name}" must be ${WORDS[field.type]}, and this is ${describe(given)}`;
  return fit === 'no'
    ? { severity: 'error', message: what }
    : { severity: 'warning', message: `${what}, which may not be one` };
}

function checkConstant(field: InputField, value: unknown): InputMistake | undefined {
  // Left out, as when the action is called.
  if (value === null || value === '') return undefined;
  try {
    checkValue(value, field);
    return undefined;
  } catch (error) {
    if (!isBehalfError(error, 'app.bad_input')) throw error;
    return { severity: 'error', message: error.userText.replace(/\.$/u, '') };
  }
}

/** What a template gives. */
export function shapeOf(template: Template, data: Shape): Shape {
  switch (template.kind) {
    case 'pill':
      return followExpression(template.pill.source, data).shape;
    case 'text':
      return { kind: 'string' };
    case 'list':
      return { kind: 'list', item: ANY };
    case 'map':
      return { kind: 'object', fields: new Map() };
    case 'constant':
      return ANY;
  }
}

type Fit = 'yes' | 'perhaps' | 'no';

const isOf =
  (kinds: readonly Shape['kind'][], perhaps: readonly Shape['kind'][] = []) =>
  ({ kind }: Shape): Fit => {
    if (kind === 'any' || kinds.includes(kind)) return 'yes';
    return perhaps.includes(kind) ? 'perhaps' : 'no';
  };

const FITS: Readonly<Record<InputField['type'], (given: Shape) => Fit>> = {
  any: () => 'yes',
  array: () => 'yes',
  // Lists and maps become JSON, which is seldom what somebody wants to send as a text.
  string: isOf(['string', 'number', 'integer', 'boolean'], ['list', 'object']),
  number: isOf(['number', 'integer'], ['string']),
  integer: isOf(['number', 'integer'], ['string']),
  boolean: isOf(['boolean'], ['string']),
  object: isOf(['object']),
  file: (given) => (given === FILE || given.kind === 'any' ? 'yes' : 'no'),
};

const WORDS: Readonly<Record<InputField['type'], string>> = {
  any: 'any value',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  file: 'a file',
};

function describe(given: Shape): string {
  if (given === FILE) return 'a file';
  if (given.kind === 'list') return 'a list';
  if (given.kind === 'object') return 'a map';
  return given.kind === 'string' ? 'a text' : `of the type ${printShape(given)}`;
}

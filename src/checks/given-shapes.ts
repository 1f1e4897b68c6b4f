import { ANY, FILE, objectOf, type PlainValue, type Shape, type ShapeField } from '../language/data-shape.js';
import type { Template } from '../language/template.js';
import type { Parameter } from '../recipes/compiled-parameter.js';
import type { AskAnswer, AskStep } from '../recipes/compiled-recipe.js';

const STRING: Shape = { kind: 'string' };

const SHAPES: Readonly<Partial<Record<Parameter['type'], Shape>>> = {
  string: STRING,
  text: STRING,
  number: { kind: 'number' },
  boolean: { kind: 'boolean' },
  date: STRING,
  time: STRING,
  user: objectOf({ id: STRING, name: STRING, email: STRING }),
  file: FILE,
};

type Given = Pick<Parameter, 'name' | 'type' | 'optional' | 'options'>;

/** What is known of values that people give. */
export function parametersOf(parameters: readonly Given[]): Shape {
  const fields = parameters.map((parameter): [string, ShapeField] => [
    parameter.name,
    { shape: shapeOfGiven(parameter), optional: parameter.optional },
  ]);
  return { kind: 'object', fields: new Map(fields) };
}

function shapeOfGiven({ options, type }: Given): Shape {
  if (options) return { kind: 'any', oneOf: options.map(({ value }) => value) };
  return SHAPES[type] ?? ANY;
}

/** What is known of an answer beforehand. */
export function answerShape({ answer }: Pick<AskStep, 'answer'>): Shape {
  const fields = answer.kind === 'fields' ? parametersOf(answer.fields) : undefined;
  const isTyped = answer.kind === 'fields' && answer.title === undefined;
  const [typed] = isTyped ? answer.fields : [];
  return objectOf({
    value: typed ? shapeOfGiven(typed) : (fields ?? oneOf(offeredBy(answer))),
    label: STRING,
    by: objectOf({ id: STRING, name: STRING }),
    ...(fields && !isTyped ? { values: fields } : {}),
    timed_out: { kind: 'boolean' },
  });
}

/** The values of buttons or of a list. */
function offeredBy(answer: AskAnswer): readonly Template[] {
  if (answer.kind === 'buttons')
    return answer.buttons.flatMap((button) => (button.kind === 'answer' ? [button.value] : []));
  if (answer.kind !== 'picklist') return [];
  return answer.options.kind === 'list' ? answer.options.items.map(valueOfOption) : [answer.options];
}

function valueOfOption(option: Template): Template {
  if (option.kind !== 'map') return option;
  const entries = new Map(option.entries);
  return entries.get('value') ?? entries.get('label') ?? option;
}

/** Nothing is known where one of them comes from data, or is no plain value. */
function oneOf(values: readonly Template[]): Shape {
  const known = values.flatMap((value): readonly PlainValue[] => {
    const constant = value.kind === 'constant' ? value.value : undefined;
    return typeof constant === 'string' || typeof constant === 'number' || typeof constant === 'boolean'
      ? [constant]
      : [];
  });
  return known.length > 0 && known.length === values.length ? { kind: 'any', oneOf: known } : ANY;
}

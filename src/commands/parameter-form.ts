import type { Form, FormField } from '../chat/form.js';
import type { Parameter } from '../recipes/compiled-recipe.js';
import { parseParameterValue, type ValueContext } from '../recipes/parameter-values.js';
import type { Values } from './gather-parameters.js';

type Texts = Readonly<Record<string, string>>;
type Field = Omit<Parameter, 'line' | 'column'>;

/** What is asked for together: the parameters of a command, or the fields of a job's question. */
export interface FieldSet {
  readonly name: string;
  readonly parameters: readonly Field[];
}

/** The form that asks for a command's parameters, with what is known filled in. */
export function parameterForm(recipe: FieldSet, token: string, texts: Texts): Form {
  return {
    token,
    title: recipe.name,
    submitLabel: 'Submit',
    fields: visible(recipe).map((parameter) => toField(parameter, texts[parameter.name])),
  };
}

/** Values that are there already, as the texts of their fields; defaults where there are none. */
export function initialTexts(recipe: FieldSet, values: Values): Texts {
  const known = visible(recipe).flatMap(({ default: preset, name, type }) => {
    const value = values[name] ?? preset;
    const text = type === 'user' ? idOf(value) : textOf(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(known);
}

/** What was filled in, read as the parameters' types; `errors` are by field name, for below the fields. */
export function readForm(
  recipe: FieldSet,
  texts: Texts,
  context: ValueContext,
): { readonly values: Values; readonly errors: Texts } {
  const values: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const parameter of visible(recipe)) {
    const { default: preset, name, optional, type } = parameter;
    const text = texts[name]?.trim() ?? '';
    if (text === '') {
      if (!optional && preset === undefined) errors[name] = 'Please fill this in.';
      continue;
    }
    // What the person chose in a list of people is an id already; quotes mean nothing in a field.
    const mentions = type === 'user' ? [{ text, userId: text }] : [];
    const parsed = parseParameterValue(parameter, text, { ...context, mentions });
    if (parsed.kind === 'ok') values[name] = parsed.value;
    else errors[name] = parsed.message;
  }
  return { values, errors };
}

function visible(recipe: FieldSet): readonly Field[] {
  return recipe.parameters.filter(({ hidden }) => !hidden);
}

function toField(parameter: Field, text: string | undefined): FormField {
  const { default: preset, example, hint, name, optional, prompt, type } = parameter;
  const help = [hint, example === undefined ? undefined : `e.g. ${example}`].filter((part) => part !== undefined);
  const base = {
    name,
    label: prompt,
    optional: optional || preset !== undefined,
    ...(help.length === 0 ? {} : { hint: help.join(', ') }),
  };
  const initial = text === undefined ? {} : { initial: text };
  switch (type) {
    case 'string':
      return { ...base, kind: 'text', ...initial };
    case 'text':
      return { ...base, kind: 'multiline', ...initial };
    case 'boolean':
      return { ...base, kind: 'boolean', initial: text === 'true' };
    case 'select': {
      const options = (parameter.options ?? []).map(({ label, value }) => ({ label, value: String(value) }));
      const chosen = options.find(({ value }) => value === text);
      return { ...base, kind: 'select', options, ...(chosen ? { initial: chosen } : {}) };
    }
    default:
      return { ...base, kind: type, ...initial };
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function idOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  return textOf(value.id);
}

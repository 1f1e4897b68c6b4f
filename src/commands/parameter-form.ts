import type { ChatFile } from '../chat/chat-file.js';
import type { Form, FormChoice, FormField } from '../chat/form.js';
import type { Parameter, ParameterOption } from '../recipes/compiled-parameter.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { MACHINES, parseParameterValue } from '../recipes/parameter-values.js';
import type { Texts } from '../texts/english.js';
import { textsFor } from '../texts/texts-for.js';
import type { GatherContext, Values } from './gather-parameters.js';

type Words = Readonly<Record<string, string>>;
type Field = Omit<Parameter, 'line' | 'column'>;

/** What is chosen in fields whose options an app finds, by name. */
type Chosen<T> = Readonly<Record<string, T>>;

/** What is asked for together: the parameters of a command, or the fields of a job's question. */
export interface FieldSet {
  readonly name: string;
  readonly parameters: readonly Field[];
  /** Of whoever fills it in. */
  readonly locale?: string | undefined;
}

/** What comes back of a form. */
interface Filled {
  readonly values: Words;
  readonly files?: Readonly<Record<string, readonly ChatFile[]>>;
}

/** Characters that a field takes in Slack; more would come back cut. */
const MAX_IN_FIELD = 3_000;

/**
 * What a form asks for: what is there already and fits in no field, as files and long texts, is not asked for again, and where
 * the platform's forms take no files (`inForms`) they are asked for in the chat.
 */
export function formParameters(
  recipe: CompiledRecipe,
  { given, inForms }: { readonly given: Values; readonly inForms: boolean },
): readonly Parameter[] {
  return recipe.parameters.filter(({ hidden, name, type }) => {
    if (hidden || isTooLong(given[name])) return false;
    return type !== 'file' || (inForms && given[name] === undefined);
  });
}

/** What is there already and the form did not show. */
export function leftOut(recipe: CompiledRecipe, given: Values): Values {
  const without = recipe.parameters.filter((one) => one.hidden || one.type === 'file' || isTooLong(given[one.name]));
  const names = without.map(({ name }) => name);
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
}

function isTooLong(value: unknown): boolean {
  return typeof value === 'string' && value.length > MAX_IN_FIELD;
}

/** The form that asks for them, with what is known filled in. */
export function parameterForm(
  { locale, name, parameters }: FieldSet,
  token: string,
  texts: Words,
  chosen: Chosen<FormChoice> = {},
): Form {
  const catalogue = textsFor(locale);
  return {
    token,
    title: name,
    locale: catalogue.locale,
    submitLabel: catalogue.forms.submit,
    fields: parameters.map((parameter) => toField(parameter, texts[parameter.name], chosen[parameter.name], catalogue)),
  };
}

/** Values that are there already, as the texts of their fields; defaults where there are none. */
export function initialTexts(parameters: readonly Field[], values: Values): Words {
  const known = parameters.flatMap(({ default: preset, name, type }) => {
    const value = values[name] ?? preset;
    const text = type === 'user' ? idOf(value) : textOf(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(known);
}

/**
 * What was filled in, read as the parameters' types; `errors` are by field name, for below the fields. `chosen`: of the
 * options that were offered, those that came back.
 */
export function readForm(
  parameters: readonly Field[],
  { files = {}, values: texts }: Filled,
  context: GatherContext,
  chosen: Chosen<ParameterOption> = {},
): { readonly values: Values; readonly errors: Words } {
  const { forms } = context.texts;
  const values: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const parameter of parameters) {
    const { default: preset, name, optional, type } = parameter;
    if (type === 'file') {
      const sent = files[name] ?? [];
      const taken = sent.length === 0 ? undefined : context.intake.take(context, parameter, sent);
      if (taken?.kind === 'ok') values[name] = taken.value;
      else if (taken) errors[name] = taken.message.replaceAll('*', '');
      else if (!optional) errors[name] = forms.putFileIn;
      continue;
    }
    const text = texts[name]?.trim() ?? '';
    if (text === '') {
      if (!optional && preset === undefined) errors[name] = forms.fillIn;
      continue;
    }
    if (parameter.search) {
      const option = chosen[name];
      if (option) values[name] = option.value;
      else errors[name] = forms.notOffered;
      continue;
    }
    // What the person chose in a list of people is an id already. The field of a number gives it with a decimal point.
    const mentions = type === 'user' ? [{ text, userId: text }] : [];
    const parsed = parseParameterValue(parameter, text, { ...context, mentions, locale: MACHINES });
    if (parsed.kind === 'ok') values[name] = parsed.value;
    else errors[name] = parsed.message;
  }
  return { values, errors };
}

function toField(
  parameter: Field,
  text: string | undefined,
  chosenBefore: FormChoice | undefined,
  { commands }: Texts,
): FormField {
  const { default: preset, example, hint, name, optional, prompt, type } = parameter;
  const help = [hint, example === undefined ? undefined : commands.example(example)].filter(
    (part) => part !== undefined,
  );
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
      if (parameter.search) {
        const { minQuery } = parameter.search;
        return { ...base, kind: 'select', minQuery, ...(chosenBefore ? { initial: chosenBefore } : {}) };
      }
      const options = (parameter.options ?? []).map(({ label, value }) => ({ label, value: String(value) }));
      const chosen = options.find(({ value }) => value === text);
      return { ...base, kind: 'select', options, ...(chosen ? { initial: chosen } : {}) };
    }
    case 'file': {
      const types = parameter.validation?.types ?? [];
      // The client offers by the ends of names only; media types are held against when the form comes.
      const isOffered = types.length > 0 && types.every((one) => !one.includes('/'));
      return { ...base, kind: 'file', ...(isOffered ? { extensions: types } : {}) };
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

import { BehalfError } from '../kernel/errors.js';
import type { RichText } from '../kernel/rich-text.js';
import { evaluateTemplate, evaluateText, toText } from '../language/template.js';
import type { Texts } from '../texts/english.js';
import { said } from '../texts/texts-for.js';
import { isMoving } from './compile-parameters.js';
import type { Parameter } from './compiled-parameter.js';
import type { AskAnswer, AskButton, AskField, AskStep } from './compiled-recipe.js';
import { parseParameterValue, writtenForMachines } from './parameter-values.js';
import type { RecipeData } from './recipe-data.js';
import { type RenderedButton, renderButtons, renderText } from './render-reply.js';

/** Choices that a picklist shows on every platform. */
const MOST_OPTIONS = 100;

/** Who may answer: the person whose job it is, anybody who sees the question, or these. */
export type AskedPeople =
  | { readonly kind: 'asker' | 'anyone' }
  | { readonly kind: 'users'; readonly users: readonly string[] };

export interface AskedOption {
  readonly label: string;
  readonly value: unknown;
}

/** A question with its datapills filled in: data only. */
export interface RenderedAsk {
  readonly text: RichText;
  readonly answer: RenderedAnswer;
  readonly who: AskedPeople;
}

export type RenderedAnswer =
  | { readonly kind: 'buttons'; readonly buttons: readonly RenderedAskButton[] }
  | { readonly kind: 'picklist'; readonly label: string; readonly options: readonly AskedOption[] }
  | { readonly kind: 'fields'; readonly title?: string; readonly fields: readonly Parameter[] };

export type RenderedAskButton =
  | RenderedButton
  | ({ readonly kind: 'answer'; readonly style?: 'primary' | 'danger' } & AskedOption);

/** Fills a question in. Fails with `datapill.failed`, and with `recipe.invalid` where nobody could answer. */
export async function renderAsk(step: AskStep, data: RecipeData, texts: Texts): Promise<RenderedAsk> {
  const text = await renderText(step.text, data);
  return { text, answer: await renderAnswer(step.answer, data, texts), who: await renderPeople(step.who, data) };
}

async function renderAnswer(answer: AskAnswer, data: RecipeData, texts: Texts): Promise<RenderedAnswer> {
  if (answer.kind === 'fields') {
    const fields: Parameter[] = [];
    for (const field of answer.fields) fields.push(await renderField(field, data));
    return { ...answer, fields };
  }
  if (answer.kind === 'picklist') {
    const options = toOptions(await evaluateTemplate(answer.options, data));
    if (options.length === 0) throw nobody('A picklist has no options', 'nothingToChoose');
    return { kind: 'picklist', label: await evaluateText(answer.label, data), options };
  }
  const buttons: RenderedAskButton[] = [];
  for (const button of answer.buttons) {
    if (button.kind === 'answer') buttons.push(await renderAnswerButton(button, data));
    else buttons.push(...(await renderButtons([button], data, texts)));
  }
  return { kind: 'buttons', buttons };
}

/** A default that the field does not take leaves it empty: the person fills it in. */
async function renderField({ default: written, ...field }: AskField, data: RecipeData): Promise<Parameter> {
  const text = written ? toText(await evaluateTemplate(written, data)).trim() : '';
  const parsed = text === '' ? undefined : parseParameterValue(field, text, writtenForMachines());
  if (parsed?.kind !== 'ok' || typeof parsed.value === 'object' || isMoving(field, text)) return field;
  return { ...field, default: parsed.value };
}

async function renderAnswerButton(
  button: Extract<AskButton, { kind: 'answer' }>,
  data: RecipeData,
): Promise<RenderedAskButton> {
  const label = (await evaluateText(button.label, data)).trim() || 'OK';
  const value = await evaluateTemplate(button.value, data);
  return { kind: 'answer', label, value: value ?? null, ...(button.style ? { style: button.style } : {}) };
}

async function renderPeople(who: AskStep['who'], data: RecipeData): Promise<AskedPeople> {
  if (who.kind !== 'users') return { kind: who.kind };
  const value = await evaluateTemplate(who.users, data);
  const users = (Array.isArray(value) ? value : [value])
    .map((user) => toText(user).trim())
    .filter((user) => user !== '');
  if (users.length === 0) throw nobody('Nobody may answer a question', 'nobodyToAsk');
  return { kind: 'users', users };
}

function toOptions(value: unknown): readonly AskedOption[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return items.slice(0, MOST_OPTIONS).flatMap((item) => {
    if (typeof item !== 'object' || item === null) return [{ label: toText(item), value: item }];
    if (!('label' in item)) return [];
    return [{ label: toText(item.label), value: 'value' in item ? item.value : item.label }];
  });
}

function nobody(message: string, text: 'nothingToChoose' | 'nobodyToAsk'): BehalfError {
  return new BehalfError('recipe.invalid', message, { userText: said(({ asks }) => asks[text]) });
}

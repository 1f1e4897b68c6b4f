import type { Form, FormChoice, FormField } from '../../src/chat/form.js';
import type { Texts } from '../../src/texts/english.js';
import { textsFor } from '../../src/texts/texts-for.js';
import { ACTION_TOKEN, type Element } from './buttons.js';
import { CARD_TYPE, escapeMarkdown } from './cards.js';

/** Where the inputs of a form stand in the data of its button, beside the token. */
const FIELD_PREFIX = 'field.';
/** Names our searches among those that Teams answers itself. */
const DATASET_PREFIX = 'behalf/';
/** Teams answers it: people of the organisation. The value is the person's Entra object id. */
const PEOPLE = 'graph.microsoft.com/users';
const MAX_CHOICES = 100;

type Errors = Readonly<Record<string, string>>;

/**
 * A form as a dialog (task module) with an Adaptive Card. With errors it is the same dialog once more.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
 */
export function renderForm(form: Form, errors: Errors = {}): object {
  const { submitLabel, title, token } = form;
  const texts = textsFor(form.locale);
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    body: form.fields.flatMap((field) => renderField(field, token, texts.forms, errors[field.name])),
    actions: [{ type: 'Action.Submit', title: submitLabel, style: 'positive', data: { [ACTION_TOKEN]: token } }],
  };
  return { task: { type: 'continue', value: { title, width: 'medium', card: { contentType: CARD_TYPE, content } } } };
}

/** A dialog that only says something. */
export function renderNotice(words: string): object {
  return { task: { type: 'message', value: words } };
}

function renderField(field: FormField, token: string, texts: Texts['forms'], error: string | undefined): Element[] {
  // No card takes files: it is asked for in the chat.
  if (field.kind === 'file') return [];
  const input = {
    ...renderInput(field, token, texts),
    id: `${FIELD_PREFIX}${field.name}`,
    label: field.label,
    ...(field.optional || field.kind === 'boolean' ? {} : { isRequired: true, errorMessage: texts.fillIn }),
  };
  const below = [
    ...(field.hint === undefined ? [] : [line(field.hint, { isSubtle: true })]),
    ...(error === undefined ? [] : [line(error, { color: 'Attention' })]),
  ];
  return [input, ...below];
}

function line(text: string, look: Readonly<Record<string, unknown>>): Element {
  return { type: 'TextBlock', text: escapeMarkdown(text), size: 'Small', wrap: true, spacing: 'Small', ...look };
}

function renderInput(field: Exclude<FormField, { kind: 'file' }>, token: string, texts: Texts['forms']): Element {
  if (field.kind === 'boolean') {
    return { type: 'Input.Toggle', title: texts.yes, value: String(field.initial ?? false) };
  }
  if (field.kind === 'select') return renderSelect(field, token, texts);
  const value = field.initial === undefined ? {} : { value: field.initial };
  switch (field.kind) {
    case 'text':
    case 'multiline':
      return { type: 'Input.Text', isMultiline: field.kind === 'multiline', ...value };
    case 'number':
      return { type: 'Input.Number', ...(field.initial === undefined ? {} : { value: Number(field.initial) }) };
    case 'date':
      return { type: 'Input.Date', ...value };
    case 'time':
      return { type: 'Input.Time', ...value };
    case 'user':
      return {
        type: 'Input.ChoiceSet',
        choices: [],
        'choices.data': { type: 'Data.Query', dataset: PEOPLE },
        ...value,
      };
  }
}

function renderSelect(field: Extract<FormField, { kind: 'select' }>, token: string, texts: Texts['forms']): Element {
  const value = field.initial ? { value: field.initial.value } : {};
  const select = { type: 'Input.ChoiceSet', style: 'compact', placeholder: texts.choose, ...value };
  if (field.options) return { ...select, choices: field.options.map(toChoice) };
  const dataset = `${DATASET_PREFIX}${token}/${field.name}`;
  const choices = field.initial ? [toChoice(field.initial)] : [];
  return { ...select, choices, 'choices.data': { type: 'Data.Query', dataset } };
}

function toChoice({ label, value }: FormChoice): { readonly title: string; readonly value: string } {
  return { title: label, value };
}

/** What was filled in, by field name, out of the data of the form's button. */
export function readValues(data: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const filled = Object.entries(data).flatMap(([id, value]) => {
    const text = typeof value === 'number' ? String(value) : value;
    const isFilled = id.startsWith(FIELD_PREFIX) && typeof text === 'string' && text !== '';
    return isFilled ? [[id.slice(FIELD_PREFIX.length), text] as const] : [];
  });
  return Object.fromEntries(filled);
}

/** The form and field that somebody types in; undefined for a search that is none of ours. */
export function readDataset(dataset: unknown): { readonly token: string; readonly field: string } | undefined {
  if (typeof dataset !== 'string' || !dataset.startsWith(DATASET_PREFIX)) return undefined;
  const [token = '', field = ''] = dataset.slice(DATASET_PREFIX.length).split('/');
  return token === '' || field === '' ? undefined : { token, field };
}

/** https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search */
export function renderChoices(choices: readonly FormChoice[]): object {
  const results = choices.slice(0, MAX_CHOICES).map(toChoice);
  return { statusCode: 200, type: 'application/vnd.microsoft.search.searchResponse', value: { results } };
}

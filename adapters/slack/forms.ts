import type { InputBlock, ModalView, PlainTextOption as Option } from '@slack/types';
import type { ChatFile } from '../../src/chat/chat-file.js';
import { clip } from '../../src/chat/clip.js';
import type { Form, FormChoice, FormField } from '../../src/chat/form.js';
import type { Texts } from '../../src/texts/english.js';
import { textsFor } from '../../src/texts/texts-for.js';
import type { SlackPlace } from './address.js';
import { readFiles } from './files.js';
import { isJsonObject, type JsonObject, objectAt, parseJson, present, textAt } from './json.js';

/** Tells our modals from those of others. */
export const FORM_CALLBACK = 'behalf:form';

/** https://docs.slack.dev/reference/views and /reference/block-kit: the limits of modals and their elements. */
const MAX = { title: 24, label: 2000, hint: 2000, option: 75, optionValue: 150, options: 100, text: 3000 } as const;
const FIELD_PREFIX = 'field:';
const ELEMENT = 'value';
const YES = 'true';

/** A form as a modal. What comes back names the token and the place it was opened from; a modal is in no channel. */
export function renderForm(form: Form, place: SlackPlace): ModalView {
  const texts = textsFor(form.locale).forms;
  return {
    type: 'modal',
    callback_id: FORM_CALLBACK,
    private_metadata: JSON.stringify({ token: form.token, place }),
    title: plain(form.title, MAX.title),
    submit: plain(form.submitLabel, MAX.title),
    close: plain(texts.cancel, MAX.title),
    blocks: form.fields.map((field) => renderField(field, texts)),
  };
}

function renderField(field: FormField, texts: Texts['forms']): InputBlock {
  return {
    type: 'input',
    block_id: `${FIELD_PREFIX}${field.name}`,
    label: plain(field.label, MAX.label),
    element: renderElement(field, texts),
    // A checkbox that must be ticked could not say no.
    optional: field.optional || field.kind === 'boolean',
    ...(field.hint === undefined ? {} : { hint: plain(field.hint, MAX.hint) }),
  };
}

function renderElement(field: FormField, texts: Texts['forms']): InputBlock['element'] {
  const base = { action_id: ELEMENT };
  switch (field.kind) {
    case 'text':
    case 'multiline': {
      const initial = field.initial === undefined ? {} : { initial_value: clip(field.initial, MAX.text) };
      return { type: 'plain_text_input', ...base, multiline: field.kind === 'multiline', ...initial };
    }
    case 'number': {
      const initial = field.initial === undefined ? {} : { initial_value: field.initial };
      return { type: 'number_input', ...base, is_decimal_allowed: true, ...initial };
    }
    case 'date':
      return { type: 'datepicker', ...base, ...(field.initial === undefined ? {} : { initial_date: field.initial }) };
    case 'time':
      return { type: 'timepicker', ...base, ...(field.initial === undefined ? {} : { initial_time: field.initial }) };
    case 'user':
      return { type: 'users_select', ...base, ...(field.initial === undefined ? {} : { initial_user: field.initial }) };
    case 'file': {
      const filetypes = field.extensions === undefined ? {} : { filetypes: [...field.extensions] };
      return { type: 'file_input', ...base, max_files: 1, ...filetypes };
    }
    case 'boolean': {
      const yes: Option = { text: plain(texts.yes, MAX.option), value: YES };
      return { type: 'checkboxes', ...base, options: [yes], ...(field.initial ? { initial_options: [yes] } : {}) };
    }
    case 'select': {
      const initial = field.initial ? { initial_option: toOption(field.initial) } : {};
      if (!field.options)
        return { type: 'external_select', ...base, min_query_length: field.minQuery ?? 0, ...initial };
      const options = toOptions(field.options);
      const isOffered = options.some(({ value }) => value === field.initial?.value);
      return { type: 'static_select', ...base, options, ...(isOffered ? initial : {}) };
    }
  }
}

/** The options that Slack takes: as many as fit in a menu, without those whose value is too long to come back whole. */
export function toOptions(choices: readonly FormChoice[]): Option[] {
  return choices
    .filter(({ value }) => value !== '' && value.length <= MAX.optionValue)
    .slice(0, MAX.options)
    .map(toOption);
}

function toOption({ label, value }: FormChoice): Option {
  return { text: plain(label, MAX.option), value };
}

/** `emoji: false` keeps `:words:` in data as they are. */
function plain(text: string, max: number) {
  return { type: 'plain_text' as const, text: clip(text.trim() || '–', max), emoji: false };
}

/** The token and the place of a modal of ours; undefined when it is none. */
export function readMetadata(view: JsonObject): { readonly token: string; readonly place: SlackPlace } | undefined {
  const stored = parseJson(textAt(view, 'private_metadata') ?? '');
  if (!isJsonObject(stored)) return undefined;
  const place = objectAt(stored, 'place');
  const token = textAt(stored, 'token');
  const channel = textAt(place, 'channel');
  if (token === undefined || channel === undefined) return undefined;
  return {
    token,
    place: {
      channel,
      direct: place['direct'] === true,
      ...present('user', textAt(place, 'user')),
      ...present('threadTs', textAt(place, 'threadTs')),
      ...present('heardTs', textAt(place, 'heardTs')),
    },
  };
}

/** The field that a block of a modal belongs to. */
export function fieldOf(blockId: string): string | undefined {
  return blockId.startsWith(FIELD_PREFIX) ? blockId.slice(FIELD_PREFIX.length) : undefined;
}

/** What was filled in, by field. `state.values` is block id → action id → element. */
export function readValues(view: JsonObject): Readonly<Record<string, string>> {
  const blocks = Object.entries(objectAt(objectAt(view, 'state'), 'values'));
  const filled = blocks.flatMap(([blockId, actions]) => {
    const name = fieldOf(blockId);
    const value = isJsonObject(actions) ? readElement(objectAt(actions, ELEMENT)) : undefined;
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(filled);
}

/** The files that were put in, by field. */
export function readFormFiles(
  view: JsonObject,
  workspace: string | undefined,
): Readonly<Record<string, readonly ChatFile[]>> {
  const blocks = Object.entries(objectAt(objectAt(view, 'state'), 'values'));
  const filled = blocks.flatMap(([blockId, actions]) => {
    const name = fieldOf(blockId);
    const files = isJsonObject(actions) ? readFiles(objectAt(actions, ELEMENT)['files'], workspace) : [];
    return name === undefined || files.length === 0 ? [] : [[name, files] as const];
  });
  return Object.fromEntries(filled);
}

function readElement(element: JsonObject): string | undefined {
  switch (element['type']) {
    case 'datepicker':
      return textAt(element, 'selected_date');
    case 'timepicker':
      return textAt(element, 'selected_time');
    case 'users_select':
      return textAt(element, 'selected_user');
    case 'checkboxes': {
      const chosen = element['selected_options'];
      return String(Array.isArray(chosen) && chosen.length > 0);
    }
    case 'static_select':
    case 'external_select':
      return textAt(objectAt(element, 'selected_option'), 'value');
    default:
      return textAt(element, 'value');
  }
}

/** Slack's answer to a form that is refused. https://docs.slack.dev/surfaces/modals#displaying_errors */
export function formErrors(errors: Readonly<Record<string, string>>): JsonObject {
  const entries = Object.entries(errors).map(([name, message]) => [`${FIELD_PREFIX}${name}`, message]);
  return { response_action: 'errors', errors: Object.fromEntries(entries) };
}

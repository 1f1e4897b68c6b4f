import type { RichText } from '../kernel/rich-text.js';
import { evaluateTemplate, evaluateText, type Template } from '../language/template.js';
import type { Texts } from '../texts/english.js';
import type { ReplyStep } from './compiled-recipe.js';
import type { CommandButton, ReplyBlock, ReplyButton, ReplyPicklist, ReplyTable } from './compiled-reply.js';
import { evaluateValues } from './evaluate.js';
import type { RecipeData } from './recipe-data.js';
import { type ReplyText, renderReplyText, renderUrl } from './reply-text.js';

/** A reply with its datapills filled in: data only, on no platform yet. */
export interface RenderedReply {
  readonly blocks: readonly RenderedBlock[];
  readonly visibleTo: 'user' | 'channel';
  readonly thread: boolean;
}

export type RenderedBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: RichText }
  | { readonly kind: 'note'; readonly text: RichText }
  | { readonly kind: 'image'; readonly url: string; readonly alt: string }
  | { readonly kind: 'fields'; readonly fields: readonly { readonly label: string; readonly value: string }[] }
  | {
      readonly kind: 'table';
      readonly columns: readonly { readonly title: string; readonly align: 'left' | 'center' | 'right' }[];
      readonly rows: readonly (readonly string[])[];
      /** Rows that are not shown. */
      readonly more: number;
    }
  | { readonly kind: 'divider' }
  | { readonly kind: 'buttons'; readonly buttons: readonly RenderedButton[] }
  | RenderedPicklist;

export interface RenderedPicklist {
  readonly kind: 'picklist';
  readonly label: string;
  /** Parameter of the button's command that gets the value. */
  readonly parameter: string;
  readonly options: readonly { readonly label: string; readonly value: unknown }[];
  readonly button: RenderedCommandButton;
}

export interface RenderedCommandButton {
  readonly kind: 'command';
  readonly label: string;
  readonly command: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string };
}

export type RenderedButton =
  | RenderedCommandButton
  | { readonly kind: 'link'; readonly label: string; readonly url: string };

/** Platforms take no more in one picklist (Slack: 100). */
const MAX_OPTIONS = 100;

/**
 * Fills a reply in. A link button whose address leads to no page is left out; of an image that is not on https its words
 * are said. Fails with `datapill.failed`.
 */
export async function renderReply(step: ReplyStep, data: RecipeData, texts: Texts): Promise<RenderedReply> {
  const { thread, visibleTo = 'channel' } = step;
  return { blocks: await renderBlocks(step.blocks, data, texts), visibleTo, thread };
}

/** Fills the parts of a reply in. Fails with `datapill.failed`. */
async function renderBlocks(
  blocks: readonly ReplyBlock[],
  data: RecipeData,
  texts: Texts,
): Promise<readonly RenderedBlock[]> {
  const rendered: RenderedBlock[] = [];
  for (const block of blocks) rendered.push(...(await renderBlock(block, data, texts)));
  return rendered;
}

/** Fills a text with markup in. Fails with `datapill.failed`. */
export function renderText(text: ReplyText, data: RecipeData): Promise<RichText> {
  return renderReplyText(text, data);
}

async function renderBlock(block: ReplyBlock, data: RecipeData, texts: Texts): Promise<readonly RenderedBlock[]> {
  switch (block.kind) {
    case 'divider':
      return [block];
    case 'heading':
      return [{ kind: 'heading', text: await evaluateText(block.text, data) }];
    case 'text':
      return [{ kind: 'text', text: await renderText(block.text, data) }];
    case 'image':
      return [await renderImage(block, data)];
    case 'fields':
      return [{ kind: 'fields', fields: await renderFields(block.fields, data) }];
    case 'table':
      return [await renderTable(block, data)];
    case 'buttons':
      return [{ kind: 'buttons', buttons: await renderButtons(block.buttons, data, texts) }];
    case 'picklist':
      return renderPicklist(block, data, texts);
  }
}

async function renderImage(block: Extract<ReplyBlock, { kind: 'image' }>, data: RecipeData): Promise<RenderedBlock> {
  const url = await renderUrl(block.url, data);
  const alt = await evaluateText(block.alt, data);
  return url?.startsWith('https://') ? { kind: 'image', url, alt } : { kind: 'note', text: [{ text: alt }] };
}

async function renderFields(
  fields: readonly { readonly label: string; readonly value: Template }[],
  data: RecipeData,
): Promise<readonly { readonly label: string; readonly value: string }[]> {
  const rendered: { label: string; value: string }[] = [];
  for (const { label, value } of fields) rendered.push({ label, value: await evaluateText(value, data) });
  return rendered;
}

/** Only the rows that are shown are filled in. */
async function renderTable(table: ReplyTable, data: RecipeData): Promise<RenderedBlock> {
  const items = toList(await table.rows.evaluate(data));
  if (items.length === 0) return { kind: 'note', text: [{ text: await evaluateText(table.empty, data) }] };
  const columns: { title: string; align: 'left' | 'center' | 'right' }[] = [];
  for (const { align, title } of table.columns) columns.push({ align, title: await evaluateText(title, data) });
  const rows: string[][] = [];
  for (const row of items.slice(0, table.max)) {
    const cells: string[] = [];
    for (const { value } of table.columns) cells.push(await evaluateText(value, { ...data, row }));
    rows.push(cells);
  }
  return { kind: 'table', columns, rows, more: items.length - rows.length };
}

async function renderPicklist(
  picklist: ReplyPicklist,
  data: RecipeData,
  texts: Texts,
): Promise<readonly RenderedBlock[]> {
  const { replies } = texts;
  const label = await evaluateText(picklist.label, data);
  const { more, options } = await renderOptions(picklist.options, data);
  if (options.length === 0) return [{ kind: 'note', text: [{ text: replies.nothingToChoose(label) }] }];
  const button = await renderCommandButton(picklist.button, data, texts);
  const rendered: RenderedBlock = { kind: 'picklist', label, parameter: picklist.parameter.name, options, button };
  return more === 0 ? [rendered] : [rendered, { kind: 'note', text: [{ text: replies.moreToChoose(more) }] }];
}

async function renderOptions(
  written: ReplyPicklist['options'],
  data: RecipeData,
): Promise<{ readonly options: RenderedPicklist['options']; readonly more: number }> {
  const options: { label: string; value: unknown }[] = [];
  const add = async (option: { readonly label: Template; readonly value: Template }, seen: object): Promise<void> => {
    const value = await evaluateTemplate(option.value, { ...seen });
    const label = (await evaluateText(option.label, { ...seen })).trim();
    // What has no value cannot be chosen.
    if (value !== undefined && value !== null) options.push({ label: label || '–', value });
  };
  if (written.kind === 'fixed') {
    for (const item of written.items) await add(item, data);
    return { options, more: 0 };
  }
  const items = toList(await written.list.evaluate(data));
  for (const option of items.slice(0, MAX_OPTIONS)) await add(written, { ...data, option });
  return { options, more: Math.max(0, items.length - MAX_OPTIONS) };
}

/** Fills buttons in; a link whose address leads to no page is left out. */
export async function renderButtons(
  buttons: readonly ReplyButton[],
  data: RecipeData,
  texts: Texts,
): Promise<readonly RenderedButton[]> {
  const rendered: RenderedButton[] = [];
  for (const button of buttons) {
    if (button.kind === 'command') {
      rendered.push(await renderCommandButton(button, data, texts));
      continue;
    }
    const url = await renderUrl(button.url, data);
    if (url !== undefined) rendered.push({ kind: 'link', label: await labelOf(button.label, data, texts), url });
  }
  return rendered;
}

async function renderCommandButton(
  button: CommandButton,
  data: RecipeData,
  texts: Texts,
): Promise<RenderedCommandButton> {
  const { command, confirm, style } = button;
  return {
    kind: 'command',
    label: await labelOf(button.label, data, texts),
    command,
    parameters: await evaluateValues(button.parameters, data),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: confirm.title ? await evaluateText(confirm.title, data) : texts.replies.sure,
            text: await evaluateText(confirm.text, data),
            yes: confirm.yes ?? texts.replies.yes,
            no: confirm.no ?? texts.replies.no,
          },
        }),
  };
}

async function labelOf(label: Template, data: RecipeData, { replies }: Texts): Promise<string> {
  return (await evaluateText(label, data)).trim() || replies.open;
}

/** A list of one is often given as its only item. */
function toList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

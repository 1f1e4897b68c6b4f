import type { RichText } from '../kernel/rich-text.js';
import { evaluateText, toText } from '../language/template.js';
import type { RecipeData, ReplyButton, ReplyStep } from './compiled-recipe.js';
import { evaluateValues } from './evaluate.js';
import { type ReplyText, renderReplyText, renderUrl } from './reply-text.js';

/** A reply with its datapills filled in: data only, on no platform yet. */
export interface RenderedReply {
  readonly text: RichText;
  readonly fields: readonly { readonly label: string; readonly value: string }[];
  readonly buttons: readonly RenderedButton[];
  readonly visibleTo: 'user' | 'channel';
}

export type RenderedButton =
  | {
      readonly kind: 'command';
      readonly label: string;
      readonly command: string;
      readonly parameters: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'link'; readonly label: string; readonly url: string };

/** Fills a reply in. A link button whose address leads to no page is left out. Fails with `datapill.failed`. */
export async function renderReply(step: ReplyStep, data: RecipeData): Promise<RenderedReply> {
  const fields: { label: string; value: string }[] = [];
  for (const { label, value } of step.fields) fields.push({ label, value: await evaluateText(value, { ...data }) });
  const buttons: RenderedButton[] = [];
  for (const button of step.buttons) {
    const rendered = await renderButton(button, data);
    if (rendered) buttons.push(rendered);
  }
  return { text: await renderText(step.text, data), fields, buttons, visibleTo: step.visibleTo };
}

/** Fills a text with markup in. Fails with `datapill.failed`. */
export function renderText(text: ReplyText, data: RecipeData): Promise<RichText> {
  return renderReplyText(text, { ...data });
}

async function renderButton(button: ReplyButton, data: RecipeData): Promise<RenderedButton | undefined> {
  const label = toText(await evaluateText(button.label, { ...data })).trim() || 'Open';
  if (button.kind === 'link') {
    const url = await renderUrl(button.url, { ...data });
    return url === undefined ? undefined : { kind: 'link', label, url };
  }
  const parameters = await evaluateValues(button.parameters, data);
  return { kind: 'command', label, command: button.command, parameters };
}

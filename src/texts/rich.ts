import type { RichText, Span } from '../kernel/rich-text.js';

/** A sentence with marked parts: `` rich`Done: ${italic(recipe)}.` ``. */
export function rich(texts: TemplateStringsArray, ...parts: readonly (string | Span | RichText)[]): RichText {
  const spans: Span[] = [];
  for (const [index, text] of texts.entries()) {
    add(spans, { text });
    const part = parts[index] ?? '';
    if (typeof part === 'string') add(spans, { text: part });
    else for (const span of [part].flat()) add(spans, span);
  }
  return spans;
}

/** Plain words that follow each other are one run. */
function add(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (span.text === '') return;
  if (last && isPlain(last) && isPlain(span)) spans[spans.length - 1] = { text: last.text + span.text };
  else spans.push(span);
}

function isPlain({ link, style }: Span): boolean {
  return link === undefined && style === undefined;
}

export function bold(text: string): Span {
  return { text, style: 'bold' };
}

/** Recipes' names. */
export function italic(text: string): Span {
  return { text, style: 'italic' };
}

/** What is typed as it stands, in every language. */
export function code(text: string): Span {
  return { text, style: 'code' };
}

/** What is wrong with a field of a form. */
export interface FieldError {
  readonly label: string;
  readonly error: string;
}

/** Each on a line of its own, below what was said. */
export function fieldErrors(errors: readonly FieldError[]): RichText {
  return errors.flatMap(({ error, label }) => rich`\n${bold(label)} ${error}`);
}

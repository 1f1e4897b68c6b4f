import type { RichText, Span } from '../kernel/rich-text.js';

/** Markup that is safe to put into a page as it is. */
export interface Html {
  readonly kind: 'html';
  readonly text: string;
}

/** Our own words with their marks. */
export function marked(text: RichText): Html {
  return { kind: 'html', text: text.map((span) => markedSpan(span).text).join('') };
}

function markedSpan({ style, text }: Span): Html {
  switch (style) {
    case 'bold':
      return html`<strong>${text}</strong>`;
    case 'italic':
      return html`<em>${text}</em>`;
    case 'code':
      return html`<code>${text}</code>`;
    default:
      return html`${text}`;
  }
}

type Value = string | number | Html | readonly Html[] | undefined;

/** A template whose values are escaped, unless they are markup made by it. `undefined` gives nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const text = strings.map((part, index) => (index === 0 ? part : `${toText(values[index - 1])}${part}`)).join('');
  return { kind: 'html', text };
}

function toText(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('kind' in value) return value.text;
  return value.map((item) => item.text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes the five characters that can leave text or a quoted attribute (HTML Living Standard, section 13.3). */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A run of text in one style. The text is data: renderers never let it act as markup. */
export interface Span {
  readonly text: string;
  readonly style?: 'bold' | 'italic' | 'strike' | 'code';
  /** Makes the run a link (http, https or mailto). */
  readonly link?: string;
}

/** Text with styles; `\n` inside a span breaks the line. */
export type RichText = readonly Span[];

/** The text without its styles. */
export function plainText(text: RichText): string {
  return text.map((span) => span.text).join('');
}

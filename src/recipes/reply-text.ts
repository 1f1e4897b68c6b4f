import type { Span } from '../kernel/rich-text.js';
import type { Datapill } from '../language/datapill.js';
import type { Template } from '../language/template.js';

/** A run of an author's text: literal characters or one datapill, in one style. */
export interface ReplyPiece {
  readonly content: string | Datapill;
  readonly style?: NonNullable<Span['style']>;
  readonly link?: Template;
}

/** Reply text with its markup parsed: only what the author wrote is markup, data never is. */
export type ReplyText = readonly ReplyPiece[];

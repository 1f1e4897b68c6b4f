import { plainText, type RichText, type Span } from '../kernel/rich-text.js';

/** Where a text may be divided, the best first: after an empty line, a line, a sentence, a word. */
const BORDERS = [/\n[^\S\n]*\n\s*/g, /\n+/g, /[.!?…]\s+/g, /\s+/g] as const;

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Both parts of a text that is divided; together they are the text, to the letter. */
export interface DividedText {
  readonly head: RichText;
  readonly tail: RichText;
}

/**
 * Divides a text so that the head has at most `limit` UTF-16 units: at the end of a paragraph, a line, a sentence or a word,
 * never inside a link or a run of code that fits as a whole, and never through a character.
 */
export function divideText(text: RichText, limit: number): DividedText {
  return divideAt(text, borderIn(text, limit));
}

function borderIn(text: RichText, limit: number): number {
  const flat = plainText(text);
  if (flat.length <= limit) return flat.length;
  const wholes = wholeRuns(text, limit);
  const isFree = (at: number) => !wholes.some(({ from, to }) => from < at && at < to);
  const beginning = flat.slice(0, limit);
  for (const border of BORDERS) {
    const best = [...beginning.matchAll(border)].map(({ 0: gap, index }) => index + gap.length).findLast(isFree);
    // A border near the beginning would leave most of the message empty.
    if (best !== undefined && best >= limit / 2) return best;
  }
  const atWord = [...beginning.matchAll(/\s+/g)].map(({ 0: gap, index }) => index + gap.length).findLast(isFree);
  if (atWord !== undefined) return atWord;
  const around = wholes.find(({ from, to }) => from < limit && limit < to);
  if (around !== undefined && around.from > 0) return around.from;
  return characterBorder(flat, limit);
}

/** Runs that are not divided: links and code which are no longer than `limit`. */
function wholeRuns(text: RichText, limit: number): readonly { readonly from: number; readonly to: number }[] {
  const runs: { from: number; to: number }[] = [];
  let from = 0;
  for (const span of text) {
    const to = from + span.text.length;
    if ((span.link !== undefined || span.style === 'code') && to - from <= limit) runs.push({ from, to });
    from = to;
    if (from >= limit) break;
  }
  return runs;
}

/** The last place at or before `limit` that is not inside what a person sees as one character. */
export function characterBorder(flat: string, limit: number): number {
  const start = CHARACTERS.segment(flat).containing(limit)?.index ?? limit;
  if (start > 0) return start;
  // One character of endless length: only its code points stay whole.
  const isInside = /[\udc00-\udfff]/.test(flat.charAt(limit));
  return isInside && limit > 1 ? limit - 1 : limit;
}

/** Divides a text just there. */
export function divideAt(text: RichText, at: number): DividedText {
  const head: Span[] = [];
  const tail: Span[] = [];
  let from = 0;
  for (const span of text) {
    const inHead = Math.max(0, Math.min(span.text.length, at - from));
    if (inHead > 0) head.push({ ...span, text: span.text.slice(0, inHead) });
    if (inHead < span.text.length) tail.push({ ...span, text: span.text.slice(inHead) });
    from += span.text.length;
  }
  return { head, tail };
}

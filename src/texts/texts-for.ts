import { LRUCache } from 'lru-cache';
import type { Wording } from '../kernel/errors.js';
import { english, type Texts } from './english.js';
import { type Formats, formatsFor } from './formats.js';
import { german } from './german.js';

/** The languages that there are, by their BCP 47 subtag. A new one is a line here and a folder beside `german/`. */
const LANGUAGES: Readonly<Record<string, (format: Formats) => Texts>> = {
  en: english,
  de: german,
};

/** With a region, as lists and dates of English-speaking regions differ. */
const FALLBACK = { language: 'en', tag: 'en-GB' };
/** Languages with regions that are kept ready. */
const KEPT = 50;

const made = new LRUCache<string, Texts>({ max: KEPT });

/**
 * The texts for somebody who lives in `locale` (BCP 47; `de_DE`, as Slack and POSIX write it, will do): in their language where
 * there is one, with dates and numbers as in their region, else in English. `undefined` is English, too.
 *
 * There is no library behind it: texts are typed functions, so that the compiler finds what is missing in a language, and
 * plurals, lists and spans of time come out of `Intl`.
 */
export function textsFor(locale: string | undefined): Texts {
  return lookUp(locale) ?? textsIn(FALLBACK);
}

function textsIn({ language, tag }: Spoken): Texts {
  const known = made.get(tag);
  if (known) return known;
  const texts = (LANGUAGES[language] ?? english)(formatsFor(tag));
  made.set(tag, texts);
  return texts;
}

/** A text for an error whose thrower does not know who will read it. */
export function said(write: (texts: Texts) => string): Wording {
  return (locale) => write(textsFor(locale));
}

/** Subtags of the languages that there are. */
export function languages(): readonly string[] {
  return Object.keys(LANGUAGES);
}

/** True where there are texts in the language of this tag. */
export function isSpoken(locale: string): boolean {
  return lookUp(locale) !== undefined;
}

/** The first of these locales that is spoken; undefined where none is. */
export function spoken(...locales: readonly (string | undefined)[]): string | undefined {
  return locales.find((locale) => locale !== undefined && isSpoken(locale));
}

interface Spoken {
  readonly language: string;
  readonly tag: string;
}

/** What tags have led to: every event brings one, and few are different. */
const looked = new LRUCache<string, Texts | 'none'>({ max: KEPT });

function lookUp(locale: string | undefined): Texts | undefined {
  // A tag is short; what is far longer is none.
  if (locale === undefined || locale.length > 100) return undefined;
  let found = looked.get(locale);
  if (!found) {
    const parsed = parse(locale);
    found = parsed ? textsIn(parsed) : 'none';
    looked.set(locale, found);
  }
  return found === 'none' ? undefined : found;
}

/** Language and region alone: whatever else a tag says changes no text (RFC 4647 section 3.4). */
function parse(locale: string): Spoken | undefined {
  const [name = ''] = locale.split('.');
  try {
    const { language, region } = new Intl.Locale(name.replaceAll('_', '-'));
    if (!Object.hasOwn(LANGUAGES, language)) return undefined;
    return { language, tag: region === undefined ? language : `${language}-${region}` };
  } catch {
    return undefined;
  }
}

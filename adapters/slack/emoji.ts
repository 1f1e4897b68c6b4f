import { isJsonObject, type JsonObject, textAt } from './json.js';

/** In these Slack writes no emoji: links and mentions, and code. */
const OTHER = '<[^<>]*>|```[^`]*```|`[^`\\n]*`';
const NAME = /^[a-z0-9_+'-]+/;
/** The end of `1f3fb` to `1f3ff`, for which Slack writes `skin-tone-2` to `skin-tone-6`. */
const TONE = /-1f3f([b-f])(?:-|$)/;
/** Code points in hexadecimal, as Slack lists them. */
const UNICODE = /^[0-9a-f]{2,6}(?:-[0-9a-f]{2,6})*$/;
const LAST_CODE_POINT = 0x10ffff;
/** Deeper than Slack nests lists and sections. */
const MAX_DEPTH = 8;

/**
 * The text of a message with its emoji as the characters that people see: in `text` Slack gives their names alone, in the blocks
 * beside it what they are. Those that a workspace has made itself are no characters and keep their names.
 */
export function showEmoji(text: string, { blocks }: JsonObject): string {
  if (!Array.isArray(blocks) || !text.includes(':')) return text;
  const found: Emoji[] = [];
  collect(blocks, found, 0);
  if (found.length === 0) return text;
  const characters = new Map(found.map(({ name, shown, tone }) => [name + tone, shown]));
  const names = [...new Set(found.map(({ name }) => name.replaceAll('+', '\\+')))].join('|');
  const named = new RegExp(`${OTHER}|:(${names}):(?::skin-tone-([2-6]):)?`, 'g');
  return text.replace(named, (whole, name: string | undefined, tone = '') =>
    name === undefined ? whole : (characters.get(name + tone) ?? characters.get(name) ?? whole),
  );
}

interface Emoji {
  readonly name: string;
  readonly tone: string;
  readonly shown: string;
}

function collect(listed: readonly unknown[], into: Emoji[], depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const element of listed.filter(isJsonObject)) {
    const { elements } = element;
    const unicode = textAt(element, 'unicode') ?? '';
    const name = NAME.exec(textAt(element, 'name') ?? '')?.[0];
    const shown = element['type'] === 'emoji' ? charactersOf(unicode) : undefined;
    if (name !== undefined && shown !== undefined) into.push({ name, shown, tone: toneOf(unicode) });
    if (Array.isArray(elements)) collect(elements, into, depth + 1);
  }
}

function toneOf(unicode: string): string {
  const end = TONE.exec(unicode)?.[1];
  return end === undefined ? '' : String(Number.parseInt(end, 16) - 9);
}

function charactersOf(unicode: string): string | undefined {
  if (!UNICODE.test(unicode)) return undefined;
  const points = unicode.split('-').map((point) => Number.parseInt(point, 16));
  return points.every((point) => point <= LAST_CODE_POINT) ? String.fromCodePoint(...points) : undefined;
}

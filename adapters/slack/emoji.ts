import { isJsonObject, type JsonObject, textAt } from './json.js';

/** How Slack writes an emoji in a text, with the tone of its skin. */
const NAMED = /:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/g;
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
  if (!Array.isArray(blocks) || text.search(NAMED) === -1) return text;
  const characters = new Map<string, string>();
  collect(blocks, characters, 0);
  return characters.size === 0 ? text : text.replace(NAMED, (named, name: string) => characters.get(name) ?? named);
}

function collect(listed: readonly unknown[], into: Map<string, string>, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const element of listed.filter(isJsonObject)) {
    const { elements } = element;
    const name = textAt(element, 'name');
    const shown = element['type'] === 'emoji' ? charactersOf(textAt(element, 'unicode') ?? '') : undefined;
    if (name !== undefined && shown !== undefined) into.set(name, shown);
    if (Array.isArray(elements)) collect(elements, into, depth + 1);
  }
}

function charactersOf(unicode: string): string | undefined {
  if (!UNICODE.test(unicode)) return undefined;
  const points = unicode.split('-').map((point) => Number.parseInt(point, 16));
  return points.every((point) => point <= LAST_CODE_POINT) ? String.fromCodePoint(...points) : undefined;
}

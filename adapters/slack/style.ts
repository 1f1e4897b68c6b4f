import { isJsonObject, type JsonObject, textAt } from './json.js';

/** A style around the first words, in mrkdwn. */
const STYLED_BEGINNING = /^(```|[`*_~])(?!\1)(?=\S)([^\n]*?\S)\1(?=\s|$)/;

/**
 * A text that begins without a style: commands that are copied from a message, as `help` is, bring theirs along. Where the
 * message says that nothing is styled there, the signs are what was typed, as in a value that was pasted.
 */
export function withoutStyle(text: string, { blocks }: JsonObject): string {
  return isPlain(blocks) ? text : text.replace(STYLED_BEGINNING, '$2');
}

/** True where the first words are known to have no style. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
function isPlain(blocks: unknown): boolean {
  const [paragraph] = objectsIn(objectsIn(blocks)[0]?.['elements']);
  const words = objectsIn(paragraph?.['elements']).find((element) => (textAt(element, 'text') ?? '').trim() !== '');
  return paragraph?.['type'] === 'rich_text_section' && words?.['type'] === 'text' && words['style'] === undefined;
}

function objectsIn(listed: unknown): readonly JsonObject[] {
  return Array.isArray(listed) ? listed.filter(isJsonObject) : [];
}

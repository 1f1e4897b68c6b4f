import { byType, type Check, type Fields, flag, list, object, oneOf, text, url, whole } from './block-checks.js';

/** The rules of the block `rich_text`, as documented at https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. */

const style = object({}, { bold: flag, italic: flag, strike: flag, code: flag, underline: flag });

function rich(type: string, required: Fields, optional: Fields = {}): Check {
  return object({ type: oneOf(type), ...required }, { style, ...optional });
}

const RICH_TEXT = rich('text', { text: text() });
const RICH_LINK = rich('link', { url }, { text: text(), unsafe: flag });
const RICH_INLINE = byType({
  text: RICH_TEXT,
  link: RICH_LINK,
  broadcast: rich('broadcast', { range: oneOf('here', 'channel', 'everyone') }),
  color: rich('color', { value: text() }),
  channel: rich('channel', { channel_id: text() }),
  date: rich('date', { timestamp: whole(0, 9_999_999_999), format: text() }, { url, fallback: text() }),
  emoji: rich('emoji', { name: text() }, { unicode: text(), url }),
  team: rich('team', { team_id: text() }),
  user: rich('user', { user_id: text() }),
  usergroup: rich('usergroup', { usergroup_id: text() }),
});
const border = oneOf(0, 1);
const RICH_SECTION = object({
  type: oneOf('rich_text_section'),
  elements: list(RICH_INLINE, { min: 0, max: 1000 }),
});
/** The parts of a rich_text block. */
export const RICH_PARTS = byType({
  rich_text_section: RICH_SECTION,
  rich_text_list: object(
    {
      type: oneOf('rich_text_list'),
      style: oneOf('bullet', 'ordered'),
      elements: list(byType({ rich_text_section: RICH_SECTION }), { max: 1000 }),
    },
    { border, indent: whole(0, 8), offset: whole(0, 10_000) },
  ),
  rich_text_quote: object({ type: oneOf('rich_text_quote'), elements: list(RICH_INLINE, { max: 1000 }) }, { border }),
  rich_text_preformatted: object(
    {
      type: oneOf('rich_text_preformatted'),
      elements: list(byType({ text: RICH_TEXT, link: RICH_LINK }), { max: 1000 }),
    },
    { border, language: text() },
  ),
});

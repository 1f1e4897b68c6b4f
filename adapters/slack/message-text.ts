import { isJsonObject, type JsonObject, objectAt, textAt } from './json.js';
import { escapeText } from './text.js';

/** Deeper than Slack nests lists and sections. */
const MAX_DEPTH = 8;

/** The text of any message, in mrkdwn: its own, else what its blocks and attachments say. */
export function readMessageText(message: JsonObject): string {
  const own = textAt(message, 'text')?.trim();
  return own === undefined || own === '' ? (textOfBlocks(message['blocks']) ?? textOfAttachments(message)) : own;
}

function textOfBlocks(listed: unknown): string | undefined {
  const lines = objectsIn(listed).map((block) => textOfBlock(block, 0));
  const text = joined(lines, '\n');
  return text === '' ? undefined : text;
}

/** https://docs.slack.dev/reference/block-kit/blocks: those that people and apps write texts in. */
function textOfBlock(block: JsonObject, depth: number): string {
  if (depth > MAX_DEPTH) return '';
  const parts = objectsIn(block['elements']);
  switch (block['type']) {
    case 'rich_text':
    case 'rich_text_list':
      return joined(
        parts.map((part) => textOfBlock(part, depth + 1)),
        '\n',
      );
    case 'rich_text_section':
    case 'rich_text_quote':
    case 'rich_text_preformatted':
      return parts.map(textOfElement).join('');
    case 'context':
      return joined(parts.map(textOfObject), ' ');
    case 'image':
      return escapeText(textAt(block, 'alt_text') ?? '');
    default:
      return joined([textOfObject(objectAt(block, 'text')), ...objectsIn(block['fields']).map(textOfObject)], '\n');
  }
}

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block: as mrkdwn writes it. */
function textOfElement(element: JsonObject): string {
  const text = textAt(element, 'text');
  switch (element['type']) {
    case 'user':
      return `<@${textAt(element, 'user_id') ?? ''}>`;
    case 'channel':
      return `<#${textAt(element, 'channel_id') ?? ''}>`;
    case 'usergroup':
      return `<!subteam^${textAt(element, 'usergroup_id') ?? ''}>`;
    case 'broadcast':
      return `<!${textAt(element, 'range') ?? ''}>`;
    case 'emoji':
      return `:${textAt(element, 'name') ?? ''}:`;
    case 'link': {
      const address = textAt(element, 'url') ?? '';
      return `<${address}${text === undefined ? '' : `|${escapeText(text)}`}>`;
    }
    case 'date':
      return escapeText(textAt(element, 'fallback') ?? '');
    default:
      return escapeText(text ?? '');
  }
}

/** `plain_text` is as it reads; `mrkdwn` has its entities already. */
function textOfObject(object: JsonObject): string {
  const text = textAt(object, 'text') ?? textAt(object, 'alt_text') ?? '';
  return object['type'] === 'mrkdwn' ? text : escapeText(text);
}

function textOfAttachments(message: JsonObject): string {
  const texts = objectsIn(message['attachments']).map((attachment) => {
    const written = ['pretext', 'title', 'text'].map((key) => textAt(attachment, key) ?? '');
    const text = joined(written, '\n');
    return text === '' ? (textOfBlocks(attachment['blocks']) ?? textAt(attachment, 'fallback') ?? '') : text;
  });
  return joined(texts, '\n');
}

function objectsIn(listed: unknown): readonly JsonObject[] {
  return Array.isArray(listed) ? listed.filter(isJsonObject) : [];
}

function joined(texts: readonly string[], between: string): string {
  return texts.filter((text) => text.trim() !== '').join(between);
}

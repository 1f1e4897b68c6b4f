import type { Mention } from '../../src/chat/chat-event.js';

/** `<…>` in a text that Slack sends is always an entity: what people type has its `<` escaped. */
const ENTITY = /<([^<>]*)>/g;
/** Spaces of every width, as phones and copied web pages have them. */
const ODD_SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
const INVISIBLE = /[\u200b\u2060\ufeff]/g;
/** Something of what {@link readTypedText} changes inside of a text. */
const CHANGED = /[<&\r\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]/;
const ESCAPES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** Slack wants these three characters escaped, and only these. https://docs.slack.dev/messaging/formatting-message-text#escaping */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/**
 * What a person typed, out of the text that Slack sends: the bot's own mention removed wherever it stands, other entities
 * as the person sees them, escapes undone once, spaces normal.
 */
export function readTypedText(text: string, botUserId: string): string {
  if (!CHANGED.test(text)) return text.trim();
  const ownMention = new RegExp(`(?<!\\s)\\s*<@${botUserId}(?:\\|[^<>]*)?>[:,]?\\s*`, 'g');
  return text
    .replace(ownMention, ' ')
    .replace(ENTITY, (_entity, inner: string) => readEntity(inner))
    .replace(/&(?:amp|lt|gt);/g, (escaped) => ESCAPES[escaped] ?? escaped)
    .replace(INVISIBLE, '')
    .replace(ODD_SPACES, ' ')
    .replace(/\r\n?/g, '\n')
    .trim();
}

/** Whom a text mentions beside the bot, as {@link readTypedText} shows them. */
export function readMentions(text: string, botUserId: string): readonly Mention[] {
  if (!text.includes('<@')) return [];
  return [...text.matchAll(/<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>/g)].flatMap(([, userId = '', label]) =>
    userId === botUserId ? [] : [{ text: withSign('@', label || userId), userId }],
  );
}

/** https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages */
function readEntity(inner: string): string {
  const bar = inner.indexOf('|');
  const target = bar === -1 ? inner : inner.slice(0, bar);
  const label = bar === -1 ? '' : inner.slice(bar + 1);
  const name = label || target.slice(1);
  if (target.startsWith('@')) return withSign('@', name);
  if (target.startsWith('#')) return withSign('#', name);
  if (target.startsWith('!date^')) return label;
  if (target.startsWith('!subteam^')) return withSign('@', label || target.slice('!subteam^'.length));
  if (target.startsWith('!')) return withSign('@', name);
  return readLink(target, label);
}

/** As the person sees it. Where the label hides the address, as of a link that was pasted, the address stands behind it. */
function readLink(target: string, label: string): string {
  const address = target.replace(/^mailto:/, '');
  if (label === '') return address;
  const isHidden = /^(?:https?|mailto):/.test(target) && !shows(label.toLowerCase(), target.toLowerCase());
  return isHidden ? `${label} (${address})` : label;
}

/** True for a whole part of the address: all of it, its host, or what it ends with, as the key of a ticket. */
function shows(label: string, target: string): boolean {
  return [target.indexOf(label), target.lastIndexOf(label)].some(
    (at) =>
      at !== -1 && /(?:^|[/=#:])$/.test(target.slice(0, at)) && /^(?:$|[/?#&])/.test(target.slice(at + label.length)),
  );
}

function withSign(sign: string, name: string): string {
  return name.startsWith(sign) ? name : `${sign}${name}`;
}

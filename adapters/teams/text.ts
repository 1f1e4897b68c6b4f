import { z } from 'zod';
import type { Mention as ChatMention } from '../../src/chat/chat-event.js';
import { fieldOf } from './field-of.js';

const Mention = z.object({
  type: z.literal('mention'),
  text: z.string().min(1),
  mentioned: z.object({ id: z.string() }),
});
const Html = z.object({ contentType: z.literal('text/html'), content: z.string() });

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

interface Typed {
  readonly text?: string | null | undefined;
  readonly entities?: readonly unknown[] | null | undefined;
  readonly attachments?: readonly unknown[] | null | undefined;
}

/** Texts of the mentions of the bot, as they stand in the message (`<at>Behalf</at>`). */
export function mentionsOf(message: Typed, botId: string): readonly string[] {
  const texts: string[] = [];
  for (const { mentioned, text } of allMentions(message)) if (mentioned.id === botId) texts.push(text);
  return texts;
}

/** Whom the text mentions beside the bot, as {@link typedText} shows them. */
export function peopleIn(message: Typed, botId: string): readonly ChatMention[] {
  const people: ChatMention[] = [];
  for (const { mentioned, text } of allMentions(message)) {
    if (mentioned.id === botId) continue;
    people.push({ text: tidy(decodeEntities(text.replaceAll(/<[^<>]*>/g, ''))), userId: mentioned.id });
  }
  return people;
}

/** Every message has entities of other kinds: only what says that it is a mention is read as one, since a refusal costs much. */
function allMentions({ entities }: Typed): readonly z.infer<typeof Mention>[] {
  const mentions: z.infer<typeof Mention>[] = [];
  for (const entity of entities ?? []) {
    const { data } = fieldOf(entity, 'type') === 'mention' ? Mention.safeParse(entity) : {};
    if (data) mentions.push(data);
  }
  return mentions;
}

/** Stands in the text for a message that the person answers to with *Reply*. */
const QUOTE_MARK = /<quoted messageId="[^"<>]*" ?\/>/gi;
const BLOCKQUOTE = /<blockquote\s([^<>]*)>(?:(?!<\/?blockquote)[\s\S])*<\/blockquote>/gi;
const REPLY = 'schema.skype.com/Reply';

/** What the person typed: without the mentions of the bot and what it answers to, spaces of every kind as one plain space, line breaks kept. */
export function typedText(message: Typed, botId: string): string {
  let text = (message.text ?? '').replaceAll(QUOTE_MARK, ' ');
  const mentions = mentionsOf(message, botId);
  // Nothing in most texts could be encoded.
  if ((mentions.length > 0 || /[&<]/.test(text)) && isEncoded(message, text)) {
    for (const mention of mentions) text = text.replaceAll(mention, ' ');
    text = decodeEntities(text.replaceAll(/<at(?:\s[^<>]*)?>([^<]*)<\/at>/g, '$1'));
  }
  return tidy(text);
}

/**
 * Teams encodes `&`, `<` and `>` in the text of a message with mentions, and leaves that of a plain one as it was typed.
 * The HTML that comes along tells: where it reads the same as the text, there is nothing to decode.
 */
function isEncoded({ attachments }: Typed, text: string): boolean {
  for (const attachment of attachments ?? []) {
    const html = Html.safeParse(attachment);
    if (!html.success) continue;
    const own = html.data.content.replaceAll(BLOCKQUOTE, (quote, about: string) =>
      about.includes(REPLY) ? ' ' : quote,
    );
    return withoutSpaces(decodeEntities(own.replaceAll(/<[^<>]*>/g, ''))) !== withoutSpaces(text);
  }
  return true;
}

/** Lines of a text are elements in the HTML, and parts of a word may be. */
function withoutSpaces(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

/** Ends of what stands on a line of its own. */
const LINE_ENDS = /<(?:br\s*\/?|\/(?:p|div|li|h[1-6]|tr|blockquote|pre))\s*>/gi;
const LINK = /<a\s[^<>]*?href="([^"<>]*)"[^<>]*>((?:(?!<a\s|<\/a>)[\s\S])*)<\/a>/gi;
/** Emojis, and pictures that have words. */
const PICTURE = /<(?:emoji|img)\s[^<>]*?alt="([^"<>]*)"[^<>]*>/gi;

/** The HTML of any message as it reads. Where a label hides the address of a link, the address stands behind it. */
export function textOfHtml(html: string): string {
  const marked = html
    .replaceAll(/\s+/g, ' ')
    .replaceAll(LINE_ENDS, '\n')
    .replaceAll(PICTURE, '$1')
    .replaceAll(LINK, (_link, address: string, label: string) => {
      const words = label.replaceAll(/<[^<>]*>/g, '').trim();
      return words === '' || address.includes(words) ? address : `${words} (${address})`;
    });
  return tidy(decodeEntities(marked.replaceAll(/<[^<>]*>/g, '')));
}

/** A space that is not plain, or not alone, or at an end. */
const UNTIDY = /[^\S ]| {2}|^ | $/;

/** Spaces of every kind as one plain space, line breaks kept. */
export function tidy(text: string): string {
  if (!UNTIDY.test(text)) return text;
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .trim();
}

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, decodeEntity);
}

function decodeEntity(entity: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : entity;
}

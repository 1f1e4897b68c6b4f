import type {
  ConfirmationDialog,
  KnownBlock,
  PlainTextElement,
  RichTextElement,
  RichTextSection,
  Button as SlackButton,
} from '@slack/types';
import { clip } from '../../src/chat/clip.js';
import type {
  ActionButton,
  Block,
  Button,
  ImageBlock,
  Message,
  RichText,
  Span,
  TableBlock,
} from '../../src/chat/message.js';
import { spokenWords } from '../../src/chat/message-words.js';
import type { Texts } from '../../src/texts/english.js';
import { textsFor } from '../../src/texts/texts-for.js';
import { fitBlocks, joinParagraphs, plain } from './fit-blocks.js';
import { Room } from './room.js';
import { DIVIDED, HOME, MESSAGE, type Surface } from './surfaces.js';
import { nativeTable, plainTable } from './tables.js';
import { escapeText } from './text.js';

/** What `chat.postMessage` takes. `text` is escaped; notifications and screen readers use it. */
export interface SlackContent {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** https://docs.slack.dev/reference/block-kit: the limits of the blocks and elements that we use. */
const MAX = {
  buttonsInBlock: 25,
  options: 100,
  header: 150,
  textBlock: 3000,
  richElements: 500,
  label: 75,
  optionValue: 150,
  buttonValue: 2000,
  url: 3000,
  alt: 2000,
  id: 255,
  confirmTitle: 100,
  confirmText: 300,
  confirmChoice: 30,
} as const;

const FALLBACK_CHARACTERS = 3000;
const PICKLIST_PREFIX = 'pick:';

/**
 * A message as Block Kit. Texts are data everywhere (`rich_text` and `plain_text`, never mrkdwn), and everything is cut to
 * Slack's limits, so that no message is refused for its length. `plain` draws tables with spaces and pictures as links: Slack
 * refuses a message whose picture it cannot fetch, and tables where it does not know them.
 */
export function renderMessage(message: Message, options: { readonly plain?: boolean } = {}): SlackContent {
  const { blocks, spoken } = draw(message, MESSAGE, options.plain ?? false);
  return { text: escapeText(clip(spoken, FALLBACK_CHARACTERS)), blocks };
}

/** Whether Slack shows these blocks in one message, whole. `locale`: BCP 47, of whoever reads them. */
export function fitsOneMessage(blocks: readonly Block[], locale?: string): boolean {
  const drawing = new Drawing(false, DIVIDED, textsFor(locale).replies);
  const drawn = blocks.flatMap((block) => drawing.block(block));
  if (drawing.room.wasCut || drawing.lacksRows) return false;
  return drawn.length <= DIVIDED.blocks || joinParagraphs(drawn).length <= DIVIDED.blocks;
}

/** As {@link renderMessage}, for the Home tab, which has more room, and no tables. */
export function renderHomeBlocks(content: Message): KnownBlock[] {
  return draw(content, HOME, true).blocks;
}

function draw(
  message: Message,
  surface: Surface,
  isPlain: boolean,
): { readonly blocks: KnownBlock[]; readonly spoken: string } {
  const texts = textsFor(message.locale).replies;
  const drawing = new Drawing(isPlain, surface, texts);
  const drawn = message.blocks.flatMap((block) => drawing.block(block));
  const spoken = spokenWords(message);
  const blocks = drawn.length > 0 ? drawn : drawing.text([{ text: spoken }]);
  return { blocks: fitBlocks(blocks, drawing.room, surface.blocks, texts[surface.cutNote]), spoken };
}

/** The picklist that an `action_id` of a menu belongs to; undefined for ids that are not ours. */
export function picklistIdOf(actionId: string): string | undefined {
  return actionId.startsWith(PICKLIST_PREFIX) ? actionId.slice(PICKLIST_PREFIX.length) : undefined;
}

/** One message in the making: the room that is left and the ids that are taken. */
class Drawing {
  readonly room: Room;
  readonly #plain: boolean;
  readonly #surface: Surface;
  readonly #texts: Texts['replies'];
  #buttons = 0;
  /** A table is not shown as it is: rows or columns are left out, or cells are cut. */
  lacksRows = false;
  /** Slack takes one table of its own in a message. */
  #hasTable = false;

  constructor(plain: boolean, surface: Surface, texts: Texts['replies']) {
    this.room = new Room(surface.characters);
    this.#plain = plain;
    this.#surface = surface;
    this.#texts = texts;
  }

  block(block: Block): KnownBlock[] {
    switch (block.kind) {
      case 'heading':
        return this.#heading(block.text);
      case 'text':
        return this.text(block.text);
      case 'fields':
        return this.#fields(block.fields);
      case 'note':
        return this.#note(block.text);
      case 'divider':
        return [{ type: 'divider' }];
      case 'buttons':
        return this.#actions(block.buttons);
      case 'picklist':
        return this.#picklist(block);
      case 'image':
        return this.#image(block);
      case 'table':
        return this.#table(block);
    }
  }

  text(text: RichText): KnownBlock[] {
    const section = this.#section(text);
    return section ? [{ type: 'rich_text', elements: [section] }] : [];
  }

  #heading(text: string): KnownBlock[] {
    const line = text.replace(/\s+/g, ' ').trim();
    // Longer than Slack's large letters may be.
    if (line.length > MAX.header) return this.text([{ text: line, style: 'bold' }]);
    const taken = this.room.take(line, MAX.header);
    return taken === '' ? [] : [{ type: 'header', text: plain(taken) }];
  }

  #fields(fields: readonly { readonly label: string; readonly value: string }[]): KnownBlock[] {
    const sections = fields.flatMap(({ label, value }) => {
      const section = this.#section([{ text: `${label}: `, style: 'bold' }, { text: value || '–' }]);
      return section ? [section] : [];
    });
    return sections.length === 0 ? [] : [{ type: 'rich_text', elements: sections }];
  }

  /** Small print; the small kind of block knows no links or styles without mrkdwn. */
  #note(text: RichText): KnownBlock[] {
    if (text.some((span) => span.link !== undefined || span.style !== undefined)) return this.text(text);
    const whole = text.map((span) => span.text).join('');
    if (whole.length > MAX.textBlock) return this.text(text);
    const line = this.room.take(whole, MAX.textBlock);
    return line.trim() === '' ? [] : [{ type: 'context', elements: [plain(line)] }];
  }

  #image({ alt, url }: ImageBlock): KnownBlock[] {
    const label = alt.trim() || this.#texts.picture;
    if (!isLink(url, ['https:'])) return this.#note([{ text: label }]);
    if (this.#plain) return this.text([{ text: label, link: url }]);
    return [{ type: 'image', image_url: url, alt_text: this.room.take(label, MAX.alt) || '…' }];
  }

  #table(table: TableBlock): KnownBlock[] {
    const isPlain = this.#plain || this.#hasTable;
    const draw = isPlain ? plainTable : nativeTable;
    const { block, isWhole, note } = draw(table, this.room, this.#texts);
    // It says itself what is left out; asked whether it fits, it does not.
    if (!isWhole) this.lacksRows = true;
    this.#hasTable ||= block?.type === 'table';
    return [
      ...(block ? [block] : []),
      ...(note === undefined ? [] : [{ type: 'context' as const, elements: [plain(note)] }]),
    ];
  }

  #section(text: RichText): RichTextSection | undefined {
    if (text.length > MAX.richElements) this.room.markCut();
    const elements = text.slice(0, MAX.richElements).flatMap((span) => this.#span(span));
    return elements.length === 0 ? undefined : { type: 'rich_text_section', elements };
  }

  #span(span: Span): RichTextElement[] {
    const text = this.room.take(span.text, this.#surface.characters);
    if (text === '') return [];
    const style = span.style === undefined ? {} : { style: { [span.style]: true } };
    return isLink(span.link, ['http:', 'https:', 'mailto:'])
      ? [{ type: 'link', url: span.link, text, ...style }]
      : [{ type: 'text', text, ...style }];
  }

  #actions(buttons: readonly Button[]): KnownBlock[] {
    const usable = buttons.filter((button) => button.kind !== 'link' || isLink(button.url, ['http:', 'https:']));
    const elements = usable.map((button) => this.#button(button));
    const blocks: KnownBlock[] = [];
    for (let start = 0; start < elements.length; start += MAX.buttonsInBlock)
      blocks.push({ type: 'actions', elements: elements.slice(start, start + MAX.buttonsInBlock) });
    const unusable = buttons.filter((button) => !usable.includes(button)).map(({ label }) => label);
    if (unusable.length === 0) return blocks;
    return [...blocks, ...this.#note([{ text: this.#texts.noAddress(unusable) }])];
  }

  #button(button: Button): SlackButton {
    this.#buttons += 1;
    const common = { type: 'button' as const, action_id: `button:${this.#buttons}`, text: plainLabel(button.label) };
    switch (button.kind) {
      case 'link':
        return { ...common, url: button.url };
      case 'login':
        return { ...common, url: button.url, value: button.token, style: 'primary' };
      case 'action':
        return {
          ...common,
          value: button.token,
          ...(button.style === undefined ? {} : { style: button.style }),
          ...(button.confirm === undefined ? {} : { confirm: confirmation(button, button.confirm) }),
        };
    }
  }

  #picklist(picklist: Extract<Block, { kind: 'picklist' }>): KnownBlock[] {
    const fitting = picklist.options.filter(({ value }) => value !== '' && value.length <= MAX.optionValue);
    const shown = fitting.slice(0, MAX.options);
    if (shown.length === 0) return this.#note([{ text: this.#texts.nothingToChoose(picklist.label) }]);
    const hidden = picklist.options.length - shown.length;
    return [
      {
        type: 'section',
        text: plainLabel(picklist.label),
        accessory: {
          type: 'static_select',
          action_id: clip(`${PICKLIST_PREFIX}${picklist.id}`, MAX.id),
          placeholder: plain(this.#texts.choose),
          options: shown.map(({ label, value }) => ({ text: plainLabel(label), value })),
        },
      },
      ...(hidden === 0 ? [] : this.#note([{ text: this.#texts.shownOf(shown.length, picklist.options.length) }])),
    ];
  }
}

function confirmation(button: ActionButton, confirm: NonNullable<ActionButton['confirm']>): ConfirmationDialog {
  return {
    title: plainLabel(confirm.title, MAX.confirmTitle),
    text: plainLabel(confirm.text, MAX.confirmText),
    confirm: plainLabel(confirm.yes, MAX.confirmChoice),
    deny: plainLabel(confirm.no, MAX.confirmChoice),
    ...(button.style === 'danger' ? { style: 'danger' as const } : {}),
  };
}

function plainLabel(text: string, max: number = MAX.label): PlainTextElement {
  return plain(clip(text.trim() || '–', max));
}

function isLink(url: string | undefined, protocols: readonly string[]): url is string {
  return url !== undefined && url.length <= MAX.url && URL.canParse(url) && protocols.includes(new URL(url).protocol);
}

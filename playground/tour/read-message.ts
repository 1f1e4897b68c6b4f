import type { PlaygroundMessage } from '../conversations.js';
import { ADAPTIVE_CARD, isRecord, readCard } from '../teams/cards.js';

export interface ReadButton {
  readonly label: string;
  readonly url?: string;
}

export interface ReadPicklist {
  readonly id: string;
  readonly blockId: string;
  readonly options: readonly { readonly label: string; readonly value: string }[];
}

/** What a person can read and do in a message, whatever platform drew it. */
export interface Readable {
  readonly text: string;
  readonly buttons: readonly ReadButton[];
  readonly picklists: readonly ReadPicklist[];
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a message as it was sent: Block Kit, or an activity with an adaptive card. */
export function readMessage(message: PlaygroundMessage): Readable {
  const native = isRecord(message.native) ? message.native : {};
  const blocks = records(native['blocks']);
  if (blocks.length > 0) return readBlocks(blocks);
  const cards = records(native['attachments']).filter((attachment) => attachment['contentType'] === ADAPTIVE_CARD);
  if (cards.length > 0) return readCards(cards.map((attachment) => attachment['content']));
  return { text: message.text, buttons: [], picklists: [] };
}

function readBlocks(blocks: readonly Json[]): Readable {
  const elements = blocks.flatMap((block) =>
    [...records(block['elements']), ...records([block['accessory'], block['element']])].map((element) => ({
      block,
      element,
    })),
  );
  return {
    text: join(blocks.filter((block) => block['type'] !== 'actions').map(textIn)),
    buttons: elements
      .filter(({ element }) => element['type'] === 'button')
      .map(({ element }) => button(textIn(element['text']), element['url'])),
    picklists: elements
      .filter(({ element }) => element['type'] === 'static_select')
      .map(({ block, element }) => ({
        id: String(element['action_id']),
        blockId: String(block['block_id']),
        options: records(element['options']).map((option) => ({
          label: textIn(option['text']),
          value: String(option['value']),
        })),
      })),
  };
}

function readCards(cards: readonly unknown[]): Readable {
  const parts = cards.map(readCard);
  return {
    text: join(parts.map(({ text }) => text)),
    buttons: parts.flatMap(({ actions }) =>
      actions.map((action) => button(action.title, action.url ?? signInUrl(action.data))),
    ),
    picklists: parts.flatMap(({ inputs }) =>
      inputs.map(({ choices, id }) => ({
        id,
        blockId: '',
        options: choices.map(({ title, value }) => ({ label: title, value })),
      })),
    ),
  };
}

/** A login button of Teams is a submit action that opens the sign-in window. */
function signInUrl(data: unknown): unknown {
  const teams = isRecord(data) && isRecord(data['msteams']) ? data['msteams'] : {};
  return teams['type'] === 'signin' ? teams['value'] : undefined;
}

function button(label: string, url: unknown): ReadButton {
  return typeof url === 'string' ? { label, url } : { label };
}

/** All text below a node, in its order. */
function textIn(node: unknown): string {
  if (typeof node === 'string') return node;
  if (Array.isArray(node)) return node.map(textIn).join('');
  if (!isRecord(node)) return '';
  if (typeof node['text'] === 'string') return node['text'];
  if (Array.isArray(node['rows'])) return join(node['rows'].map(rowText));
  if (Array.isArray(node['fields'])) return join([textIn(node['text']), ...node['fields'].map(textIn)]);
  return [node['text'], node['label'], node['elements']].map(textIn).join('');
}

function rowText(cells: unknown): string {
  return Array.isArray(cells) ? cells.map(textIn).join(' | ') : '';
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part.trim() !== '').join('\n');
}

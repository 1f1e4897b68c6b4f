import { isRecord } from './block-checks.js';
import type { Block } from './types.js';

/** An interactive element with the block that holds it. */
export interface PlacedElement {
  readonly blockId: string;
  readonly actionId: string;
  readonly type: string;
  readonly element: Block;
  /** Slack reports a change of it at once; otherwise it only shows in `state.values`. */
  readonly dispatches: boolean;
}

/** How a control method names an element. */
export interface ElementReference {
  readonly actionId?: string;
  readonly blockId?: string;
  readonly buttonText?: string;
}

export type StateValues = Readonly<Record<string, Readonly<Record<string, Block>>>>;

function place(block: Block, element: unknown): readonly PlacedElement[] {
  if (!isRecord(element)) return [];
  const { action_id: actionId, type } = element;
  const blockId = block['block_id'];
  if (typeof actionId !== 'string' || typeof blockId !== 'string' || typeof type !== 'string') return [];
  const dispatches = block['type'] !== 'input' || block['dispatch_action'] === true;
  return [{ blockId, actionId, type, element, dispatches }];
}

/** Every interactive element of a message, in reading order. */
export function placedElements(blocks: readonly Block[]): readonly PlacedElement[] {
  return blocks.flatMap((block) => {
    const listed: readonly unknown[] =
      block['type'] === 'actions' && Array.isArray(block['elements']) ? block['elements'] : [];
    return [...listed, block['accessory'], block['element']].flatMap((element) => place(block, element));
  });
}

export function textOf(value: unknown): string {
  return isRecord(value) && typeof value['text'] === 'string' ? value['text'] : '';
}

/** The one element that a reference means; throws with what there is instead. */
export function findElement(blocks: readonly Block[], reference: ElementReference): PlacedElement {
  const elements = placedElements(blocks);
  const found = elements.find(
    (placed) =>
      (reference.actionId === undefined || placed.actionId === reference.actionId) &&
      (reference.blockId === undefined || placed.blockId === reference.blockId) &&
      (reference.buttonText === undefined || textOf(placed.element['text']) === reference.buttonText),
  );
  if (found) return found;
  const there = elements.map((placed) => `${placed.actionId} "${textOf(placed.element['text'])}"`).join(', ');
  throw new Error(`the message has no element ${JSON.stringify(reference)}; it has: ${there || 'none'}`);
}

/** All options of a menu, those in groups included. */
export function optionsOf(element: Block): readonly Block[] {
  const groups: readonly unknown[] = Array.isArray(element['option_groups']) ? element['option_groups'] : [element];
  return groups.flatMap((group) =>
    isRecord(group) && Array.isArray(group['options']) ? group['options'].filter(isRecord) : [],
  );
}

const FIELD_OF: Readonly<Record<string, string>> = {
  static_select: 'selected_option',
  external_select: 'selected_option',
  radio_buttons: 'selected_option',
  overflow: 'selected_option',
  multi_static_select: 'selected_options',
  multi_external_select: 'selected_options',
  checkboxes: 'selected_options',
  users_select: 'selected_user',
  multi_users_select: 'selected_users',
  conversations_select: 'selected_conversation',
  multi_conversations_select: 'selected_conversations',
  channels_select: 'selected_channel',
  multi_channels_select: 'selected_channels',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
  datetimepicker: 'selected_date_time',
  plain_text_input: 'value',
  email_text_input: 'value',
  url_text_input: 'value',
  number_input: 'value',
  file_input: 'files',
};

/** What an element holds before anybody touched it; undefined for buttons, which hold nothing. */
export function initialState(placed: PlacedElement): Block | undefined {
  const field = FIELD_OF[placed.type];
  if (field === undefined || placed.type === 'overflow') return undefined;
  const initial = placed.element[field.replace('selected_', 'initial_').replace(/^value$/, 'initial_value')];
  const empty = field.endsWith('s') ? [] : null;
  return { type: placed.type, [field]: initial ?? empty };
}

/** What an element holds after a person chose `value`: an option by its value or label, or a typed text. */
export function chosenState(
  placed: PlacedElement,
  value: string | readonly string[],
  offered: readonly Block[],
): Block {
  const field = FIELD_OF[placed.type];
  if (field === undefined) throw new Error(`a person cannot choose a value of a ${placed.type}`);
  const values = typeof value === 'string' ? [value] : value;
  const pick = (wanted: string): unknown => {
    if (!field.startsWith('selected_option')) return wanted;
    const option = offered.find((candidate) => candidate['value'] === wanted || textOf(candidate['text']) === wanted);
    if (!option) throw new Error(`the menu ${placed.actionId} does not offer ${wanted}`);
    return option;
  };
  return { type: placed.type, [field]: field.endsWith('s') ? values.map(pick) : pick(values[0] ?? '') };
}

/** `state.values` of a message: what every element holds, as this person sees it. */
export function stateValues(blocks: readonly Block[], held: (placed: PlacedElement) => Block | undefined): StateValues {
  const values: Record<string, Record<string, Block>> = {};
  for (const placed of placedElements(blocks)) {
    const state = held(placed) ?? initialState(placed);
    if (state) values[placed.blockId] = { ...values[placed.blockId], [placed.actionId]: state };
  }
  return values;
}

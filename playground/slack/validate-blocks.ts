import {
  all,
  atLeastOne,
  type BlockFault,
  byType,
  type Check,
  exactlyOne,
  type Fields,
  flag,
  isRecord,
  list,
  object,
  oneOf,
  pattern,
  text,
  unique,
  url,
  whole,
} from './block-checks.js';
import { RICH_PARTS } from './rich-text-rules.js';

/**
 * The rules of Block Kit that Slack enforces on `blocks`, as documented at https://docs.slack.dev/reference/block-kit.
 * Kinds of block that only some plans or surfaces accept (video, file, card and the like) are refused.
 */

const id = text(255);

function plainText(max: number): Check {
  return object({ type: oneOf('plain_text'), text: text(max) }, { emoji: flag });
}

function anyText(max: number): Check {
  return byType({
    plain_text: plainText(max),
    mrkdwn: object({ type: oneOf('mrkdwn'), text: text(max) }, { verbatim: flag }),
  });
}

const confirm = object(
  { text: anyText(300) },
  { title: plainText(100), confirm: plainText(30), deny: plainText(30), style: oneOf('primary', 'danger') },
);

function option(label: Check): Check {
  return object({ text: label, value: text(150) }, { description: anyText(75) });
}

const menuOption = option(plainText(75));
const richOption = option(anyText(75));
const overflowOption = object({ text: plainText(75) }, { value: text(150), description: plainText(75), url });
const optionGroup = object({ label: plainText(75), options: list(menuOption, { max: 100 }) });

function hasOption(menu: unknown, initial: unknown): boolean {
  if (!isRecord(menu)) return false;
  const groups = Array.isArray(menu['option_groups']) ? menu['option_groups'] : [menu];
  const options: unknown[] = groups.flatMap((group: unknown) =>
    isRecord(group) && Array.isArray(group['options']) ? group['options'] : [],
  );
  return options.some((item) => isRecord(item) && isRecord(initial) && item['value'] === initial['value']);
}

/** `initial_option(s)` must match one of the options on offer. */
function initialIsOnOffer(value: unknown, at: string): readonly BlockFault[] {
  if (!isRecord(value)) return [];
  const many = Array.isArray(value['initial_options']) ? value['initial_options'] : [];
  const chosen: unknown[] = value['initial_option'] === undefined ? many : [value['initial_option'], ...many];
  const name = value['initial_option'] === undefined ? 'initial_options' : 'initial_option';
  return chosen.every((initial) => hasOption(value, initial))
    ? []
    : [{ at: `${at}/${name}`, message: 'initial option must be one of the options' }];
}

function element(type: string, required: Fields, optional: Fields = {}): Check {
  return object({ type: oneOf(type), ...required }, { action_id: id, ...optional });
}

const asked: Fields = { confirm, focus_on_load: flag };
const placed: Fields = { ...asked, placeholder: plainText(150) };
const typed: Fields = {
  placeholder: plainText(150),
  focus_on_load: flag,
  dispatch_action_config: object({
    trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 }),
  }),
};
const maxSelected: Fields = { max_selected_items: whole(1, 100) };
const oneOptionList = exactlyOne('options', 'option_groups');
const optionLists: Fields = {
  options: list(menuOption, { max: 100 }),
  option_groups: list(optionGroup, { max: 100 }),
};
const filter = object(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { max: 4 }),
    exclude_external_shared_channels: flag,
    exclude_bot_users: flag,
  },
);
const ofConversation: Fields = { default_to_current_conversation: flag, filter, response_url_enabled: flag };
const some = list(text(), { max: 100 });

const image = all(
  object(
    { type: oneOf('image'), alt_text: text(2000) },
    { image_url: url, slack_file: object({}, { id: text(), url }) },
  ),
  exactlyOne('image_url', 'slack_file'),
);

const BUTTON = element(
  'button',
  { text: plainText(75) },
  { value: text(2000), url, style: oneOf('primary', 'danger'), confirm, accessibility_label: text(75) },
);

const SELECTS: Readonly<Record<string, Check>> = {
  static_select: all(
    oneOptionList,
    element('static_select', {}, { ...placed, ...optionLists, initial_option: menuOption }),
    initialIsOnOffer,
  ),
  multi_static_select: all(
    oneOptionList,
    element(
      'multi_static_select',
      {},
      { ...placed, ...optionLists, ...maxSelected, initial_options: list(menuOption, { max: 100 }) },
    ),
    initialIsOnOffer,
  ),
  external_select: element(
    'external_select',
    {},
    { ...placed, initial_option: menuOption, min_query_length: whole(0, 100) },
  ),
  multi_external_select: element(
    'multi_external_select',
    {},
    { ...placed, ...maxSelected, initial_options: list(menuOption, { max: 100 }), min_query_length: whole(0, 100) },
  ),
  users_select: element('users_select', {}, { ...placed, initial_user: text() }),
  multi_users_select: element('multi_users_select', {}, { ...placed, ...maxSelected, initial_users: some }),
  conversations_select: element(
    'conversations_select',
    {},
    { ...placed, ...ofConversation, initial_conversation: text() },
  ),
  multi_conversations_select: element(
    'multi_conversations_select',
    {},
    { ...placed, ...ofConversation, ...maxSelected, initial_conversations: some },
  ),
  channels_select: element('channels_select', {}, { ...placed, initial_channel: text(), response_url_enabled: flag }),
  multi_channels_select: element('multi_channels_select', {}, { ...placed, ...maxSelected, initial_channels: some }),
};

const PICKERS: Readonly<Record<string, Check>> = {
  ...SELECTS,
  checkboxes: all(
    element(
      'checkboxes',
      { options: list(richOption, { max: 10 }) },
      { ...asked, initial_options: list(richOption, { max: 10 }) },
    ),
    initialIsOnOffer,
  ),
  radio_buttons: all(
    element('radio_buttons', { options: list(richOption, { max: 10 }) }, { ...asked, initial_option: richOption }),
    initialIsOnOffer,
  ),
  datepicker: element(
    'datepicker',
    {},
    { ...placed, initial_date: pattern(/^\d{4}-\d{2}-\d{2}$/, 'a date as YYYY-MM-DD') },
  ),
  timepicker: element(
    'timepicker',
    {},
    { ...placed, initial_time: pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time as HH:mm'), timezone: text() },
  ),
  datetimepicker: element('datetimepicker', {}, { ...asked, initial_date_time: whole(1_000_000_000, 9_999_999_999) }),
};

const OVERFLOW = element('overflow', { options: list(overflowOption, { max: 5 }) }, { confirm });

const INPUTS: Readonly<Record<string, Check>> = {
  ...PICKERS,
  plain_text_input: element(
    'plain_text_input',
    {},
    {
      ...typed,
      initial_value: text(3000, 0),
      multiline: flag,
      min_length: whole(0, 3000),
      max_length: whole(1, 3000),
    },
  ),
  email_text_input: element('email_text_input', {}, { ...typed, initial_value: text() }),
  url_text_input: element('url_text_input', {}, { ...typed, initial_value: text() }),
  number_input: element(
    'number_input',
    { is_decimal_allowed: flag },
    { ...typed, initial_value: text(), min_value: text(), max_value: text() },
  ),
  file_input: element('file_input', {}, { filetypes: list(text(), { max: 100 }), max_files: whole(1, 10) }),
};

function block(type: string, required: Fields, optional: Fields = {}): Check {
  return object({ type: oneOf(type), ...required }, { block_id: id, ...optional });
}

function uniqueActionIds(value: unknown, at: string): readonly BlockFault[] {
  const elements = isRecord(value) ? value['elements'] : undefined;
  return Array.isArray(elements) ? unique(elements, 'action_id', `${at}/elements`) : [];
}

const RICH_TEXT = block('rich_text', { elements: list(RICH_PARTS, { min: 0, max: 1000 }) });
const TABLE_CELL = byType({ raw_text: object({ type: oneOf('raw_text'), text: text() }), rich_text: RICH_TEXT });

const MESSAGE_BLOCKS: Readonly<Record<string, Check>> = {
  section: all(
    block(
      'section',
      {},
      {
        text: anyText(3000),
        fields: list(anyText(2000), { max: 10 }),
        accessory: byType({ ...PICKERS, button: BUTTON, overflow: OVERFLOW, image }),
        expand: flag,
      },
    ),
    atLeastOne('text', 'fields'),
  ),
  actions: all(
    block('actions', { elements: list(byType({ ...PICKERS, button: BUTTON, overflow: OVERFLOW }), { max: 25 }) }),
    uniqueActionIds,
  ),
  context: block('context', {
    elements: list(byType({ image, plain_text: anyText(3000), mrkdwn: anyText(3000) }), { max: 10 }),
  }),
  divider: block('divider', {}),
  header: block('header', { text: plainText(150) }),
  image: all(
    block(
      'image',
      { alt_text: text(2000) },
      { image_url: url, slack_file: object({}, { id: text(), url }), title: plainText(2000) },
    ),
    exactlyOne('image_url', 'slack_file'),
  ),
  input: block(
    'input',
    { label: plainText(2000), element: byType(INPUTS) },
    { hint: plainText(2000), optional: flag, dispatch_action: flag },
  ),
  markdown: block('markdown', { text: text(12_000) }),
  table: block(
    'table',
    { rows: list(list(TABLE_CELL, { max: 20 }), { max: 100 }) },
    { column_settings: list(object({}, { align: oneOf('left', 'center', 'right'), is_wrapped: flag }), { max: 20 }) },
  ),
  rich_text: RICH_TEXT,
};

const MESSAGE = all(list(byType(MESSAGE_BLOCKS), { min: 0, max: 50 }), uniqueBlockIds, oneTable);
/** Modals and Home tabs know neither of the two. */
const { markdown: _markdown, table: _table, ...VIEW_BLOCKS } = MESSAGE_BLOCKS;
const VIEW = all(list(byType(VIEW_BLOCKS), { min: 0, max: 100 }), uniqueBlockIds);

function uniqueBlockIds(value: unknown, at: string): readonly BlockFault[] {
  return Array.isArray(value) ? unique(value, 'block_id', at) : [];
}

function oneTable(value: unknown, at: string): readonly BlockFault[] {
  const tables = Array.isArray(value) ? value.filter((one) => isRecord(one) && one['type'] === 'table') : [];
  return tables.length > 1 ? [{ at, message: 'only one table is allowed' }] : [];
}

/**
 * The faults that Slack would find in `blocks`, as the lines of `response_metadata.messages`. Empty: Slack takes them.
 */
export function validateBlocks(blocks: unknown, surface: 'message' | 'view' = 'message'): readonly string[] {
  const faults = (surface === 'message' ? MESSAGE : VIEW)(blocks, '/blocks');
  return faults.map(({ at, message }) => `[ERROR] ${message} [json-pointer:${at}]`);
}

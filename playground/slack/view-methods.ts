import { SLACK_TEAM_ID } from '../people.js';
import {
  type ApiAnswer,
  type ApiMethod,
  type ApiWorld,
  type Args,
  fail,
  jsonArg,
  refuseBlocks,
  succeed,
  textArg,
} from './api-call.js';
import { isRecord } from './block-checks.js';
import { textOf } from './elements.js';
import type { Block } from './types.js';
import { validateBlocks } from './validate-blocks.js';
import { SLACK_APP_ID, SLACK_BOT_ID, withIds } from './workspace.js';

type ViewType = 'modal' | 'home';

/** `view_too_large`: https://docs.slack.dev/reference/methods/views.publish */
const MAX_VIEW_BYTES = 250_000;

/** The parts that a view may have besides its blocks. https://docs.slack.dev/reference/views */
const PARTS: Readonly<Record<ViewType, readonly string[]>> = {
  modal: ['title', 'submit', 'close', 'clear_on_close', 'notify_on_close', 'submit_disabled'],
  home: [],
};
const PARTS_OF_ALL = ['type', 'blocks', 'private_metadata', 'callback_id', 'external_id'];

function viewFaults(view: Block, type: ViewType): readonly string[] {
  const labels = ['title', 'submit', 'close'].filter((key) => textOf(view[key]).length > 24);
  const missing = type === 'modal' && textOf(view['title']) === '' ? ['title'] : [];
  const metadata = String(view['private_metadata'] ?? '').length > 3000 ? ['private_metadata'] : [];
  const callback = String(view['callback_id'] ?? '').length > 255 ? ['callback_id'] : [];
  const unknown = Object.keys(view).filter((key) => ![...PARTS_OF_ALL, ...PARTS[type]].includes(key));
  return [
    ...[...labels, ...missing, ...metadata, ...callback].map(
      (key) => `[ERROR] must be present and short enough [json-pointer:/view/${key}]`,
    ),
    ...unknown.map((key) => `[ERROR] invalid additional property: ${key} [json-pointer:/view]`),
  ];
}

function readView(args: Args, type: ViewType): ApiAnswer | Block {
  const view = jsonArg(args, 'view');
  if (!isRecord(view) || view['type'] !== type) {
    return fail('invalid_arguments', { response_metadata: { messages: ['[ERROR] missing required field: view'] } });
  }
  if (Buffer.byteLength(JSON.stringify(view)) > MAX_VIEW_BYTES) return fail('view_too_large');
  const faults = [...viewFaults(view, type), ...validateBlocks(view['blocks'], 'view')];
  return faults.length > 0 ? refuseBlocks(faults) : view;
}

function keepView(view: ApiAnswer | Block, world: ApiWorld, before?: Block): ApiAnswer {
  if (view['ok'] === false) return { ...view, ok: false };
  const blocks = Array.isArray(view['blocks']) ? withIds(view['blocks'].filter(isRecord)) : [];
  const kept = {
    callback_id: '',
    private_metadata: '',
    external_id: '',
    ...view,
    blocks,
    // A page that is published again is the same view.
    id: before?.['id'] ?? `V0VIEW${world.views.length + 1}`,
    hash: `${world.views.length}.view`,
    team_id: SLACK_TEAM_ID,
    app_id: SLACK_APP_ID,
    app_installed_team_id: SLACK_TEAM_ID,
    bot_id: SLACK_BOT_ID,
  };
  world.views.push(kept);
  return succeed({ view: kept });
}

function viewsOpen(args: Args, world: ApiWorld): ApiAnswer {
  const view = readView(args, 'modal');
  if (view['ok'] === false) return keepView(view, world);
  const trigger = textArg(args, 'trigger_id') ?? '';
  const refusal = world.triggers.exchange(trigger);
  if (refusal !== undefined) return fail(refusal);
  const answer = keepView(view, world);
  const owner = world.triggers.ownerOf(trigger);
  if (owner !== undefined && isRecord(answer['view'])) world.modals.set(owner, answer['view']);
  return answer;
}

function viewsPublish(args: Args, world: ApiWorld): ApiAnswer {
  const user = textArg(args, 'user_id');
  if (user === undefined || !world.workspace.personByUser(user)) {
    return fail('invalid_arguments', { response_metadata: { messages: ['[ERROR] invalid `user_id`'] } });
  }
  const view = readView(args, 'home');
  const before = world.homes.get(user);
  const hash = textArg(args, 'hash');
  if (hash !== undefined && hash !== before?.['hash']) return fail('hash_conflict');
  const answer = keepView(view, world, before);
  if (isRecord(answer['view'])) world.homes.set(user, answer['view']);
  if (answer.ok) world.onHome(user);
  return answer;
}

/** Modals, and the Home tab of the app. https://docs.slack.dev/reference/methods?family=views */
export const VIEW_METHODS: Readonly<Record<string, ApiMethod>> = {
  'views.open': { scopes: [], run: viewsOpen },
  'views.publish': { scopes: [], run: viewsPublish },
};

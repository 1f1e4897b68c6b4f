import { SLACK_BOT_USER_ID } from '../people.js';
import type { ApiWorld, Args } from './api-call.js';
import { isRecord } from './block-checks.js';
import { readContent } from './chat-methods.js';
import type { ResponseTarget, ResponseUrls } from './response-urls.js';
import type { Block, RecordedCall } from './types.js';

interface ResponseUrlAnswer {
  readonly status: number;
  readonly body: string;
}

const TAKEN: ResponseUrlAnswer = { status: 200, body: 'ok' };

function refuse(status: number, error: string): ResponseUrlAnswer {
  return { status, body: JSON.stringify({ ok: false, error }) };
}

/** Slack takes `true` and `"true"`. */
function isSet(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Posts, replaces or deletes a message for somebody who answers an interaction or a slash command. */
export function applyResponse(args: Args, target: ResponseTarget, world: ApiWorld): ResponseUrlAnswer {
  const { workspace } = world;
  const original = target.messageTs === undefined ? undefined : workspace.message(target.messageTs);
  if (isSet(args['delete_original'])) {
    if (!original) return refuse(404, 'message_not_found');
    workspace.remove(original.ts);
    if (original.onlyFor === undefined) world.onOwnMessage({ kind: 'deleted', previous: original });
    return TAKEN;
  }
  const content = readContent(args);
  if (content.kind === 'refused') return refuse(400, String(content.answer['error']));
  if (content.value.text === undefined) world.warn({ method: 'response_url', warning: 'missing_text' });
  if (isSet(args['replace_original'])) {
    if (!original) return refuse(404, 'message_not_found');
    const message = workspace.replace(original.ts, { text: '', blocks: [], ...content.value });
    if (message && message.onlyFor === undefined) {
      world.onOwnMessage({ kind: 'changed', message, previous: original });
    }
    return TAKEN;
  }
  if (args['response_type'] === undefined && args['replace_original'] === undefined) {
    world.warn({ method: 'response_url', warning: 'ambiguous_response' });
  }
  const ephemeral = args['response_type'] !== 'in_channel';
  const threadTs = typeof args['thread_ts'] === 'string' ? args['thread_ts'] : undefined;
  const message = workspace.post({
    text: '',
    ...content.value,
    channel: target.channel,
    user: SLACK_BOT_USER_ID,
    ...(ephemeral ? { onlyFor: target.user } : {}),
    ...(threadTs === undefined ? {} : { threadTs }),
  });
  if (!ephemeral) world.onOwnMessage({ kind: 'posted', message });
  return TAKEN;
}

/** A POST to a response_url. `log` gets one entry per use. */
export function takeResponse(
  request: { readonly path: string; readonly body: string },
  context: {
    readonly urls: ResponseUrls;
    readonly world: ApiWorld;
    readonly now: () => number;
    readonly log: RecordedCall[];
  },
): ResponseUrlAnswer {
  let args: unknown;
  try {
    args = JSON.parse(request.body);
  } catch {
    args = undefined;
  }
  const use = context.urls.use(request.path);
  const answer = !isRecord(args)
    ? refuse(400, 'invalid_payload')
    : use.kind === 'refused'
      ? refuse(404, use.error)
      : applyResponse(args, use.target, context.world);
  const error = /"error":"(\w+)"/.exec(answer.body)?.[1];
  context.log.push({
    method: 'response_url',
    args: isRecord(args) ? args : {},
    status: answer.status,
    ok: answer.status === 200,
    at: context.now(),
    ...(error === undefined ? {} : { error }),
  });
  return answer;
}

/** A slash command may be answered with JSON or with plain text. */
export function commandAnswer(body: string): Block {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isRecord(parsed)) return { response_type: 'ephemeral', ...parsed };
  } catch {
    // Plain text: it is the message.
  }
  return { response_type: 'ephemeral', text: body };
}

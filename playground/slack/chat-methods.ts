import { SLACK_BOT_USER_ID } from '../people.js';
import {
  type ApiAnswer,
  type ApiMethod,
  type ApiWorld,
  type Args,
  asBlocks,
  fail,
  jsonArg,
  refuseBlocks,
  succeed,
  textArg,
} from './api-call.js';
import type { Block, StoredMessage } from './types.js';
import { validateBlocks } from './validate-blocks.js';
import { type Channel, directChannelOf, toWire } from './workspace.js';

/** https://docs.slack.dev/changelog/2018-truncating-really-long-messages */
const MAX_TEXT = 40_000;

interface Content {
  readonly text?: string;
  readonly blocks?: readonly Block[];
}

type Read<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'refused'; readonly answer: ApiAnswer };

function refused(answer: ApiAnswer): { readonly kind: 'refused'; readonly answer: ApiAnswer } {
  return { kind: 'refused', answer };
}

/** Text and blocks of a message, or why Slack would not take them. */
export function readContent(args: Args): Read<Content> {
  const text = textArg(args, 'text')?.slice(0, MAX_TEXT);
  if (args['blocks'] === undefined || args['blocks'] === '') {
    return text === undefined ? refused(fail('no_text')) : { kind: 'ok', value: { text } };
  }
  const blocks = asBlocks(jsonArg(args, 'blocks'));
  if (!blocks) return refused(fail('invalid_blocks_format'));
  const faults = validateBlocks(blocks);
  if (faults.length > 0) return refused(refuseBlocks(faults));
  if (blocks.length === 0 && text === undefined) return refused(fail('no_text'));
  return { kind: 'ok', value: { blocks, ...(text === undefined ? {} : { text }) } };
}

function readChannel(args: Args, world: ApiWorld): Read<Channel> {
  const reference = textArg(args, 'channel');
  const channel = reference === undefined ? undefined : world.workspace.channel(reference);
  if (!channel) return refused(fail('channel_not_found'));
  if (!channel.members.has(SLACK_BOT_USER_ID)) return refused(fail('not_in_channel'));
  return { kind: 'ok', value: channel };
}

function readThread(args: Args): Read<{ readonly threadTs?: string }> {
  const threadTs = textArg(args, 'thread_ts');
  if (threadTs === undefined) return { kind: 'ok', value: {} };
  return /^\d{1,12}\.\d{6}$/.test(threadTs) ? { kind: 'ok', value: { threadTs } } : refused(fail('invalid_thread_ts'));
}

function warnOfMissingText(method: string, content: Content, world: ApiWorld): void {
  if (content.text === undefined) world.warn({ method, warning: 'missing_text' });
}

function postMessage(args: Args, world: ApiWorld): ApiAnswer {
  const to = textArg(args, 'channel');
  // A person's id stands for the direct message with them.
  const isPerson = to !== undefined && world.workspace.personByUser(to) !== undefined;
  const channel = readChannel(isPerson ? { ...args, channel: directChannelOf(to) } : args, world);
  if (channel.kind === 'refused') return channel.answer;
  const content = readContent(args);
  if (content.kind === 'refused') return content.answer;
  const thread = readThread(args);
  if (thread.kind === 'refused') return thread.answer;
  warnOfMissingText('chat.postMessage', content.value, world);
  const message = world.workspace.post({
    text: '',
    ...content.value,
    ...thread.value,
    channel: channel.value.id,
    user: SLACK_BOT_USER_ID,
  });
  world.onOwnMessage({ kind: 'posted', message });
  return succeed({ channel: channel.value.id, ts: message.ts, message: toWire(message) });
}

function postEphemeral(args: Args, world: ApiWorld): ApiAnswer {
  const channel = readChannel(args, world);
  if (channel.kind === 'refused') return channel.answer;
  const user = textArg(args, 'user');
  if (user === undefined || !world.workspace.personByUser(user)) return fail('user_not_found');
  if (!channel.value.members.has(user)) return fail('user_not_in_channel');
  const content = readContent(args);
  if (content.kind === 'refused') return content.answer;
  const thread = readThread(args);
  if (thread.kind === 'refused') return thread.answer;
  warnOfMissingText('chat.postEphemeral', content.value, world);
  const message = world.workspace.post({
    text: '',
    ...content.value,
    ...thread.value,
    channel: channel.value.id,
    user: SLACK_BOT_USER_ID,
    onlyFor: user,
  });
  return succeed({ message_ts: message.ts });
}

/** The message that `channel` and `ts` name, when the bot may change it. Ephemeral ones have no ts that Slack knows. */
function ownMessage(args: Args, world: ApiWorld, refusal: string): Read<StoredMessage> {
  const channel = world.workspace.channel(textArg(args, 'channel') ?? '');
  // Unlike chat.postMessage, these two take the id of a conversation only.
  if (!channel || channel.id !== args['channel']) return refused(fail('channel_not_found'));
  const message = world.workspace.message(textArg(args, 'ts') ?? '');
  if (!message || message.channel !== channel.id || message.onlyFor !== undefined) {
    return refused(fail('message_not_found'));
  }
  return message.user === SLACK_BOT_USER_ID ? { kind: 'ok', value: message } : refused(fail(refusal));
}

function update(args: Args, world: ApiWorld): ApiAnswer {
  const previous = ownMessage(args, world, 'cant_update_message');
  if (previous.kind === 'refused') return previous.answer;
  const content = readContent(args);
  if (content.kind === 'refused') return content.answer;
  warnOfMissingText('chat.update', content.value, world);
  const message = world.workspace.replace(previous.value.ts, content.value);
  if (!message) return fail('message_not_found');
  world.onOwnMessage({ kind: 'changed', message, previous: previous.value });
  return succeed({ channel: message.channel, ts: message.ts, text: message.text, message: toWire(message) });
}

function remove(args: Args, world: ApiWorld): ApiAnswer {
  const previous = ownMessage(args, world, 'cant_delete_message');
  if (previous.kind === 'refused') return previous.answer;
  const { ts, channel } = previous.value;
  world.workspace.remove(ts);
  world.onOwnMessage({ kind: 'deleted', previous: previous.value });
  return succeed({ channel, ts });
}

/** The methods that write messages. https://docs.slack.dev/reference/methods */
export const CHAT_METHODS: Readonly<Record<string, ApiMethod>> = {
  'chat.postMessage': { scopes: ['chat:write'], run: postMessage },
  'chat.postEphemeral': { scopes: ['chat:write'], run: postEphemeral },
  'chat.update': { scopes: ['chat:write'], run: update },
  'chat.delete': { scopes: ['chat:write'], run: remove },
};

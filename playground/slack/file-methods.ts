import type { IncomingMessage, ServerResponse } from 'node:http';
import { SLACK_BOT_USER_ID } from '../people.js';
import {
  type ApiAnswer,
  type ApiMethod,
  type ApiWorld,
  type Args,
  fail,
  jsonArg,
  succeed,
  textArg,
} from './api-call.js';
import { isRecord } from './block-checks.js';
import type { StoredFile } from './types.js';

function filesInfo(args: Args, world: ApiWorld): ApiAnswer {
  const file = world.files.find(textArg(args, 'file') ?? '');
  return file ? succeed({ file: world.files.object(file) }) : fail('file_not_found');
}

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
function uploadAddress(args: Args, world: ApiWorld): ApiAnswer {
  const name = textArg(args, 'filename');
  const length = Number(textArg(args, 'length'));
  if (name === undefined || !Number.isInteger(length) || length < 1) return fail('invalid_arguments');
  const { id, url } = world.files.announce(SLACK_BOT_USER_ID, name, length);
  return succeed({ upload_url: url, file_id: id });
}

/** https://docs.slack.dev/reference/methods/files.completeUploadExternal */
function completeUpload(args: Args, world: ApiWorld): ApiAnswer {
  const listed = jsonArg(args, 'files');
  if (!Array.isArray(listed) || !listed.every(isRecord) || listed.length === 0) return fail('invalid_arguments');
  const reference = textArg(args, 'channel_id');
  const channel = reference === undefined ? undefined : world.workspace.channel(reference);
  // Unlike chat.postMessage, this takes the id of a conversation only: Slack holds it against a pattern first.
  if (reference !== undefined && !/^[CGDZ]/.test(reference)) return fail('invalid_arguments');
  if (reference !== undefined && channel?.id !== reference) return fail('channel_not_found');
  if (channel && !channel.members.has(SLACK_BOT_USER_ID)) return fail('not_in_channel');
  const threadTs = textArg(args, 'thread_ts');
  if (threadTs !== undefined && !/^\d{1,12}\.\d{6}$/.test(threadTs)) return fail('invalid_thread_ts');
  const files = listed.map(({ id }) => world.files.complete(typeof id === 'string' ? id : ''));
  const found = files.filter((file) => file !== undefined);
  if (found.length < listed.length) return fail('file_not_found');
  if (channel) share(channel.id, { files: found, text: textArg(args, 'initial_comment') ?? '', threadTs }, world);
  return succeed({ files: found.map(({ id, name }) => ({ id, title: name })) });
}

function share(
  channel: string,
  shared: { readonly files: readonly StoredFile[]; readonly text: string; readonly threadTs: string | undefined },
  world: ApiWorld,
): void {
  const { files, text, threadTs } = shared;
  const thread = threadTs === undefined ? {} : { threadTs };
  const message = world.workspace.post({ channel, user: SLACK_BOT_USER_ID, text, files, ...thread });
  world.onOwnMessage({ kind: 'posted', message });
}

/** The messages that hold a file lose it; those that say nothing else are gone, too. */
function deleteFile(args: Args, world: ApiWorld): ApiAnswer {
  const id = textArg(args, 'file') ?? '';
  const file = world.files.find(id);
  if (!file) return fail('file_not_found');
  if (file.user !== SLACK_BOT_USER_ID) return fail('cant_delete_file');
  world.files.remove(id);
  for (const { ts } of world.workspace.messagesWith(id)) world.workspace.remove(ts);
  return succeed();
}

export const FILE_METHODS: Readonly<Record<string, ApiMethod>> = {
  'files.getUploadURLExternal': { scopes: ['files:write'], run: uploadAddress },
  'files.completeUploadExternal': { scopes: ['files:write'], run: completeUpload },
  'files.delete': { scopes: ['files:write'], run: deleteFile },
  'files.info': { scopes: ['files:read'], run: filesInfo },
};

const LOGIN_PAGE = '<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to Acme</body></html>';

/** A download: without a token that may read files, Slack answers with its login page and 200. */
export function serveFile(
  world: ApiWorld,
  request: {
    readonly path: string;
    readonly incoming: IncomingMessage;
    readonly outgoing: ServerResponse;
    readonly token: string;
  },
): void {
  const { incoming, outgoing, path, token } = request;
  const { authorization } = incoming.headers;
  const trouble = world.files.downloaded(authorization);
  if (trouble) {
    outgoing.writeHead(trouble.status ?? 200, { ...trouble.headers }).end(trouble.body ?? '');
    return;
  }
  const isAllowed = authorization === `Bearer ${token}` && world.scopes.includes('files:read');
  if (!isAllowed) {
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(LOGIN_PAGE);
    return;
  }
  const [, id = ''] = /^\/files-pri\/[^/]*-([^/]+)\//.exec(path) ?? [];
  const file = world.files.find(id);
  if (!file) {
    outgoing.writeHead(404).end();
    return;
  }
  const headers = { 'content-type': file.mimeType, 'content-disposition': 'attachment' };
  outgoing.writeHead(200, headers).end(file.content);
}

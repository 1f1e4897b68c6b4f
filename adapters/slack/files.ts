import type { ChatFile, ChatFiles, ReadLimits } from '../../src/chat/chat-file.js';
import type { ChatUser } from '../../src/chat/chat-user.js';
import { BehalfError, type ErrorCode, isBehalfError } from '../../src/kernel/errors.js';
import { ANSWER_TOO_LARGE, type IncomingResponse } from '../../src/kernel/http-client.port.js';
import { isJsonObject, type JsonObject, objectAt, textAt } from './json.js';
import { fileOrigins } from './upload.js';
import { PATIENCE, type SlackApi, slackErrorOf } from './web-api.js';

/** https://docs.slack.dev/reference/objects/file-object: what stands for a file whose content Slack does not have. */
const GONE_MODES: readonly unknown[] = ['tombstone', 'hidden_by_limit'];
const GONE_ERRORS: readonly unknown[] = ['file_not_found', 'file_deleted'];
const FORBIDDEN_ERRORS: readonly unknown[] = ['missing_scope', 'access_denied', 'not_visible', 'no_permission'];
const MAX_NAME = 255;

/** What was sent along, as Slack tells of it: a list of file objects. `workspace`: whose token reads them. */
export function readFiles(listed: unknown, workspace: string | undefined): readonly ChatFile[] {
  if (!Array.isArray(listed)) return [];
  return listed.filter(isJsonObject).flatMap((file) => {
    const id = textAt(file, 'id');
    return id === undefined ? [] : [toChatFile({ file: id, ...(workspace === undefined ? {} : { workspace }) }, file)];
  });
}

function toChatFile(reference: ChatFile['reference'], file: JsonObject): ChatFile {
  const { size } = file;
  const name = (textAt(file, 'name') ?? textAt(file, 'title') ?? 'file').slice(0, MAX_NAME);
  const unreadable = unreadableOf(file);
  return {
    // Its address is asked for when it is read: that one is right then, and none comes out of an event.
    reference,
    name,
    mimeType: textAt(file, 'mimetype') ?? 'application/octet-stream',
    ...(typeof size === 'number' && size >= 0 ? { size } : {}),
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

function unreadableOf(file: JsonObject): ChatFile['unreadable'] {
  if (file['is_external'] === true || file['mode'] === 'external') return 'link';
  return GONE_MODES.includes(file['mode']) ? 'gone' : undefined;
}

/** In shared channels Slack sends only the id of a file; the rest has to be asked for. */
export function isStub({ file_access: access }: JsonObject): boolean {
  return access === 'check_file_info';
}

/** Files of an event with what Slack left out of it. A file that Slack does not tell of stays as it came. */
export async function completeFiles(
  listed: unknown,
  { api, workspace }: { readonly api: SlackApi; readonly workspace: string | undefined },
): Promise<readonly ChatFile[]> {
  if (!Array.isArray(listed)) return [];
  const whole = listed.filter(isJsonObject).map(async (file) => {
    const id = textAt(file, 'id');
    if (id === undefined || !isStub(file)) return file;
    return api.call('files.info', { file: id }, PATIENCE.asked).then(
      (answer) => objectAt(answer, 'file'),
      () => file,
    );
  });
  return readFiles(await Promise.all(whole), workspace);
}

interface SlackFilesParts {
  /** Speaks with the token of a workspace. */
  readonly apiOf: (workspace: string | undefined) => Promise<SlackApi>;
  /** Base of the Web API. */
  readonly apiUrl: string;
}

/** {@link ChatFiles} of Slack: the bot's token opens them, and goes to Slack's own file hosts alone. */
export class SlackFiles implements ChatFiles {
  readonly inForms = true;
  readonly #apiOf: SlackFilesParts['apiOf'];
  readonly #origins: readonly string[];

  constructor({ apiOf, apiUrl }: SlackFilesParts) {
    this.#apiOf = apiOf;
    this.#origins = fileOrigins(apiUrl);
  }

  async read(_user: ChatUser, file: ChatFile, limits: ReadLimits): Promise<Uint8Array> {
    const { file: id, workspace } = file.reference;
    if (typeof id !== 'string') throw failure('chat.file_gone', 'no_reference');
    const api = await this.#apiOf(typeof workspace === 'string' ? workspace : undefined);
    const info = await api.call('files.info', { file: id }, PATIENCE.message).catch(refuse);
    const described = objectAt(info, 'file');
    const url = textAt(described, 'url_private_download') ?? textAt(described, 'url_private');
    if (url === undefined || unreadableOf(described) !== undefined) throw failure('chat.file_gone', 'no_content');
    if (!URL.canParse(url) || !this.#origins.includes(new URL(url).origin))
      throw failure('chat.file_forbidden', 'foreign_host');
    const response = await api.download(url, limits).catch((error: unknown) => notRead(error, limits));
    return contentOf(response, textAt(described, 'mimetype'));
  }
}

function contentOf({ body, headers, status }: IncomingResponse, mimeType: string | undefined): Uint8Array {
  if (status === 404 || status === 410) throw failure('chat.file_gone', `http_${status}`);
  if (status === 401 || status === 403) throw failure('chat.file_forbidden', `http_${status}`);
  // Without the permission Slack leads to its login page, by a redirect or with that page as the answer.
  if (status >= 300 && status < 400) throw failure('chat.file_forbidden', 'login_page');
  if (status !== 200) throw failure('chat.file_unavailable', `http_${status}`);
  const isPage = (headers['content-type'] ?? '').toLowerCase().startsWith('text/html');
  const isAttachment = (headers['content-disposition'] ?? '').toLowerCase().startsWith('attachment');
  if (isPage && !(mimeType === 'text/html' && isAttachment)) throw failure('chat.file_forbidden', 'login_page');
  return body;
}

/** Slack's refusal to tell of a file. */
function refuse(error: unknown): never {
  const code = slackErrorOf(error);
  if (GONE_ERRORS.includes(code)) throw failure('chat.file_gone', code ?? '');
  if (FORBIDDEN_ERRORS.includes(code)) throw failure('chat.file_forbidden', code ?? '');
  if (isBehalfError(error, 'chat.delivery_failed')) throw failure('chat.file_unavailable', code ?? 'unknown');
  throw error;
}

function notRead(error: unknown, { maxBytes, signal }: ReadLimits): never {
  signal?.throwIfAborted();
  if (!isBehalfError(error)) throw error;
  if (error.code === 'app.unexpected_answer' && error.details['reason'] === ANSWER_TOO_LARGE)
    throw new BehalfError('chat.file_too_large', 'A file of Slack is larger than allowed', { details: { maxBytes } });
  throw failure('chat.file_unavailable', error.code);
}

function failure(code: ErrorCode, reason: string): BehalfError {
  return new BehalfError(code, `A file of Slack cannot be read: ${reason}`, { details: { reason } });
}

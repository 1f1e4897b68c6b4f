import { z } from 'zod';
import type { ChatFile, ChatFiles, ReadLimits } from '../../src/chat/chat-file.js';
import type { ChatUser } from '../../src/chat/chat-user.js';
import { BehalfError, type ErrorCode, isBehalfError, type Wording } from '../../src/kernel/errors.js';
import { ANSWER_TOO_LARGE, type HttpClient, type IncomingResponse } from '../../src/kernel/http-client.port.js';
import { mediaTypeOf } from '../../src/kernel/media-types.js';
import { said } from '../../src/texts/texts-for.js';
import type { PersonalActivity } from './activity.js';
import type { ConnectorTransport } from './connector-transport.js';
import { fieldOf } from './field-of.js';
import type { ServiceHosts } from './service-hosts.js';

const DOWNLOAD_INFO = 'application/vnd.microsoft.teams.file.download.info';
const REFERENCE = 'reference';
const HTML = 'text/html';
/** For the whole of a file. */
const DOWNLOAD_TIMEOUT_MS = 30_000;
const MAX_NAME = 255;
const MAX_URL = 8_000;

/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 */
const Download = z.object({
  contentType: z.literal(DOWNLOAD_INFO),
  name: z.string().nullish(),
  content: z.object({ downloadUrl: z.string().min(1).max(MAX_URL) }),
});
const Image = z.object({
  contentType: z.string().regex(/^image\//),
  name: z.string().nullish(),
  contentUrl: z.string().min(1).max(MAX_URL),
});
const Reference = z.object({ contentType: z.literal(REFERENCE), name: z.string().nullish() });
const Html = z.object({ contentType: z.literal(HTML), content: z.string() });
/** Stands for a file in what was typed; quotes of messages have numbers in its place. */
const FILE_MARK = /<attachment id="[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}"/i;

const GONE = said(({ parameters }) => parameters.goneFromTeams);

/** What was sent along with a message. Teams gives the files themselves only in the chat of person and bot. */
export function readFiles({
  activity,
  isDirect,
}: Pick<PersonalActivity, 'activity' | 'isDirect'>): readonly ChatFile[] {
  const attachments = activity.attachments ?? [];
  if (attachments.length === 0) return [];
  const files = attachments.flatMap((attachment) => readAttachment(attachment) ?? []);
  if (files.length > 0 || isDirect) return files;
  const isMarked = attachments.some((attachment) => FILE_MARK.test(Html.safeParse(attachment).data?.content ?? ''));
  return isMarked ? [outOfReach('file')] : [];
}

function readAttachment(attachment: unknown): ChatFile | undefined {
  switch (fieldOf(attachment, 'contentType')) {
    // Every message brings itself along so.
    case HTML:
      return undefined;
    case DOWNLOAD_INFO:
      return readDownload(attachment);
    case REFERENCE: {
      const reference = Reference.safeParse(attachment).data;
      return reference && outOfReach(named(reference.name, 'file'));
    }
    default:
      return readImage(attachment);
  }
}

function readDownload(attachment: unknown): ChatFile | undefined {
  const download = Download.safeParse(attachment).data;
  if (!download) return undefined;
  const name = named(download.name, 'file');
  return { reference: { download: download.content.downloadUrl }, name, mimeType: mediaTypeOf(name) };
}

function readImage(attachment: unknown): ChatFile | undefined {
  const image = Image.safeParse(attachment).data;
  if (!image) return undefined;
  // Pasted pictures have no name, and the type `image/*`; Teams makes PNG of them.
  const mimeType = image.contentType.includes('*') ? 'image/png' : image.contentType;
  const name = named(image.name, `image.${mimeType.slice('image/'.length)}`);
  return { reference: { image: image.contentUrl }, name, mimeType };
}

function outOfReach(name: string): ChatFile {
  return { reference: {}, name, mimeType: mediaTypeOf(name), unreadable: 'only_in_own_chat' };
}

function named(name: string | null | undefined, otherwise: string): string {
  return (name?.trim() || otherwise).slice(0, MAX_NAME);
}

interface TeamsFilesParts {
  readonly fileHosts: readonly string[];
  readonly serviceHosts: ServiceHosts;
  readonly fileClient: HttpClient;
  readonly transport: () => ConnectorTransport;
}

/**
 * {@link ChatFiles} of Teams. Files lie in the person's OneDrive behind an address that opens for a short while and gets no
 * token of ours; pictures lie with the Bot Connector, which wants the bot's token: it goes to the service's exact hosts alone.
 */
export class TeamsFiles implements ChatFiles {
  readonly inForms = false;
  readonly #parts: TeamsFilesParts;

  constructor(parts: TeamsFilesParts) {
    this.#parts = parts;
  }

  async read(_user: ChatUser, { reference }: ChatFile, limits: ReadLimits): Promise<Uint8Array> {
    const { download, image } = reference;
    const request = { timeoutMs: DOWNLOAD_TIMEOUT_MS, ...limits };
    if (typeof download === 'string') {
      if (!isFileHost(download, this.#parts.fileHosts)) throw failure('chat.file_forbidden', 'foreign_host');
      const work = this.#parts.fileClient.request({ method: 'GET', url: download, ...request });
      return contentOf(await work.catch((error: unknown) => notRead(error, limits)));
    }
    if (typeof image !== 'string') throw failure('chat.file_gone', 'no_reference');
    if (!this.#parts.serviceHosts.allows(image)) throw failure('chat.file_forbidden', 'foreign_host');
    const work = this.#parts.transport().download(image, request);
    return contentOf(await work.catch((error: unknown) => notRead(error, limits)));
  }
}

/** True for https at one of the hosts; http only for a host that is listed with its port, as in tests. */
export function isFileHost(address: string, hosts: readonly string[]): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.username !== '' || url.password !== '') return false;
  const isListed = hosts.some((host) =>
    host.startsWith('*.') ? url.host.endsWith(host.slice(1).toLowerCase()) : url.host === host.toLowerCase(),
  );
  return isListed && (url.protocol === 'https:' || (url.protocol === 'http:' && hosts.includes(url.host)));
}

function contentOf({ body, headers, status }: IncomingResponse): Uint8Array {
  if (status === 200) {
    const isPage = (headers['content-type'] ?? '').toLowerCase().startsWith('text/html');
    const isAttachment = (headers['content-disposition'] ?? '').toLowerCase().startsWith('attachment');
    // A login page where the file should be.
    if (isPage && !isAttachment) throw failure('chat.file_gone', 'login_page', GONE);
    return body;
  }
  // An address whose time is over gives 401 or 403, or leads to a login page.
  if ([401, 403, 404, 410].includes(status) || (status >= 300 && status < 400))
    throw failure('chat.file_gone', `http_${status}`, GONE);
  throw failure('chat.file_unavailable', `http_${status}`);
}

function notRead(error: unknown, { maxBytes, signal }: ReadLimits): never {
  signal?.throwIfAborted();
  if (!isBehalfError(error)) throw error;
  if (error.code === 'app.unexpected_answer' && error.details['reason'] === ANSWER_TOO_LARGE)
    throw new BehalfError('chat.file_too_large', 'A file of Teams is larger than allowed', { details: { maxBytes } });
  if (error.code === 'egress.refused') throw failure('chat.file_forbidden', 'private_address');
  throw failure('chat.file_unavailable', error.code);
}

function failure(code: ErrorCode, reason: string, userText?: Wording): BehalfError {
  return new BehalfError(code, `A file of Teams cannot be read: ${reason}`, {
    details: { reason },
    ...(userText === undefined ? {} : { userText }),
  });
}

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SLACK_TEAM_ID } from '../people.js';
import { type ApiAnswer, type ApiMethod, type ApiWorld, type Args, fail, succeed, textArg } from './api-call.js';
import type { Block, StoredFile } from './types.js';

/** A file that a person sends along. */
export interface SentFile {
  readonly name: string;
  readonly mimeType: string;
  readonly content: Uint8Array;
}

/** How downloads end instead. */
export interface FileTrouble {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface SlackFileStore {
  /** The Authorization header of each download. */
  readonly authorizations: readonly (string | undefined)[];
  upload(slackUserId: string, file: SentFile): StoredFile;
  find(id: string): StoredFile | undefined;
  remove(id: string): void;
  /** The file object of `files.info`. https://docs.slack.dev/reference/objects/file-object */
  object(file: StoredFile): Block;
  /** What an event tells of a file. */
  told(file: StoredFile): Block;
  /** Where `url_private_download` leads instead. */
  moveDownloads(url: string | undefined): void;
  /** From now on events tell only the ids of files, as in shared channels. */
  tellStubs(on: boolean): void;
  trouble(trouble: FileTrouble | undefined): void;
  /** Takes note of a download; gives what is planned for it. */
  downloaded(authorization: string | undefined): FileTrouble | undefined;
}

/** The files of the workspace. */
export class SlackFiles implements SlackFileStore {
  readonly authorizations: (string | undefined)[] = [];
  readonly #files = new Map<string, StoredFile>();
  readonly #origin: () => string;
  #moved: string | undefined;
  #stubs = false;
  #trouble: FileTrouble | undefined;

  constructor(origin: () => string) {
    this.#origin = origin;
  }

  upload(user: string, file: SentFile): StoredFile {
    const stored = { ...file, id: `F0${randomBytes(5).toString('hex').toUpperCase()}`, user };
    this.#files.set(stored.id, stored);
    return stored;
  }

  find(id: string): StoredFile | undefined {
    return this.#files.get(id);
  }

  remove(id: string): void {
    this.#files.delete(id);
  }

  object({ content, id, mimeType, name, user }: StoredFile): Block {
    const address = `${this.#origin()}/files-pri/${SLACK_TEAM_ID}-${id}`;
    return {
      id,
      name,
      title: name,
      mimetype: mimeType,
      filetype: name.split('.').at(-1) ?? '',
      user,
      user_team: SLACK_TEAM_ID,
      size: content.length,
      mode: 'hosted',
      is_external: false,
      external_type: '',
      is_public: false,
      url_private: `${address}/${encodeURIComponent(name)}`,
      url_private_download: this.#moved ?? `${address}/download/${encodeURIComponent(name)}`,
      file_access: 'visible',
    };
  }

  told(file: StoredFile): Block {
    if (!this.#stubs) return this.object(file);
    return { id: file.id, mode: 'file_access', file_access: 'check_file_info', created: 0, timestamp: 0, user: '' };
  }

  moveDownloads(url: string | undefined): void {
    this.#moved = url;
  }

  tellStubs(on: boolean): void {
    this.#stubs = on;
  }

  trouble(trouble: FileTrouble | undefined): void {
    this.#trouble = trouble;
  }

  downloaded(authorization: string | undefined): FileTrouble | undefined {
    this.authorizations.push(authorization);
    return this.#trouble;
  }
}

function filesInfo(args: Args, world: ApiWorld): ApiAnswer {
  const file = world.files.find(textArg(args, 'file') ?? '');
  return file ? succeed({ file: world.files.object(file) }) : fail('file_not_found');
}

export const FILE_METHODS: Readonly<Record<string, ApiMethod>> = {
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

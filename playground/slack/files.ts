import { randomBytes } from 'node:crypto';
import { SLACK_TEAM_ID } from '../people.js';
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

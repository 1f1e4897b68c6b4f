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
  /** Announces a file of the app: where its content is to be put, and its id. */
  announce(owner: string, name: string, length: number): { readonly id: string; readonly url: string };
  /** Takes the content that was announced for this path; false for any other. Each path counts once. */
  receive(path: string, content: Uint8Array, authorization: string | undefined): boolean;
  /** The Authorization header of each upload. */
  readonly uploadAuthorizations: readonly (string | undefined)[];
  /** Where content is to be put instead. */
  moveUploads(url: string | undefined): void;
  /** The file is there for people from now on. Undefined when its content is missing or it was completed before. */
  complete(id: string): StoredFile | undefined;
  /** Files that the app has put into conversations and not deleted. */
  readonly shared: readonly StoredFile[];
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
  readonly uploadAuthorizations: (string | undefined)[] = [];
  readonly #files = new Map<string, StoredFile>();
  readonly #announced = new Map<string, Omit<StoredFile, 'content' | 'mimeType'> & { readonly length: number }>();
  readonly #received = new Map<string, StoredFile>();
  readonly #completed = new Set<string>();
  readonly #origin: () => string;
  #moved: string | undefined;
  #uploadsTo: string | undefined;
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

  get shared(): readonly StoredFile[] {
    return [...this.#files.values()].filter(({ id }) => this.#completed.has(id));
  }

  announce(owner: string, name: string, length: number): { readonly id: string; readonly url: string } {
    const id = `F0${randomBytes(5).toString('hex').toUpperCase()}`;
    const path = `/upload/v1/${randomBytes(24).toString('base64url')}`;
    this.#announced.set(path, { id, user: owner, name, length });
    return { id, url: this.#uploadsTo ?? `${this.#origin()}${path}` };
  }

  moveUploads(url: string | undefined): void {
    this.#uploadsTo = url;
  }

  receive(path: string, content: Uint8Array, authorization: string | undefined): boolean {
    this.uploadAuthorizations.push(authorization);
    const announced = this.#announced.get(path);
    if (!announced || content.length !== announced.length) return false;
    this.#announced.delete(path);
    const { id, name, user } = announced;
    this.#received.set(id, { id, user, name, mimeType: mimeTypeOf(name), content });
    return true;
  }

  complete(id: string): StoredFile | undefined {
    const file = this.#received.get(id);
    this.#received.delete(id);
    if (!file) return undefined;
    this.#files.set(id, file);
    this.#completed.add(id);
    return file;
  }

  find(id: string): StoredFile | undefined {
    return this.#files.get(id);
  }

  remove(id: string): void {
    this.#completed.delete(id);
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

function mimeTypeOf(name: string): string {
  return name.endsWith('.csv') ? 'text/csv' : name.endsWith('.txt') ? 'text/plain' : 'application/octet-stream';
}

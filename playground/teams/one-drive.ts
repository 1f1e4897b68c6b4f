import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../http.js';

const MOST_BYTES = 4 * 1024 * 1024;

/** Where Teams has a bot put a file. */
export interface UploadInfo {
  readonly contentUrl: string;
  readonly name: string;
  readonly uploadUrl: string;
  readonly uniqueId: string;
  readonly fileType: string;
}

export interface StoredFile {
  readonly owner: string;
  readonly name: string;
  readonly content: Buffer;
}

/** What bots have put into people's OneDrive, with their leave. */
export class OneDrive {
  /** The Authorization header of each upload: there must be none. */
  readonly authorizations: (string | undefined)[] = [];
  readonly #files = new Map<string, StoredFile>();
  readonly #open = new Map<string, { readonly owner: string; readonly name: string }>();
  readonly #serviceUrl: () => string;
  #trouble: number[] = [];
  #moved: string | undefined;

  constructor(serviceUrl: () => string) {
    this.#serviceUrl = serviceUrl;
  }

  /** A file takes the place of another of the same name. */
  get files(): readonly StoredFile[] {
    return [...this.#files.values()];
  }

  /** The next uploads end with these statuses. */
  trouble(...statuses: readonly number[]): void {
    this.#trouble.push(...statuses);
  }

  /** Where the addresses for uploads lead from now on. */
  moveUploads(url: string | undefined): void {
    this.#moved = url;
  }

  /** An upload session, as Teams opens one when the person has agreed. */
  openUpload(owner: string, name: string): UploadInfo {
    const uniqueId = randomUUID();
    this.#open.set(uniqueId, { owner, name });
    const { origin } = new URL(this.#serviceUrl());
    return {
      contentUrl: `${origin}/personal/${owner}/Documents/Applications/Behalf/${encodeURIComponent(name)}`,
      name,
      uploadUrl: this.#moved ?? `${origin}/onedrive/uploadSession?guid=${uniqueId}`,
      uniqueId,
      fileType: name.split('.').at(-1) ?? '',
    };
  }

  async upload(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.authorizations.push(request.headers.authorization);
    const session = this.#open.get(url.searchParams.get('guid') ?? '');
    const content = await readBody(request, MOST_BYTES);
    const trouble = this.#trouble.shift();
    if (trouble !== undefined) return sendJson(response, trouble);
    if (request.method !== 'PUT' || !session) return sendJson(response, 404);
    const range = content && `bytes 0-${content.length - 1}/${content.length}`;
    if (!content || request.headers['content-range'] !== range) return sendJson(response, 416);
    this.#open.delete(url.searchParams.get('guid') ?? '');
    this.#files.set(`${session.owner}/${session.name}`, { ...session, content });
    sendJson(response, 201, { body: { name: session.name, size: content.length } });
  }
}

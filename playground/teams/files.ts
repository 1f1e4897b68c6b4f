import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SentFile } from './types.js';

/** How reading a file ends instead. */
export interface FileTrouble {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Files of people: in their OneDrive behind an address that opens for a short while; pictures with the Bot Connector. */
export class TeamsFiles {
  /** The Authorization header of each download from OneDrive: there must be none. */
  readonly authorizations: (string | undefined)[] = [];
  readonly #files = new Map<string, SentFile>();
  readonly #serviceUrl: () => string;
  #trouble: FileTrouble | undefined;
  #moved: string | undefined;
  #ticket = randomUUID();

  constructor(serviceUrl: () => string) {
    this.#serviceUrl = serviceUrl;
  }

  /** What the activity holds of a file: its address in the chat with the bot, elsewhere only that it is there. */
  attach(file: SentFile, isPersonal: boolean): object {
    const id = randomUUID();
    this.#files.set(id, file);
    const { origin } = new URL(this.#serviceUrl());
    const name = encodeURIComponent(file.name);
    if (file.pasted === true)
      return { contentType: 'image/*', contentUrl: `${origin}/teams/v3/attachments/${id}/views/original` };
    if (!isPersonal) return { contentType: 'reference', contentUrl: `${origin}/sites/sales/${name}`, name: file.name };
    return {
      contentType: 'application/vnd.microsoft.teams.file.download.info',
      contentUrl: `${origin}/personal/someone/${name}`,
      name: file.name,
      content: {
        downloadUrl: this.#moved ?? `${origin}/onedrive/download.aspx?UniqueId=${id}&tempauth=${this.#ticket}`,
        uniqueId: id,
        fileType: file.name.split('.').at(-1),
      },
    };
  }

  /** The addresses that were given so far open nothing any more. */
  expire(): void {
    this.#ticket = randomUUID();
  }

  trouble(trouble: FileTrouble | undefined): void {
    this.#trouble = trouble;
  }

  /** Where the addresses of files lead from now on. */
  moveDownloads(url: string | undefined): void {
    this.#moved = url;
  }

  download(url: URL, request: IncomingMessage, response: ServerResponse): void {
    this.authorizations.push(request.headers.authorization);
    const file = this.#files.get(url.searchParams.get('UniqueId') ?? '');
    if (url.searchParams.get('tempauth') !== this.#ticket) return void response.writeHead(401).end();
    this.#give(file, response);
  }

  view(url: URL, { isAllowed, response }: { readonly response: ServerResponse; readonly isAllowed: boolean }): void {
    const [, id = ''] = /\/attachments\/([^/]+)\/views\/original$/.exec(url.pathname) ?? [];
    if (!isAllowed) return void response.writeHead(401).end();
    this.#give(this.#files.get(id), response);
  }

  #give(file: SentFile | undefined, response: ServerResponse): void {
    const trouble = this.#trouble;
    if (trouble) return void response.writeHead(trouble.status ?? 200, { ...trouble.headers }).end(trouble.body ?? '');
    if (!file) return void response.writeHead(404).end();
    const headers = { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' };
    response.writeHead(200, headers).end(file.content);
  }
}

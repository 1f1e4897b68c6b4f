import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ChatFile, ChatFiles, ReadLimits } from '../chat/chat-file.js';
import { BehalfError } from '../kernel/errors.js';
import type { OutgoingRequest } from '../kernel/http-client.port.js';
import { mediaTypeOf } from '../kernel/media-types.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { Failure } from './judge-replies.js';
import type { SentFile } from './recipe-test.js';

type Staged =
  | { readonly kind: 'ok'; readonly files: readonly ChatFile[] }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The files that people send in one test. */
export class StageFiles implements ChatFiles {
  readonly inForms = true;
  readonly #directory: string;
  readonly #contents: Buffer[] = [];

  /** `directory`: what paths of files are below. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Gets files ready to be sent; `path` is where they stand in the test. */
  async stage(sent: readonly SentFile[], path: YamlPath): Promise<Staged> {
    const files: ChatFile[] = [];
    for (const [index, file] of sent.entries()) {
      const content = await this.#contentOf(file);
      const failure = { path: [...path, index], message: 'a file has a text, or a path to what can be read' };
      if (!content) return { kind: 'failed', failure };
      this.#contents.push(content);
      const { name, type = mediaTypeOf(name) } = file;
      files.push({ reference: { file: this.#contents.length - 1 }, name, mimeType: type, size: content.length });
    }
    return { kind: 'ok', files };
  }

  async read(_user: unknown, { reference }: ChatFile, { maxBytes }: ReadLimits): Promise<Uint8Array> {
    const content = this.#contents[Number(reference['file'])];
    if (!content) throw new BehalfError('chat.file_gone', 'The test has no such file');
    if (content.length > maxBytes) throw new BehalfError('chat.file_too_large', 'The file is larger than allowed');
    return content;
  }

  async #contentOf({ path, text }: SentFile): Promise<Buffer | undefined> {
    if ((path === undefined) === (text === undefined)) return undefined;
    if (path === undefined) return Buffer.from(text ?? '');
    return readFile(resolve(this.#directory, path)).catch(() => undefined);
  }
}

/** What a request carries as a form: its fields, and the file in it. Undefined for other bodies. */
export async function formOf({ body, headers = {} }: OutgoingRequest): Promise<FormData | undefined> {
  if (!headers['content-type']?.startsWith('multipart/form-data')) return undefined;
  return new Response(Buffer.from(body ?? ''), { headers }).formData();
}

interface CarriedFile {
  readonly field?: string;
  readonly name?: string;
  readonly type: string;
  readonly size: number;
  readonly text: string;
}

/** The file that a request carries, as a part of a form or as its whole body. */
export async function carriedFile(request: OutgoingRequest): Promise<CarriedFile | undefined> {
  const form = await formOf(request);
  if (form) {
    for (const [field, value] of form) {
      if (typeof value === 'string') continue;
      return { field, name: value.name, type: value.type, size: value.size, text: await value.text() };
    }
    return undefined;
  }
  const { body, headers = {} } = request;
  if (body === undefined || typeof body === 'string') return undefined;
  return { type: headers['content-type'] ?? '', size: body.length, text: Buffer.from(body).toString('utf8') };
}

import { z } from 'zod';
import type { ApiCall, AppDefinition } from './app-definition.js';
import { invalidInput } from './app-server.js';
import { me } from './authentication.js';
import type { Creator } from './crm.js';
import { failure, type Reply } from './http.js';
import { IdempotentReplies } from './idempotency.js';
import type { Brand, RecordTable } from './pages.js';

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly content: string;
  /** How `content` is written down. */
  readonly encoding: 'utf8' | 'base64';
  /** Bytes. */
  readonly size: number;
  /** A page that shows it. */
  readonly url: string;
  readonly owner: Creator;
  readonly created_at: string;
}

const BRAND: Brand = {
  id: 'acme_files',
  name: 'Acme Files',
  initial: 'F',
  accent: '#0f766e',
  accentDark: '#0b5852',
  tint: '#ecf7f5',
  permission: 'See and store files in your name',
};

const FileName = z
  .string({ error: 'The name is required' })
  .trim()
  .min(1, 'The name is required')
  .max(200, 'The name is too long');
/** A text, or anything in base64. */
const NewFile = z.union([
  z.object({ name: FileName, content_base64: z.base64({ error: 'The content must be base64' }) }),
  z.object({ name: FileName, content: z.string({ error: 'The content must be text' }) }),
]);

/** Acme Files: a file belongs to the account that stored it, and only that account sees it through the API. */
export class Files implements AppDefinition {
  readonly brand = BRAND;
  readonly routes = [
    { method: 'GET', path: '/api/me', handle: (call: ApiCall) => me(call.principal) },
    { method: 'GET', path: '/api/files', handle: (call: ApiCall) => this.#find(call) },
    { method: 'GET', path: '/api/files/:id', handle: (call: ApiCall) => this.#read(call) },
    { method: 'POST', path: '/api/files', handle: (call: ApiCall) => this.#store(call) },
  ] as const;
  readonly #replies = new IdempotentReplies();
  readonly #files: StoredFile[] = [];
  readonly #url: () => string;
  #lastNumber = 0;

  constructor(url: () => string) {
    this.#url = url;
  }

  reset(): void {
    this.#files.length = 0;
    this.#replies.reset();
  }

  records() {
    return { files: this.#files };
  }

  tables(): readonly RecordTable[] {
    const rows = this.#files.map((file) => ({
      id: file.id,
      cells: [file.id, file.name, `${file.size} B`, file.owner.name],
    }));
    return [{ title: 'Files', columns: ['Id', 'Name', 'Size', 'Owner'], rows }];
  }

  #find(call: ApiCall): Reply {
    const wanted = call.query.get('name')?.trim().toLowerCase() ?? '';
    const items = this.#files
      .filter((file) => file.owner.username === call.principal.username && file.name.toLowerCase().includes(wanted))
      .map(withoutContent);
    return { status: 200, json: { items, total: items.length } };
  }

  #read(call: ApiCall): Reply {
    const file = this.#files.find(
      ({ id, owner }) => id === call.params['id'] && owner.username === call.principal.username,
    );
    return file
      ? { status: 200, json: file }
      : failure(404, 'not_found', `There is no file ${call.params['id'] ?? ''}`);
  }

  #store(call: ApiCall): Reply {
    const input = NewFile.safeParse(call.body);
    if (!input.success) return invalidInput(input.error);
    return this.#replies.once(call, 'files', () => {
      this.#lastNumber += 1;
      const id = `FILE-${this.#lastNumber}`;
      const encoding = 'content' in input.data ? 'utf8' : 'base64';
      const content = 'content' in input.data ? input.data.content : input.data.content_base64;
      const file: StoredFile = {
        id,
        name: input.data.name,
        content,
        encoding,
        size: Buffer.byteLength(content, encoding),
        url: `${this.#url()}/#${id}`,
        owner: { username: call.principal.username, name: call.principal.name },
        created_at: new Date().toISOString(),
      };
      this.#files.push(file);
      return { status: 201, json: withoutContent(file) };
    });
  }
}

function withoutContent({ content: _content, ...file }: StoredFile): Omit<StoredFile, 'content'> {
  return file;
}

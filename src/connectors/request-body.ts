import { type FileValue, isFileValue, plainMediaType } from '../kernel/file-value.js';
import { randomToken } from '../kernel/ids.js';
import type { DatapillData } from '../language/datapill.js';
import { evaluateTemplate, evaluateText, type Template, toText } from '../language/template.js';
import type { BodyTemplate, FileTemplate } from './action.js';
import { badValue } from './bad-value.js';

export interface RequestBody {
  /** Content type. */
  readonly type: string;
  readonly content: string | Uint8Array;
}

/** Largest file that is sent whose content an expression gives, in bytes: it travels in the job. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;
/** Largest file that is sent inside a JSON body, in bytes: it is there in several copies while it is made. */
const MAX_BASE64_BYTES = 10 * 1024 * 1024;

/** Gives the content of a file. Fails with `chat.file_*`. */
export type ReadContent = (file: FileValue, limits: { readonly maxBytes?: number }) => Promise<Uint8Array>;

const noContent: ReadContent = async () => {
  throw badValue('no_file', 'nobody has sent a file');
};

/** Fills a body in. Fails with `app.bad_input` when a value cannot stand where it should, `datapill.failed`, `chat.file_*`. */
export async function buildBody(
  template: BodyTemplate,
  data: DatapillData,
  readContent: ReadContent = noContent,
): Promise<RequestBody> {
  switch (template.kind) {
    case 'json':
      return { type: 'application/json', content: await buildJson(template, data, readContent) };
    case 'binary': {
      const file = await fileOf(template.file, data);
      return { type: plainMediaType(file.type), content: await readContent(file, {}) };
    }
    case 'form':
      return {
        type: 'application/x-www-form-urlencoded',
        content: buildForm(await evaluateTemplate(template.value, data)),
      };
    case 'text':
      return { type: 'text/plain; charset=utf-8', content: await evaluateText(template.value, data) };
    case 'multipart':
      return buildMultipart(template, data, readContent);
  }
}

/** What stands for the content of files until the text is there: expressions never see it. */
async function buildJson(
  { inlined = [], value }: Extract<BodyTemplate, { kind: 'json' }>,
  data: DatapillData,
  readContent: ReadContent,
): Promise<string> {
  const input: Record<string, unknown> = { ...(isRecord(data['input']) ? data['input'] : {}) };
  const contents = new Map<string, string>();
  for (const name of inlined) {
    const file = input[name];
    if (!isFileValue(file)) continue;
    const mark = `content-${randomToken()}`;
    const bytes = await readContent(file, { maxBytes: MAX_BASE64_BYTES });
    contents.set(mark, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'));
    input[name] = { ...file, base64: mark };
  }
  let text = JSON.stringify((await evaluateTemplate(value, { ...data, input })) ?? null);
  for (const [mark, content] of contents) text = text.replaceAll(mark, () => content);
  return text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The texts of one parameter: a list gives one each, an absent value none. */
export function parameterValues(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item) => toText(item).toWellFormed());
}

function buildForm(value: unknown): string {
  const form = new URLSearchParams();
  for (const [name, item] of Object.entries(value ?? {})) {
    for (const text of parameterValues(item)) form.append(name, text);
  }
  return form.toString();
}

/** RFC 7578, with the names written as browsers do (HTML, "multipart form data"). */
async function buildMultipart(
  template: Extract<BodyTemplate, { kind: 'multipart' }>,
  data: DatapillData,
  readContent: ReadContent,
): Promise<RequestBody> {
  const boundary = `behalf-${randomToken()}`;
  const parts: (string | Uint8Array)[] = [];
  for (const [name, value] of template.fields) {
    for (const text of parameterValues(await evaluateTemplate(value, data))) {
      parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${text}\r\n`);
    }
  }
  const { field } = template.file;
  const sent = template.file.content.encoding === 'file' ? await fileOf(template.file.content.value, data) : undefined;
  const name = quoted((await fileName(template.file, data)) ?? sent?.name ?? '');
  const type = template.file.type ?? plainMediaType(sent?.type ?? '');
  parts.push(
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(field)}"; filename="${name}"\r\n`,
    `Content-Type: ${type}\r\n\r\n`,
    sent ? await readContent(sent, {}) : await fileContent(template.file, data),
    `\r\n--${boundary}--\r\n`,
  );
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return { type: `multipart/form-data; boundary=${boundary}`, content };
}

function quoted(text: string): string {
  return text.toWellFormed().replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

async function fileOf(template: Template, data: DatapillData): Promise<FileValue> {
  const value = await evaluateTemplate(template, data);
  if (isFileValue(value)) return value;
  throw badValue('other_file', 'this is no file that was sent in the chat');
}

async function fileName({ name }: FileTemplate, data: DatapillData): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const text = (await evaluateText(name, data)).trim();
  if (text === '' || text.length > 255 || /[/\\\p{Cc}]/u.test(text))
    throw badValue('file_name', 'the name of the file cannot be used');
  return text;
}

async function fileContent({ content }: FileTemplate, data: DatapillData): Promise<Buffer> {
  const text = await evaluateText(content.value, data);
  if (content.encoding === 'base64' && !/^[A-Za-z0-9+/]*={0,2}$/u.test(text)) {
    throw badValue('file_content', 'the content of the file is not in base64');
  }
  const bytes = Buffer.from(text, content.encoding === 'base64' ? 'base64' : 'utf8');
  if (bytes.length > MAX_FILE_BYTES) throw badValue('file_size', 'the file is too large');
  return bytes;
}

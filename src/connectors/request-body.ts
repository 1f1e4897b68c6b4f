import { randomToken } from '../kernel/ids.js';
import type { DatapillData } from '../language/datapill.js';
import { evaluateTemplate, evaluateText, toText } from '../language/template.js';
import type { BodyTemplate, FileTemplate } from './action.js';
import { badValue } from './bad-value.js';

export interface RequestBody {
  /** Content type. */
  readonly type: string;
  readonly content: string | Uint8Array;
}

/** Largest file that is sent, in bytes: it comes out of a chat and travels in the job. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** Fills a body in. Fails with `app.bad_input` when a value cannot stand where it should, `datapill.failed`. */
export async function buildBody(template: BodyTemplate, data: DatapillData): Promise<RequestBody> {
  switch (template.kind) {
    case 'json':
      return {
        type: 'application/json',
        content: JSON.stringify((await evaluateTemplate(template.value, data)) ?? null),
      };
    case 'form':
      return {
        type: 'application/x-www-form-urlencoded',
        content: buildForm(await evaluateTemplate(template.value, data)),
      };
    case 'text':
      return { type: 'text/plain; charset=utf-8', content: await evaluateText(template.value, data) };
    case 'multipart':
      return buildMultipart(template, data);
  }
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
): Promise<RequestBody> {
  const boundary = `behalf-${randomToken()}`;
  const parts: (string | Buffer)[] = [];
  for (const [name, value] of template.fields) {
    for (const text of parameterValues(await evaluateTemplate(value, data))) {
      parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${text}\r\n`);
    }
  }
  const { field, type } = template.file;
  const name = quoted(await fileName(template.file, data));
  parts.push(
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(field)}"; filename="${name}"\r\n`,
    `Content-Type: ${type}\r\n\r\n`,
    await fileContent(template.file, data),
    `\r\n--${boundary}--\r\n`,
  );
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return { type: `multipart/form-data; boundary=${boundary}`, content };
}

function quoted(text: string): string {
  return text.toWellFormed().replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

async function fileName({ name }: FileTemplate, data: DatapillData): Promise<string> {
  const text = (await evaluateText(name, data)).trim();
  if (text === '' || text.length > 255 || /[/\\\p{Cc}]/u.test(text))
    throw badValue('the name of the file cannot be used');
  return text;
}

async function fileContent({ content }: FileTemplate, data: DatapillData): Promise<Buffer> {
  const text = await evaluateText(content.value, data);
  if (content.encoding === 'base64' && !/^[A-Za-z0-9+/]*={0,2}$/u.test(text)) {
    throw badValue('the content of the file is not in base64');
  }
  const bytes = Buffer.from(text, content.encoding);
  if (bytes.length > MAX_FILE_BYTES) throw badValue('the file is too large');
  return bytes;
}

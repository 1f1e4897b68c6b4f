import { compileDatapill, type Datapill, type DatapillData } from './datapill.js';
import type { Position, Problem } from './problem.js';
import { splitTemplate } from './split-template.js';
import type { YamlDocument, YamlPath } from './yaml-document.js';

/**
 * A value of a YAML file with its datapills compiled. A text that is exactly one `{{ … }}` keeps the type of its result
 * (`pill`); a text around datapills becomes a string (`text`); everything else stays as it was written.
 */
export type Template =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'pill'; readonly pill: Datapill }
  | { readonly kind: 'text'; readonly parts: readonly (string | Datapill)[] }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: Template])[] };

/** Where compiled values come from, and where their mistakes go. */
export interface CompileContext {
  readonly document: YamlDocument;
  readonly problems: Problem[];
}

/** Compiles a value of a document; mistakes are added to the context's problems. */
export function compileTemplate(value: unknown, path: YamlPath, context: CompileContext): Template {
  if (typeof value === 'string') return compileText(value, path, context);
  if (Array.isArray(value)) {
    return { kind: 'list', items: value.map((item, index) => compileTemplate(item, [...path, index], context)) };
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => [key, compileTemplate(item, [...path, key], context)] as const,
    );
    return { kind: 'map', entries };
  }
  return { kind: 'constant', value };
}

function compileText(value: string, path: YamlPath, context: CompileContext): Template {
  const parts = compileParts(value, path, context);
  const [first] = parts;
  if (parts.length === 0) return { kind: 'constant', value: '' };
  if (parts.length > 1 || first === undefined) return { kind: 'text', parts };
  return typeof first === 'string' ? { kind: 'constant', value: first } : { kind: 'pill', pill: first };
}

/** Splits a text into its literal parts and its compiled datapills. */
export function compileParts(value: string, path: YamlPath, context: CompileContext): readonly (string | Datapill)[] {
  const { document, problems } = context;
  const parts: (string | Datapill)[] = [];
  let index = 0;
  for (const part of splitTemplate(value)) {
    if (part.kind === 'literal') {
      parts.push(part.text);
      continue;
    }
    const position = document.positionInside(path, '{{', index);
    index += 1;
    const result = part.isClosed
      ? compileDatapill(part.source, { file: document.file, position, ...leadOf(part.source, position, document) })
      : ({ kind: 'broken', message: 'there is no }} for this {{' } as const);
    if (result.kind === 'ok') parts.push(result.pill);
    else problems.push({ file: document.file, ...position, severity: 'error', ...withoutKind(result) });
  }
  return parts;
}

/** How far behind its `{{` an expression begins, where the file shows it as it is and on one line. */
function leadOf(source: string, position: Position, document: YamlDocument): Pick<Datapill, 'lead'> {
  if (source.includes('\n') || !document.hasTextAt(position, `{{${source}}}`)) return {};
  return { lead: 2 + source.length - source.trimStart().length };
}

function withoutKind({ message, hint }: { readonly message: string; readonly hint?: string }) {
  return hint === undefined ? { message } : { message, hint };
}

/** Every datapill of a template. */
export function datapillsOf(template: Template): readonly Datapill[] {
  switch (template.kind) {
    case 'constant':
      return [];
    case 'pill':
      return [template.pill];
    case 'text':
      return template.parts.filter((part) => typeof part !== 'string');
    case 'list':
      return template.items.flatMap(datapillsOf);
    case 'map':
      return template.entries.flatMap(([, value]) => datapillsOf(value));
  }
}

/** Fills a template in. Absent values are left out of maps and lists, and empty in texts. Fails with `datapill.failed`. */
export async function evaluateTemplate(template: Template, data: DatapillData): Promise<unknown> {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'pill':
      return template.pill.evaluate(data);
    case 'text':
      return joinParts(template.parts, data, toText);
    case 'list': {
      const items: unknown[] = [];
      for (const item of template.items) items.push(await evaluateTemplate(item, data));
      return items.filter((item) => item !== undefined);
    }
    case 'map':
      return evaluateEntries(template.entries, data);
  }
}

async function evaluateEntries(
  entries: readonly (readonly [key: string, value: Template])[],
  data: DatapillData,
): Promise<Readonly<Record<string, unknown>>> {
  const filled: [string, unknown][] = [];
  for (const [key, value] of entries) filled.push([key, await evaluateTemplate(value, data)]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

/** Fills a template in as text; `encode` is applied to what datapills give, not to what the author wrote. */
export async function evaluateText(
  template: Template,
  data: DatapillData,
  encode: (value: unknown) => string = toText,
): Promise<string> {
  if (template.kind === 'text') return joinParts(template.parts, data, encode);
  const value = await evaluateTemplate(template, data);
  return template.kind === 'constant' ? toText(value) : encode(value);
}

async function joinParts(
  parts: readonly (string | Datapill)[],
  data: DatapillData,
  encode: (value: unknown) => string,
): Promise<string> {
  let text = '';
  for (const part of parts) text += typeof part === 'string' ? part : encode(await part.evaluate(data));
  return text;
}

/** A value inside a text: nothing for absent and null, JSON for lists and maps. */
export function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

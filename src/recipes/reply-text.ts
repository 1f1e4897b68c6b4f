import type { RichText, Span } from '../kernel/rich-text.js';
import type { Datapill, DatapillData } from '../language/datapill.js';
import { type CompileContext, compileParts, evaluateText, type Template, toText } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';

/** A run of an author's text: literal characters or one datapill, in one style. */
export interface ReplyPiece {
  readonly content: string | Datapill;
  readonly style?: NonNullable<Span['style']>;
  readonly link?: Template;
}

/** Reply text with its markup parsed: only what the author wrote is markup, data never is. */
export type ReplyText = readonly ReplyPiece[];

/** One character of the author's text, or a datapill, which counts as one character that means nothing. */
type Atom = { readonly char: string; readonly isEscaped: boolean } | { readonly pill: Datapill };

/**
 * Compiles a reply text. Its markup: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, `[label](https://…)`; a backslash takes
 * a mark its meaning; marks inside words (`snake_case`, `2*3*4`) mean nothing; styles do not nest.
 */
export function compileReplyText(text: string, path: YamlPath, context: CompileContext): ReplyText {
  const atoms = compileParts(text, path, context).flatMap(toAtoms);
  const pieces: ReplyPiece[] = [];
  let plain: Atom[] = [];
  let index = 0;
  while (index < atoms.length) {
    const marked = readLink(atoms, index) ?? readStyled(atoms, index);
    if (marked) {
      pieces.push(...toPieces(plain), ...marked.pieces);
      plain = [];
      index = marked.end;
      continue;
    }
    const atom = atoms[index];
    if (atom) plain.push(atom);
    index += 1;
  }
  return [...pieces, ...toPieces(plain)];
}

/** Every datapill of a reply text. */
export function datapillsOfText(text: ReplyText): readonly Datapill[] {
  return text.flatMap((piece) => {
    const inLink =
      piece.link?.kind === 'text' ? piece.link.parts : piece.link?.kind === 'pill' ? [piece.link.pill] : [];
    return [piece.content, ...inLink].filter((part) => typeof part !== 'string');
  });
}

/** Fills a reply text in. What datapills give is shown as it is; a link that does not lead to a page is only text. */
export async function renderReplyText(text: ReplyText, data: DatapillData): Promise<RichText> {
  const spans: Span[] = [];
  for (const piece of text) {
    const content = typeof piece.content === 'string' ? piece.content : toText(await piece.content.evaluate(data));
    const link = piece.link ? await renderUrl(piece.link, data) : undefined;
    if (content === '') continue;
    spans.push({ text: content, ...(piece.style ? { style: piece.style } : {}), ...(link ? { link } : {}) });
  }
  return spans;
}

/** A link filled in: data inside is encoded, data as a whole must be an address. Undefined when it leads to no page. */
export async function renderUrl(template: Template, data: DatapillData): Promise<string | undefined> {
  const encode = template.kind === 'text' ? (value: unknown) => encodeURIComponent(toText(value)) : toText;
  return webAddress(await evaluateText(template, data, encode));
}

/** Adds a problem where what an author has written leads to no page, whatever data fills in: people would see no button. */
export function checkAddress(template: Template, path: YamlPath, { document, problems }: CompileContext): void {
  const start =
    template.kind === 'constant' ? template.value : template.kind === 'text' ? template.parts[0] : undefined;
  if (typeof start !== 'string' || /^\s*(?:https?:\/\/|mailto:)/iu.test(start)) return;
  const message = 'the address must begin with https://, http:// or mailto:';
  problems.push({ file: document.file, ...document.positionOf(path), severity: 'error', message });
}

function webAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && ['https:', 'http:', 'mailto:'].includes(url.protocol) ? url.href : undefined;
}

function toAtoms(part: string | Datapill): readonly Atom[] {
  if (typeof part !== 'string') return [{ pill: part }];
  return [...part.matchAll(/\\([\\*_~`[\]()])|./gsu)].map((match) => ({
    char: match[1] ?? match[0],
    isEscaped: match[1] !== undefined,
  }));
}

const STYLES: Readonly<Record<string, NonNullable<Span['style']>>> = {
  '*': 'bold',
  _: 'italic',
  '~': 'strike',
  '`': 'code',
};

interface Marked {
  readonly pieces: readonly ReplyPiece[];
  /** Index after the last mark. */
  readonly end: number;
}

function readStyled(atoms: readonly Atom[], start: number): Marked | undefined {
  const mark = markAt(atoms, start);
  const style = mark === undefined ? undefined : STYLES[mark];
  if (style === undefined || isWord(atoms[start - 1]) || isSpace(atoms[start + 1])) return undefined;
  for (let index = start + 1; index < atoms.length; index += 1) {
    const char = markAt(atoms, index);
    if (char === '\n') return undefined;
    if (char !== mark || index === start + 1) continue;
    if (isSpace(atoms[index - 1]) || isWord(atoms[index + 1])) continue;
    return { pieces: toPieces(atoms.slice(start + 1, index), { style }), end: index + 1 };
  }
  return undefined;
}

function readLink(atoms: readonly Atom[], start: number): Marked | undefined {
  if (markAt(atoms, start) !== '[') return undefined;
  const middle = indexOfMark(atoms, ']', start + 1);
  if (middle === undefined || middle === start + 1 || markAt(atoms, middle + 1) !== '(') return undefined;
  const close = indexOfMark(atoms, ')', middle + 2);
  if (close === undefined || close === middle + 2) return undefined;
  const link = toTemplate(atoms.slice(middle + 2, close));
  return { pieces: toPieces(atoms.slice(start + 1, middle), { link }), end: close + 1 };
}

function toTemplate(atoms: readonly Atom[]): Template {
  const parts = toPieces(atoms).map((piece) => piece.content);
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) {
    return typeof first === 'string' ? { kind: 'constant', value: first } : { kind: 'pill', pill: first };
  }
  return { kind: 'text', parts };
}

function toPieces(atoms: readonly Atom[], marks: Pick<ReplyPiece, 'style' | 'link'> = {}): readonly ReplyPiece[] {
  const pieces: ReplyPiece[] = [];
  let text = '';
  for (const atom of atoms) {
    if ('char' in atom) {
      text += atom.char;
      continue;
    }
    if (text !== '') pieces.push({ content: text, ...marks });
    pieces.push({ content: atom.pill, ...marks });
    text = '';
  }
  return text === '' ? pieces : [...pieces, { content: text, ...marks }];
}

/** The character at the index where it may mean something. */
function markAt(atoms: readonly Atom[], index: number): string | undefined {
  const atom = atoms[index];
  return atom && 'char' in atom && !atom.isEscaped ? atom.char : undefined;
}

function indexOfMark(atoms: readonly Atom[], mark: string, from: number): number | undefined {
  for (let index = from; index < atoms.length; index += 1) {
    const char = markAt(atoms, index);
    if (char === mark) return index;
    if (char === '\n') return undefined;
  }
  return undefined;
}

function isWord(atom: Atom | undefined): boolean {
  return atom !== undefined && 'char' in atom && /[\p{L}\p{N}]/u.test(atom.char);
}

function isSpace(atom: Atom | undefined): boolean {
  return atom === undefined || ('char' in atom && /\s/u.test(atom.char));
}

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { Position, Problem } from './problem.js';
import { inPlainWords, noAnchor, ODD_SPACE, oddIndentation, unknownAliases } from './yaml-mistakes.js';

/** Longest file that is read, in characters: a person wrote it. */
const MAX_LENGTH = 256 * 1024;
/** How often anchors may be repeated: stops the "billion laughs" kind of file. */
const MAX_ALIASES = 100;

/** What stands in place of bytes that are no UTF-8. */
const UNREADABLE = '\ufffd';
const NOT_UTF8 = {
  severity: 'error',
  message: 'this cannot be read: the file is not in UTF-8',
  hint: 'save it with the encoding UTF-8',
} as const;
const UNQUOTED = {
  severity: 'error',
  message: 'a datapill needs quotes around it: without them it is a map for YAML',
  hint: 'put what begins with {{ in quotes: "{{ … }}"',
} as const;

export type YamlPath = readonly (string | number)[];

/** A YAML file with the places of its parts. */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** Where the value of the path begins; the nearest thing around it when there is none. */
  positionOf(path: YamlPath): Position;
  /** Where the key of the path begins. */
  positionOfKey(path: YamlPath): Position;
  /** Where the `index`-th occurrence of `text` inside the value of the path begins, as far as the file shows it. */
  positionInside(path: YamlPath, text: string, index: number): Position;
  /** True when the file has this very text there: no escapes, no folded lines. */
  hasTextAt(position: Position, text: string): boolean;
}

export type YamlResult =
  | { readonly kind: 'ok'; readonly document: YamlDocument }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

/**
 * Reads YAML 1.2 with positions. Broken syntax, doubled keys and too many aliases are problems. `hintOf`: what to do about a
 * doubled key, by the keys that lead to it.
 */
export function parseYaml(
  file: string,
  text: string,
  hintOf: (keys: readonly string[]) => string | undefined = () => undefined,
): YamlResult {
  if (text.length > MAX_LENGTH) return broken(file, { line: 1, column: 1 }, 'the file is too long');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', merge: true });
  const problems = [...document.errors, ...document.warnings].map((error): Problem => {
    const place = { file, ...toPosition(lines, error.pos[0]), severity: 'error' as const };
    if (error.code !== 'DUPLICATE_KEY') return { ...place, ...inPlainWords(error) };
    const hint = hintOf(keysAt(document, error.pos[0]));
    return { ...place, message: 'this key is there twice', ...(hint === undefined ? {} : { hint }) };
  });
  const at = (offset: number) => ({ file, ...toPosition(lines, offset) });
  problems.push(...unknownAliases(document).map(({ name, offset }) => ({ ...at(offset), ...noAnchor(name) })));
  const unreadable = text.indexOf(UNREADABLE);
  if (unreadable >= 0) problems.unshift({ ...at(unreadable), ...NOT_UTF8 });
  const odd = oddIndentation(text);
  // What else is wrong then follows from it.
  if (odd !== undefined && problems.length > 0) return { kind: 'broken', problems: [{ ...at(odd), ...ODD_SPACE }] };
  // What YAML makes of them is no mistake of its own, or one that says nothing.
  const unquoted = unquotedDatapills(document).map((offset) => ({ ...at(offset), ...UNQUOTED }));
  if (unquoted.length > 0) return { kind: 'broken', problems: unquoted };
  if (problems.length > 0) return { kind: 'broken', problems };
  const value = toValue(document);
  if (value.kind === 'failed') return broken(file, { line: 1, column: 1 }, value.message);
  return { kind: 'ok', document: new ParsedYaml({ file, value: value.value, text, lines, document }) };
}

interface Parts {
  readonly file: string;
  readonly value: unknown;
  readonly text: string;
  readonly lines: LineCounter;
  readonly document: Document;
}

class ParsedYaml implements YamlDocument {
  readonly file: string;
  readonly value: unknown;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.file = parts.file;
    this.value = parts.value;
    this.#parts = parts;
  }

  positionOf(path: YamlPath): Position {
    return this.#at(this.#nearestNode(path)?.range?.[0] ?? 0);
  }

  positionOfKey(path: YamlPath): Position {
    const parent = this.#nearestNode(path.slice(0, -1));
    const key = path.at(-1);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key))
      : undefined;
    if (pair && isScalar(pair.key) && pair.key.range) return this.#at(pair.key.range[0]);
    return this.positionOf(path);
  }

  positionInside(path: YamlPath, text: string, index: number): Position {
    const range = this.#nearestNode(path)?.range;
    if (!range) return this.positionOf(path);
    let offset = range[0] - 1;
    for (let count = 0; count <= index; count += 1) {
      offset = this.#parts.text.indexOf(text, offset + 1);
      if (offset < 0 || offset >= range[1]) return this.#at(range[0]);
    }
    return this.#at(offset);
  }

  hasTextAt({ line, column }: Position, text: string): boolean {
    const start = this.#parts.lines.lineStarts[line - 1] ?? 0;
    return this.#parts.text.startsWith(text, start + column - 1);
  }

  #nearestNode(path: YamlPath): Node | undefined {
    for (let length = path.length; length >= 0; length -= 1) {
      const found =
        length === 0 ? this.#parts.document.contents : this.#parts.document.getIn(path.slice(0, length), true);
      const node = isAlias(found) ? found.resolve(this.#parts.document) : found;
      if (isNode(node) && node.range) return node;
    }
    return undefined;
  }

  #at(offset: number): Position {
    return toPosition(this.#parts.lines, offset);
  }
}

/** The keys that lead to the one at this offset, itself included. */
function keysAt(document: Document, offset: number): readonly string[] {
  let found: readonly string[] = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      const keys = [...ancestors.filter(isPair), pair].map(({ key }) => (isScalar(key) ? String(key.value) : ''));
      found = keys;
      return visit.BREAK;
    },
  });
  return found;
}

/** Where a map is the key of a map: what `{{ … }}` without quotes is for YAML. */
function unquotedDatapills(document: Document): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (isMap(key) && key.range) offsets.push(key.range[0] - 1);
    },
  });
  return offsets;
}

type ValueResult =
  | { readonly kind: 'ok'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly message: string };

function toValue(document: Document): ValueResult {
  try {
    return { kind: 'ok', value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch {
    return { kind: 'failed', message: 'aliases are used too often' };
  }
}

function toPosition(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function broken(file: string, position: Position, message: string): YamlResult {
  return { kind: 'broken', problems: [{ file, ...position, severity: 'error', message }] };
}

import { createContext, Script } from 'node:vm';

/** Longest search of one regular expression, in ms: some take exponential time on the right text. */
const MAX_SEARCH_MS = 50;

/**
 * Longest text that needs no watch, by the number of repetitions in the expression (none of a group): the search is then
 * at worst the length to the power of one more. A watched search costs about 0.1 ms.
 */
const HARMLESS_LENGTHS = [50_000, 5_000, 300, 60] as const;

const search = new Script('expression.exec(text)');
const realm = createContext(Object.create(null));

/** A `RegExp` for JSONata whose search ends after a while. Nothing but `lastIndex` and `exec` is used of it. */
export class BoundedRegExp extends RegExp {
  readonly #harmlessLength: number;

  constructor(expression: RegExp | string, flags?: string) {
    super(expression, flags);
    this.#harmlessLength = harmlessLength(this.source);
  }

  override exec(text: string): RegExpExecArray | null {
    if (text.length <= this.#harmlessLength) return super.exec(text);
    const plain = new RegExp(this.source, this.flags);
    plain.lastIndex = this.lastIndex;
    const match = searchBounded(plain, text);
    this.lastIndex = plain.lastIndex;
    return match;
  }
}

function harmlessLength(source: string): number {
  if (/\)[*+?{]/.test(source)) return 0;
  return HARMLESS_LENGTHS[source.match(/[*+?{]/g)?.length ?? 0] ?? 0;
}

function searchBounded(expression: RegExp, text: string): RegExpExecArray | null {
  realm['expression'] = expression;
  realm['text'] = text;
  try {
    return search.runInContext(realm, { timeout: MAX_SEARCH_MS });
  } catch {
    throw Object.assign(new Error('The regular expression takes too long'), { code: 'D1012' });
  }
}

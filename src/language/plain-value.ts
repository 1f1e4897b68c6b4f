/** Bounds of what one datapill may give: values travel in jobs, requests and messages. */
const MAX_NODES = 100_000;
const MAX_CHARACTERS = 1_000_000;
const MAX_DEPTH = 100;

export type PlainValueResult =
  | { readonly kind: 'ok'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly reason: string };

/** Copies an expression's result to plain JSON data: no functions, no marks of JSONata's sequences, bounded in size. */
export function toPlainValue(value: unknown): PlainValueResult {
  const copy = new PlainCopy();
  const plain = copy.of(value, 0);
  return copy.refusal === undefined ? { kind: 'ok', value: plain } : { kind: 'refused', reason: copy.refusal };
}

class PlainCopy {
  refusal: string | undefined;
  #nodes = 0;
  #characters = 0;

  of(value: unknown, depth: number): unknown {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES || depth > MAX_DEPTH) this.refusal ??= 'too large';
    if (this.refusal !== undefined) return undefined;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : this.#refuse('not a number');
    if (typeof value === 'boolean' || value === null || value === undefined) return value;
    if (Array.isArray(value)) return value.map((item) => this.of(item, depth + 1) ?? null);
    if (typeof value !== 'object' || '_jsonata_lambda' in value || '_jsonata_function' in value) {
      return this.#refuse('a function is no value');
    }
    return this.#map(value, depth);
  }

  #map(value: object, depth: number): unknown {
    const copy: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      this.#text(key);
      const plain = this.of(item, depth + 1);
      if (plain !== undefined && key !== '__proto__') copy[key] = plain;
    }
    return copy;
  }

  #text(value: string): string {
    this.#characters += value.length;
    if (this.#characters > MAX_CHARACTERS) this.refusal ??= 'too large';
    return value;
  }

  #refuse(reason: string): undefined {
    this.refusal ??= reason;
    return undefined;
  }
}

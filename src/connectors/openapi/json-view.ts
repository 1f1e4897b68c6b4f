/** A JSON object of unknown form. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Longest chain of references that is followed. */
const MAX_HOPS = 20;

/** Reads an OpenAPI document as it is: every step may meet anything. References inside the document are followed where they are met. */
export class JsonView {
  readonly root: JsonObject;
  /** References to other documents, which are not read. */
  readonly foreign = new Set<string>();

  constructor(root: JsonObject) {
    this.root = root;
  }

  /** The object that a value is or refers to (RFC 6901 pointers into this document); undefined for anything else. */
  object(value: unknown): JsonObject | undefined {
    let current = value;
    for (let hops = 0; hops < MAX_HOPS; hops += 1) {
      if (!isObject(current)) return undefined;
      const reference = current['$ref'];
      if (typeof reference !== 'string') return current;
      current = this.#target(reference);
    }
    return undefined;
  }

  /** The objects of a list; what is none is left out. */
  objects(value: unknown): readonly JsonObject[] {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return items.map((item) => this.object(item)).filter((item) => item !== undefined);
  }

  /** The named objects of a map. */
  entries(value: unknown): readonly (readonly [name: string, value: JsonObject])[] {
    return Object.entries(this.object(value) ?? {}).flatMap(([name, item]) => {
      const found = this.object(item);
      return found ? [[name, found] as const] : [];
    });
  }

  #target(reference: string): unknown {
    if (!reference.startsWith('#/')) {
      this.foreign.add(reference);
      return undefined;
    }
    let current: unknown = this.root;
    for (const part of reference.slice(2).split('/')) {
      const name = unescaped(part);
      if (name === undefined || !isObject(current) || !Object.hasOwn(current, name)) return undefined;
      current = current[name];
    }
    return current;
  }
}

function unescaped(part: string): string | undefined {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text in one line of at most so many characters; undefined where there is none. */
export function line(value: unknown, longest = 200): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  if (text === '' || text.length <= longest) return text === '' ? undefined : text;
  return `${text.slice(0, longest - 1).trimEnd()}…`;
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

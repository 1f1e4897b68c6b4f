import { plainMediaType } from '../kernel/file-value.js';
import type { IncomingResponse } from '../kernel/http-client.port.js';

export interface ReadBody {
  /** Parsed JSON or a text; undefined when it is neither. */
  readonly value: unknown;
  /** Why it could not be read, for the log; absent where it could. */
  readonly unreadable?: string;
}

/** Deepest JSON that is taken: what walks through it, and through jobs that hold it, goes a level down with each. */
const MAX_DEPTH = 500;

const NOTHING: ReadBody = { value: undefined };

/** Reads a body by its content type, or as what the action says that it is (`as`). */
export function readBody(response: IncomingResponse, as?: 'json' | 'text' | 'none'): ReadBody {
  if (response.body.length === 0 || as === 'none') return NOTHING;
  const type = response.headers['content-type'] ?? '';
  switch (as ?? kindOf(type)) {
    case 'json':
      return parseJson(decode(response.body, type));
    case 'text': {
      const text = decode(response.body, type);
      return text === undefined ? unreadable('unknown charset') : { value: text };
    }
    default:
      return unreadable(type === '' ? 'untyped' : plainMediaType(type));
  }
}

/** True for the content type of JSON, `application/json` or another one that ends in it (RFC 6839 section 3.1). */
export function isJsonType(type: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/iu.test(type);
}

function kindOf(type: string): 'json' | 'text' | undefined {
  if (/^text\/plain\b/iu.test(type)) return 'text';
  return isJsonType(type) ? 'json' : undefined;
}

function parseJson(text: string | undefined): ReadBody {
  if (text === undefined) return unreadable('unknown charset');
  try {
    const value: unknown = JSON.parse(text);
    // Each level takes two characters at least.
    const isDeep = text.length > 2 * MAX_DEPTH && isDeeper(value, MAX_DEPTH);
    return isDeep ? unreadable('too deep') : { value };
  } catch {
    return unreadable('broken JSON');
  }
}

function unreadable(why: string): ReadBody {
  return { value: undefined, unreadable: why };
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((item) => isDeeper(item, depth - 1));
}

/** In the charset that the content type names, without a byte order mark; undefined: a charset that nobody knows. */
function decode(body: Buffer, type: string): string | undefined {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/iu.exec(type)?.[1] ?? 'utf-8';
  if (/^utf-?8$/iu.test(charset)) return body.toString('utf8').replace(/^\ufeff/u, '');
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return undefined;
  }
}

import type { IncomingResponse } from '../kernel/http-client.port.js';

export interface ReadBody {
  /** Parsed JSON or a text; undefined when it is neither. */
  readonly value: unknown;
  /** False: there is something that could not be read, such as an error page where JSON was due. */
  readonly isReadable: boolean;
}

const NOTHING: ReadBody = { value: undefined, isReadable: true };
const UNREADABLE: ReadBody = { value: undefined, isReadable: false };

/** Reads a body by its content type, or as what the action says that it is (`as`). */
export function readBody(response: IncomingResponse, as?: 'json' | 'text' | 'none'): ReadBody {
  if (response.body.length === 0 || as === 'none') return NOTHING;
  const type = response.headers['content-type'] ?? '';
  switch (as ?? kindOf(type)) {
    case 'json':
      return parseJson(decode(response.body, type));
    case 'text': {
      const text = decode(response.body, type);
      return text === undefined ? UNREADABLE : { value: text, isReadable: true };
    }
    default:
      return UNREADABLE;
  }
}

function kindOf(type: string): 'json' | 'text' | undefined {
  if (/^text\/plain\b/iu.test(type)) return 'text';
  return /^application\/(?:[\w.+-]+\+)?json\b/iu.test(type) ? 'json' : undefined;
}

function parseJson(text: string | undefined): ReadBody {
  if (text === undefined) return UNREADABLE;
  try {
    return { value: JSON.parse(text), isReadable: true };
  } catch {
    return UNREADABLE;
  }
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

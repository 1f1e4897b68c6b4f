import type { HttpRequest, HttpResponse } from '../../kernel/http.js';
import { joinKey, sha256 } from '../../kernel/ids.js';
import { problem } from './api-problem.js';

/** Deepest nesting of a body: what is kept is walked through later. */
const MAX_DEPTH = 32;
const MEDIA_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;
/**
 * A string of structured fields (RFC 8941 section 3.3.3), as the draft wants it, or the bare text that most clients send. Of
 * what is visible in ASCII, without what could end or join values.
 */
const IDEMPOTENCY_KEY = /^(?:"([!#-+\--[\]-~]{1,255})"|([!#-+\--[\]-~]{1,255}))$/;

export type ReadJobRequest =
  | {
      readonly kind: 'read';
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly repeat?: { readonly key: string; readonly fingerprint: string };
    }
  | { readonly kind: 'refused'; readonly response: HttpResponse };

/** The body `{ "inputs": { … } }` of a request for a job of this recipe, and the key by which it may be repeated. */
export function readJobRequest(request: HttpRequest, recipe: string): ReadJobRequest {
  if (!MEDIA_TYPE.test(request.headers['content-type'] ?? ''))
    return refused(415, 'wrong_content_type', 'Send the body as "Content-Type: application/json".');
  const header = request.headers['idempotency-key'];
  const [, quoted, bare] = IDEMPOTENCY_KEY.exec(header ?? '') ?? [];
  const key = quoted ?? bare;
  if (header !== undefined && key === undefined)
    return refused(
      400,
      'bad_idempotency_key',
      'Idempotency-Key must be one text of 1 to 255 visible ASCII characters, without comma, backslash and quotes.',
    );
  const body = parse(request.body);
  if (body === undefined || !isPlainObject(body))
    return refused(400, 'bad_body', 'The body must be a JSON object: { "inputs": { … } }.');
  const { inputs = {}, ...others } = body;
  const [strange] = Object.keys(others);
  if (strange !== undefined || !isPlainObject(inputs))
    return refused(400, 'bad_body', 'The body must hold "inputs" alone, and that must be an object.');
  if (key === undefined) return { kind: 'read', inputs };
  const fingerprint = sha256(joinKey(recipe, sha256(request.body)));
  return { kind: 'read', inputs, repeat: { key, fingerprint } };
}

/** The JSON of a body; undefined for what is none, is nested too deep, or has keys that could change other objects. */
function parse(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isHarmless(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHarmless(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return false;
    const objects = level.filter((item) => typeof item === 'object' && item !== null);
    if (objects.some((item) => Object.hasOwn(item, '__proto__'))) return false;
    level = objects.flatMap((item): readonly unknown[] => Object.values(item));
  }
  return true;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(status: number, code: string, detail: string): ReadJobRequest {
  return { kind: 'refused', response: problem({ status, code, detail }) };
}

/** Reading what came over the wire. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

export function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  return isJson(value) && typeof value['text'] === 'string' ? value['text'] : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { createHash, randomBytes } from 'node:crypto';

/** A key for programs, and its entry in API_KEYS: the service knows only the hash. Formats: docs/api.md. */
export function newProgramKey(name: string): { readonly key: string; readonly entry: string } {
  const key = `bhf_${randomBytes(32).toString('base64url')}`;
  return { key, entry: `${name}:${createHash('sha256').update(key).digest('hex')}` };
}

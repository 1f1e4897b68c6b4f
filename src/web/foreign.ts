import type { HttpRequest } from '../kernel/http.js';

/** A form on a foreign page must not send somebody's browser on its way (Fetch Standard, Sec-Fetch-Site). */
export function isForeign({ headers }: HttpRequest, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  const origin = headers['origin'];
  return (
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== 'null' && origin !== publicUrl)
  );
}

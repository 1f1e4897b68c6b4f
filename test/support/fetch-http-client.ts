import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';

/** The smallest HttpClient, for tests of what stands on the port. Calls any address. */
export const fetchHttpClient: HttpClient = {
  async request({ method, url, headers = {}, body, timeoutMs = 10_000, maxBytes = 5 * 1024 * 1024, signal }) {
    const ends = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
    const init = { method, headers: { ...headers }, redirect: 'manual' as const, signal: AbortSignal.any(ends) };
    const response = await fetch(url, body === undefined ? init : { ...init, body: Buffer.from(body) }).catch(() => {
      throw new BehalfError('app.unavailable', 'No answer');
    });
    const bytes = Buffer.from(
      await response.arrayBuffer().catch(() => {
        throw new BehalfError('app.unavailable', 'The answer broke off');
      }),
    );
    if (bytes.length > maxBytes) throw new BehalfError('app.unexpected_answer', 'The answer is too large');
    return { status: response.status, headers: Object.fromEntries(response.headers), body: bytes };
  },
  async close() {},
};

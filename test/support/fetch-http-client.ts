import type { HttpClient } from '../../src/kernel/http-client.port.js';

/** The real client speaks undici, which nock cannot answer for; this one speaks fetch. */
export const fetchHttpClient: HttpClient = {
  async request({ method, url, headers = {}, body }) {
    const response = await fetch(url, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    };
  },
  close: () => Promise.resolve(),
};

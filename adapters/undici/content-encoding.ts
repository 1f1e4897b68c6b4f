import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { IncomingResponse } from '../../src/kernel/http-client.port.js';
import { TOO_LARGE } from './exchange.js';

/** Code of the error for a body that cannot be decompressed. */
export const UNDECODABLE = 'ANSWER_UNDECODABLE';

type Decompress = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const gunzipped: Decompress = promisify(gunzip);

const DECOMPRESS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', gunzipped],
  ['x-gzip', gunzipped],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/**
 * The answer with its body as it was before it was compressed (RFC 9110 section 8.4): some servers do that unasked. What it
 * becomes is bounded as what comes in is. Rejects with {@link TOO_LARGE} or {@link UNDECODABLE}.
 */
export async function decompressed(response: IncomingResponse, maxBytes: number): Promise<IncomingResponse> {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity' || response.body.length === 0) return response;
  const decompress = DECOMPRESS.get(encoding);
  if (!decompress) throw coded('The answer is compressed in an unknown way', UNDECODABLE);
  const { 'content-encoding': _done, ...headers } = response.headers;
  try {
    return { ...response, headers, body: await decompress(response.body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const isTooLarge =
      typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? coded('The answer is too large', TOO_LARGE) : coded('The answer is damaged', UNDECODABLE);
  }
}

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

import type { Readable } from 'node:stream';

/** Code of the error with which reading ends when there is more than allowed. */
export const TOO_LARGE = 'ANSWER_TOO_LARGE';

/** Reads a stream to its end; more than `maxBytes` ends it at once. */
export async function readBounded(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    // Leaving the loop destroys the stream, and its connection with it.
    if (size > maxBytes) throw Object.assign(new Error('The answer is too large'), { code: TOO_LARGE });
    chunks.push(chunk);
  }
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks, size);
}

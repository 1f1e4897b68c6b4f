import type { IncomingMessage } from 'node:http';
import type { Place } from './room.js';

export type ReadBody =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  /** It was on the way when others needed its room. */
  | { readonly kind: 'given_up' }
  /** The client has gone: nobody waits for an answer. */
  | { readonly kind: 'aborted' };

const EMPTY: ReadBody = { kind: 'whole', bytes: Buffer.alloc(0) };

/** Reads a request's body to its end; more than `maxBytes` ends the reading at once, and so does what its place asks for. */
export function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
  place: Pick<Place, 'arriving' | 'arrived'> | undefined,
): Promise<ReadBody> {
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > maxBytes) return Promise.resolve({ kind: 'too_large' });
  // Node lets a body through only where one of the two announces it (RFC 9112 section 6.3).
  if (announced === 0 && incoming.headers['transfer-encoding'] === undefined) return Promise.resolve(EMPTY);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    place?.arriving(() => {
      incoming.pause();
      resolve({ kind: 'given_up' });
    });
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        incoming.pause();
        resolve({ kind: 'too_large' });
      }
    });
    incoming.on('end', () => {
      place?.arrived();
      const [first] = chunks;
      resolve({ kind: 'whole', bytes: chunks.length === 1 && first ? first : Buffer.concat(chunks, size) });
    });
    incoming.on('error', () => resolve({ kind: 'aborted' }));
    incoming.on('close', () => resolve({ kind: 'aborted' }));
  });
}

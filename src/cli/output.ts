import { foreignCode } from '../kernel/errors.js';

/** What a write ends with where nobody reads any more, as behind `head`. */
const NOBODY_READS: readonly string[] = ['EPIPE', 'ERR_STREAM_DESTROYED'];

/** Whoever reads may have enough: what is under way ends in its order, and is noted. */
export function letReadersGo(failed: (error: unknown) => void): void {
  process.stdout.on('error', (error) => {
    if (!NOBODY_READS.includes(foreignCode(error))) failed(error);
  });
}

/** Waits for whoever reads, so that a long text does not gather in memory; false: nobody does any more. */
export function print(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) resolve(true);
      else if (NOBODY_READS.includes(foreignCode(error))) resolve(false);
      else reject(error);
    });
  });
}

import type { Clock } from './clock.port.js';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Node's own sleep makes an error with its stack for each one that is ended early, as those of most commands are.
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

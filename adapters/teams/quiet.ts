import { AsyncLocalStorage } from 'node:async_hooks';

const inside = new AsyncLocalStorage<true>();
const METHODS = ['debug', 'error', 'info', 'log', 'warn'] as const;

let isInstalled = false;

/**
 * Runs code of a library that prints to the console: botbuilder prints refused tokens' errors with the keys it tried.
 * Everybody else's printing is left alone.
 */
export function quietly<T>(work: () => Promise<T>): Promise<T> {
  install();
  return inside.run(true, work);
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { console } = globalThis;
  for (const method of METHODS) {
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]) => {
      if (!inside.getStore()) print(...values);
    };
  }
}

import { AsyncLocalStorage } from 'node:async_hooks';

const inside = new AsyncLocalStorage<true>();
const METHODS = ['debug', 'error', 'info', 'log', 'warn'] as const;

let isInstalled = false;
let running = 0;

/**
 * Runs code of a library that prints to the console: botbuilder prints refused tokens' errors with the keys it tried.
 * Everybody else's printing is left alone.
 */
export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  install();
  running += 1;
  try {
    return await inside.run(true, work);
  } finally {
    running -= 1;
    // While it is on, Node 20 follows every promise of the process.
    if (running === 0) inside.disable();
  }
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

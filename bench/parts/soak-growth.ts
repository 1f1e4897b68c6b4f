import { median } from '../statistics.js';

/** Memory of a process at a time since the start of the load. */
export interface Sample {
  readonly ms: number;
  readonly rssMb: number;
}

const WINDOW_SHARE = 0.2;

/**
 * By which share the memory has grown from `settledMs` to the end: medians of the first and the last fifth of what lies between,
 * since garbage that waits to be collected moves every single sample.
 */
export function growth(samples: readonly Sample[], settledMs: number): number {
  const settled = samples.filter(({ ms }) => ms >= settledMs).map(({ rssMb }) => rssMb);
  const window = Math.max(1, Math.floor(settled.length * WINDOW_SHARE));
  return median(settled.slice(-window)) / median(settled.slice(0, window)) - 1;
}

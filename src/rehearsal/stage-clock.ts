import type { Clock } from '../kernel/clock.port.js';

/** When every test begins: 2 November 2026, 9:00 UTC. */
const START = Date.UTC(2026, 10, 2, 9);
/** How many times as fast as the real one the time of a test runs: pauses before a new try are short, time-outs are long. */
const SPEED = 50;

/** The time of one test, made of the real one. */
export function createStageClock(real: Clock): Clock {
  const begun = real.now();
  return {
    now: () => START + (real.now() - begun) * SPEED,
    sleep: (ms, signal) => real.sleep(Math.ceil(ms / SPEED), signal),
  };
}

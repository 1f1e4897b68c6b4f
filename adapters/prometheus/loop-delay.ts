import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** How often the delay is looked at: each look wakes the process, the library's 10 ms also an idle one. */
const LOOK_MS = 200;
const NS_PER_S = 1e9;
/** As the library calls them. */
const name = (which: string) => `nodejs_eventloop_lag_${which}_seconds`;

/**
 * How late the event loop is, in place of what the library says: Node measures from look to look, so that an idle process
 * would have a delay of as much as the time between two.
 */
export function measureLoopDelay(registry: Registry): void {
  const looks = monitorEventLoopDelay({ resolution: LOOK_MS });
  looks.enable();
  const late = (ns: number) => Math.max(0, ns / NS_PER_S - LOOK_MS / 1_000);
  for (const which of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']) registry.removeSingleMetric(name(which));
  const gauge = (which: string, help: string, collect = () => {}) =>
    new Gauge({ name: name(which), help, registers: [registry], collect });
  // Of the first, which is asked first, for all of them.
  const median = gauge('p50', 'Half of the delays of the event loop were no longer', () => {
    // Nothing is known before the first look.
    if (looks.max > 0) {
      median.set(late(looks.percentile(50)));
      nearlyAll.set(late(looks.percentile(99)));
      longest.set(late(looks.max));
    }
    looks.reset();
  });
  const nearlyAll = gauge('p99', '99 of 100 delays of the event loop were no longer');
  const longest = gauge('max', 'Longest delay of the event loop since the metrics were read');
}

import { setTimeout as wait } from 'node:timers/promises';
import type { Stand } from '../stand.js';
import { quantile } from '../statistics.js';
import { measure, openLoop, openPool, send, type Target } from '../world/load.js';
import { withUsers } from '../world/people.js';
import { rssMb } from '../world/process-figures.js';
import { growth, type Sample } from './soak-growth.js';

const SAMPLE_MS = 5_000;
const SETTLE_MS = 120_000;

/** Half of what the service can do, for a long time: does its memory stay flat, does every command get its answer? */
export async function measureSoak(stand: Stand): Promise<void> {
  const { platform } = stand;
  const { soakMinutes, soakStore } = stand.options;
  const running = await stand.behalf(soakStore === 'redis' ? { redisUrl: (await stand.redis()).url } : {});
  const targets = [
    await withUsers(platform, running, soakStore, 'slack'),
    await withUsers(platform, running, soakStore, 'teams'),
  ] as const;
  const most = await mostPerSecond(stand, targets);
  const durationMs = soakMinutes * 60_000;
  const at = { store: soakStore, minutes: soakMinutes };
  const pool = openPool(running.port);
  const startedAt = performance.now();
  const samples: Sample[] = [];
  const times: number[] = [];
  let failures = 0;
  let sent = 0;
  const command = async (): Promise<void> => {
    const target = targets[sent % 2] ?? targets[0];
    sent += 1;
    await send(platform, pool, target).then(
      ({ whole }) => {
        if (times.length < 1_000_000) times.push(whole);
      },
      () => {
        failures += 1;
      },
    );
  };
  const load = openLoop(command, { until: startedAt + durationMs, everyMs: 2_000 / most });
  while (performance.now() - startedAt < durationMs) {
    await wait(SAMPLE_MS);
    const sample = { ms: performance.now() - startedAt, rssMb: rssMb(running.pid) };
    samples.push(sample);
    stand.note('rss', sample.rssMb, { unit: 'MB', at: { ...at, second: Math.round(sample.ms / 1_000) } });
  }
  await load;
  await pool.close();
  const grown = growth(samples, Math.min(SETTLE_MS, durationMs / 4));
  stand.note('rate', most / 2, { unit: '1/s', at });
  stand.note('commands', sent, { at });
  stand.note('failures', failures, { at });
  stand.note('endToEndP50', quantile(times, 0.5), { unit: 'ms', at });
  stand.note('endToEndP99', quantile(times, 0.99), { unit: 'ms', at });
  stand.note('growth', grown, { at });
  stand.say(`${sent} commands, ${failures} failed, memory grew by ${(grown * 100).toFixed(1)} %`);
}

/** Commands a second with fifty in flight, both chats taken together. */
async function mostPerSecond(stand: Stand, targets: readonly Target[]): Promise<number> {
  for (const target of targets) await measure(stand.platform, target, 'c50', stand.options.seconds);
  let total = 0;
  for (const target of targets) {
    total += (await measure(stand.platform, target, 'c50', stand.options.seconds)).perSecond;
  }
  return total / targets.length;
}

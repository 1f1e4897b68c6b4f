import type { Stand } from '../stand.js';
import type { Running } from '../world/programs.js';

/** From the start of the process to an open port, each program on its own, in turns. */
export async function measureStartUp(stand: Stand): Promise<void> {
  const { url: redisUrl } = await stand.redis();
  const programs: readonly [string, () => Promise<Running>][] = [
    ['bare Bolt', () => stand.bareBot('bare-bolt')],
    ['Behalf, Slack only', () => stand.behalf({ only: 'slack' })],
    ['Behalf, both platforms', () => stand.behalf()],
    ['Behalf, both platforms, Redis', () => stand.behalf({ redisUrl })],
  ];
  for (let round = 1; round <= stand.options.rounds; round += 1) {
    for (const [program, start] of programs) {
      const running = await start();
      stand.note('startUp', running.startUpMs, { unit: 'ms', at: { program, round } });
      stand.note('idleRss', running.idleRssMb, { unit: 'MB', at: { program, round } });
      await running.stop();
    }
    stand.say(`round ${round} of ${stand.options.rounds}`);
  }
}

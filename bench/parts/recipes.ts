import { rm } from 'node:fs/promises';
import type { Stand } from '../stand.js';
import { medianRatio } from '../statistics.js';
import { RECIPE_COUNTS } from '../subjects.js';
import { measure, type Target } from '../world/load.js';
import { withUsers } from '../world/people.js';
import { writeConfig } from '../world/recipe-files.js';
import { measureCatalogue } from './recipe-catalogue.js';

/** 10 to 10 000 recipes: in a process alone, then what they cost the whole service and each of its commands. */
export async function measureRecipes(stand: Stand): Promise<void> {
  await measureCatalogue(stand);
  const few = await serviceWith(stand, RECIPE_COUNTS[0]);
  for (const count of RECIPE_COUNTS.slice(1)) {
    const many = await serviceWith(stand, count);
    await comparePair(stand, few.target, many.target, count);
    await many.stop();
  }
}

async function serviceWith(stand: Stand, count: number) {
  const configDir = await writeConfig(count);
  stand.atEnd(() => rm(configDir, { recursive: true, force: true }));
  const running = await stand.behalf({ configDir, only: 'slack' });
  stand.note('startUp', running.startUpMs, { unit: 'ms', at: { recipes: count } });
  stand.note('idleRss', running.idleRssMb, { unit: 'MB', at: { recipes: count } });
  const target = await withUsers(stand.platform, running, `${count} recipes`, 'slack');
  await measure(stand.platform, target, 'c50', stand.options.seconds);
  return { target, stop: running.stop };
}

/** In turns, so that what disturbs the machine disturbs both. */
async function comparePair(stand: Stand, few: Target, many: Target, count: number): Promise<void> {
  const own: number[] = [];
  const base: number[] = [];
  for (let round = 0; round < stand.options.rounds; round += 1) {
    base.push((await measure(stand.platform, few, 'c50', stand.options.seconds)).cpuMsPerCommand);
    own.push((await measure(stand.platform, many, 'c50', stand.options.seconds)).cpuMsPerCommand);
  }
  const ratio = medianRatio(own, base);
  stand.note('cpuRatio', ratio, { at: { recipes: count } });
  stand.say(`${count} recipes: ${ratio.toFixed(2)} x the CPU of ${few.name}`);
}

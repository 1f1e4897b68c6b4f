import { measureDay } from '../capacity/simulate.js';
import type { PartName, Results } from '../measurements.js';
import type { Stand } from '../stand.js';
import { measureCommands } from './commands.js';
import { measureConnections } from './connections.js';
import { measureMemory } from './memory.js';
import { measureRecipes } from './recipes.js';
import { measureRefreshStorm } from './refresh-storm.js';
import { measureSoak } from './soak.js';
import { measureStartUp } from './startup.js';

/** What each part does; `known`: what was measured before. */
export const MEASURES: Readonly<Record<PartName, (stand: Stand, known: Results) => Promise<void>>> = {
  startup: measureStartUp,
  commands: measureCommands,
  'refresh-storm': measureRefreshStorm,
  recipes: measureRecipes,
  connections: measureConnections,
  memory: measureMemory,
  soak: measureSoak,
  day: measureDay,
};

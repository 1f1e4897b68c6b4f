import type { Stand } from '../stand.js';
import { measureActs } from './acts.js';
import { measureFile } from './embedded-file.js';
import { measureWorkspaces } from './workspaces.js';

/** What is held: in the process for each workspace, in Redis and in the embedded file for each thing that is kept. */
export async function measureMemory(stand: Stand): Promise<void> {
  await measureWorkspaces(stand);
  await measureActs(stand);
  await measureFile(stand);
}

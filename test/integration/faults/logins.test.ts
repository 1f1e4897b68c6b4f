import { useDisks } from '../../support/disks.js';
import { walk } from './support/job-walk.js';
import { LOGIN_STORIES } from './support/stories/logins.js';
import { WAY_STORIES } from './support/stories/ways.js';
import { World } from './support/world.js';

// Dozens of runs each, on a machine that may be busy.
jest.setTimeout(90_000);

describe.each([
  ['embedded', 16],
  ['redis', 8],
] as const)('on the %s store, a process that is killed at any point of', (store, most) => {
  const disk = useDisks(store);

  test.each([...LOGIN_STORIES, ...WAY_STORIES].map((story) => [story.name, story] as const))(
    '%s: loses no job, no login and no token',
    async (_, story) => {
      const world = await World.open({ store, disk: disk(), ...story });
      try {
        expect(await walk(world, story, most)).toEqual([]);
      } finally {
        await world.remove();
      }
    },
  );
});

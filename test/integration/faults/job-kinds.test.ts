import { useDisks } from '../../support/disks.js';
import { walk } from './support/job-walk.js';
import { END_STORIES } from './support/stories/ends.js';
import { JOB_STORIES } from './support/stories/jobs.js';
import { World } from './support/world.js';

// Dozens of runs each, on a machine that may be busy.
jest.setTimeout(90_000);

describe.each([
  ['embedded', 20],
  ['redis', 8],
] as const)('on the %s store, a job whose process is killed at any point of', (store, most) => {
  const disk = useDisks(store);

  test.each([...JOB_STORIES, ...END_STORIES].map((story) => [story.name, story] as const))(
    '%s: ends as it would have, or says what is unknown',
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

import { useDisks } from '../../support/disks.js';
import { walk } from './support/job-walk.js';
import { CHOICE_STORIES } from './support/stories/choices.js';
import { World } from './support/world.js';

describe.each([
  ['embedded', 12],
  ['redis', 6],
] as const)('on the %s store, a command whose process is killed at any point of', (store, most) => {
  const disk = useDisks(store);

  test.each(CHOICE_STORIES.map((story) => [story.name, story] as const))(
    '%s: makes one job, as it would have',
    async (_name, story) => {
      const world = await World.open({ store, disk: disk(), ...story });
      try {
        expect(await walk(world, story, most)).toEqual([]);
      } finally {
        await world.remove();
      }
    },
  );
});

import { useDisks } from '../../support/disks.js';
import { EFFECTS } from './support/effects.js';
import { passedBy } from './support/job-walk.js';
import { CHOICE_STORIES } from './support/stories/choices.js';
import { END_STORIES } from './support/stories/ends.js';
import { JOB_STORIES } from './support/stories/jobs.js';
import { LOGIN_STORIES } from './support/stories/logins.js';
import { WAY_STORIES } from './support/stories/ways.js';
import { ALL_TRANSITIONS } from './support/transitions.js';
import { World } from './support/world.js';

const STORIES = [...JOB_STORIES, ...END_STORIES, ...LOGIN_STORIES, ...WAY_STORIES, ...CHOICE_STORIES];

/** In the tables, but in no story. */
const NOT_WALKED: readonly string[] = [
  // Only a process that lives on takes its own acceptance back: test/integration/jobs-faults.test.ts.
  'job: pending → cancelled',
  // Written by itself only where another item of the loop is written in the very same turn.
  'step: collect done',
];

// Every story once, on a machine that may be busy.
jest.setTimeout(90_000);

describe('the stories whose processes are killed', () => {
  const disk = useDisks('embedded');

  test('come by every transition in the tables of the code, and by no other', async () => {
    const passed = new Set<string>();
    for (const story of STORIES) {
      const world = await World.open({ store: 'embedded', disk: disk(), ...story });
      try {
        for (const name of await passedBy(world, story)) passed.add(name);
      } finally {
        await world.remove();
      }
    }
    const wanted = new Set([...ALL_TRANSITIONS, ...EFFECTS]);
    const isSought = (name: string) => !NOT_WALKED.includes(name);
    expect([...passed].filter(isSought).sort()).toEqual([...wanted].filter(isSought).sort());
  });
});

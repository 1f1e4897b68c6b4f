import { PEOPLE, type Person } from '../people.js';
import type { RunningService } from '../service.js';
import type { World } from '../world.js';
import { type Actor, createActor, type Witness } from './actors.js';
import { Browser } from './browser.js';
import type { Stage } from './stage.js';
import { STORY } from './story.js';

/** Plays the story against a running service; rejects at the first thing that is not as it should be. */
export async function playTour(
  world: World,
  service: Pick<RunningService, 'restart'>,
  print: (line: string) => void,
): Promise<void> {
  const witness: Witness = ({ buttons = '', note, platform, text, who }) => {
    const place = platform === 'slack' ? 'Slack' : 'Teams';
    const shown = note === undefined ? text : `(${note}) ${text}`;
    print(`   ${`${who}, ${place}`.padEnd(22)} ${shown.split('\n').join(' ⏎ ')}`);
    if (buttons !== '') print(`${' '.repeat(26)}${buttons}`);
  };
  let checks = 0;
  const stage: Stage = {
    world,
    service,
    rita: actorsOf(world, 'rita', witness),
    carl: actorsOf(world, 'carl', witness),
    gina: actorsOf(world, 'gina', witness),
    max: actorsOf(world, 'max', witness),
    tell: (text) => print(`   · ${text}`),
    check(what, holds) {
      if (!holds) throw new Error(`Not so: ${what}`);
      checks += 1;
      print(`   ✓ ${what}`);
    },
  };
  for (const [index, act] of STORY.entries()) {
    print(`${index === 0 ? '' : '\n'}${index + 1}. ${act.title}`);
    await act.play(stage);
  }
  print(`\nThe tour is over: ${STORY.length} acts, ${checks} checks, all as they should be.`);
}

function actorsOf(world: World, id: Person['id'], witness: Witness): { slack: Actor; teams: Actor; browser: Browser } {
  const person = PEOPLE.find((candidate) => candidate.id === id);
  if (!person) throw new Error(`There is nobody called ${id}`);
  return {
    slack: createActor(world, person, 'slack', witness),
    teams: createActor(world, person, 'teams', witness),
    browser: new Browser(),
  };
}

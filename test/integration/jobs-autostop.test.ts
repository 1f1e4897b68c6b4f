import { RecipeStops } from '../../src/jobs/recipe-stops.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { createRecipeBook } from '../../src/recipes/recipe-book.js';
import { STORES, useDisks } from '../support/disks.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { recipe } from '../support/service-files.js';
import { ANN, BOB, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const STOPPED = 'Look up has stopped: it has not worked several times in a row. Your administrator has been told.';

const RECIPES = {
  look: recipe({
    command: 'look up',
    connections: SHARED,
    steps: '  - { action: crm.find }\n  - reply: { text: Found }',
  }),
  other: recipe({ command: 'other', connections: SHARED, steps: '  - { action: crm.find }' }),
};

describe.each(STORES)('on the %s store, a recipe that only fails', (store) => {
  const disk = useDisks(store);
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES, disk: disk() });
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function run(times: number, status?: number): Promise<void> {
    kit.crm.answer(status === undefined ? undefined : () => ({ status }));
    for (let time = 0; time < times; time += 1) {
      await kit.say('look up', { user: time % 2 === 0 ? ANN : BOB });
      await kit.idle();
    }
  }

  test('since the shared connection is refused stops itself, says so, and is not offered', async () => {
    await run(5, 401);
    const calls = kit.crm.calls.length;
    await run(1);
    expect(kit.chat.texts().at(-1)).toBe(STOPPED);
    expect(kit.crm.calls).toHaveLength(calls);
    await kit.say('help');
    expect(kit.chat.texts().at(-1)).toContain('other');
    expect(kit.chat.texts().at(-1)).not.toContain('look up');
    const errors = kit.logger.lines.filter(({ message }) => message.includes('has stopped itself'));
    expect(errors.map(({ fields, level }) => [level, fields['recipe']])).toEqual([['error', 'look']]);
    expect(await kit.metrics.render()).toContain('behalf_recipes_stopped_total{recipe="look"} 1');
  });

  test('goes on in a process that was started anew', async () => {
    await run(5, 401);
    const other = await kit.replica();
    kit.crm.answer(undefined);
    await kit.say('look up', { replica: other });
    await kit.idle();
    expect(kit.chat.texts().at(-1)).toBe('Found');
  });

  test('goes on when it worked in between', async () => {
    await run(4, 401);
    await run(1);
    await run(4, 401);
    await run(1);
    expect(kit.chat.texts().at(-1)).toBe('Found');
  });

  test.each([403, 404, 429, 503])('goes on when the app answers %i: that is no mistake of its own', async (status) => {
    await run(6, status);
    await kit.clock.advance(600_000);
    await run(1);
    expect(kit.chat.texts().at(-1)).toBe('Found');
  });
});

describe('what has stopped itself', () => {
  const job = (user = ANN) => ({ recipe: 'look', user });
  const refused = new BehalfError('oauth.operator', 'Refused');

  function made() {
    let book = createRecipeBook([]);
    const stops = new RecipeStops({ recipes: () => book, logger: new RecordingLogger(), metrics: noMetrics });
    return { stops, readAgain: () => (book = createRecipeBook([])) };
  }

  test('starts again when the configuration is read again', () => {
    const { readAgain, stops } = made();
    for (let time = 0; time < 5; time += 1) stops.noteFailure(job(), refused);
    expect(stops.isStopped('look')).toBe(true);
    expect(stops.isStopped('other')).toBe(false);
    readAgain();
    expect(stops.isStopped('look')).toBe(false);
  });

  test('was not stopped by what one person types', () => {
    const { stops } = made();
    const failed = new BehalfError('datapill.failed', 'Failed');
    for (let time = 0; time < 9; time += 1) stops.noteFailure(job(), failed);
    expect(stops.isStopped('look')).toBe(false);
    for (let person = 0; person < 4; person += 1) stops.noteFailure(job({ ...BOB, userId: `p${person}` }), failed);
    expect(stops.isStopped('look')).toBe(true);
  });
});

import { BehalfError } from '../../src/kernel/errors.js';
import { settled } from '../support/at-rest.js';
import { contentOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { type ServiceKit, startServiceKit } from '../support/service-kit.js';

const DOUBT = 'you may have seen it already';
const MINUTE = 60_000;

const RECIPES = {
  note: recipe({
    command: 'note',
    connections: 'crm: { use: crm-shared }',
    steps: `  - { action: crm.create, input: { name: x } }
  - reply: { text: Noted }`,
  }),
  silent: recipe({
    command: 'tidy up',
    connections: 'crm: { use: crm-shared }',
    steps: '  - { action: crm.create, input: { name: x } }',
  }),
  mine: recipe({
    command: 'mine',
    steps: `  - { action: crm.create, input: { name: x } }
  - reply: { text: Mine }`,
  }),
};

let kit: ServiceKit;

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
});

afterEach(async () => {
  await kit.stop();
});

/** The platform fails in a way that passes: with an answer, or without one. */
function fail(how: 'refuses' | 'is silent'): void {
  kit.chat.holdWhen((operation) =>
    operation === 'post'
      ? Promise.reject(
          new BehalfError('chat.delivery_failed', 'Not now', {
            retryAfterMs: 1_000,
            details: how === 'refuses' ? { status: 503 } : {},
          }),
        )
      : undefined,
  );
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5_000) await kit.clock.advance(5_000);
  await settled();
}

const statuses = async () => (await kit.jobList()).map(({ status }) => status);
const doubts = () => JSON.stringify(contentOf(kit.chat.last())).includes(DOUBT);

describe('a platform that does not take an answer for now', () => {
  test.each([
    ['note', 'refuses', 'Noted', false],
    ['note', 'is silent', 'Noted', true],
    ['tidy up', 'refuses', 'Done: Tidy up.', false],
    ['tidy up', 'is silent', 'Done: Tidy up.', true],
  ] as const)(
    '%s, %s: it is said later, with a note only where it may be the second time',
    async (text, how, answer, doubt) => {
      fail(how);
      await kit.say(text);
      await pass(MINUTE);
      expect(await statuses()).toEqual(['pending']);
      kit.chat.holdWhen(undefined);
      await pass(2 * MINUTE);
      await kit.idle();
      expect(kit.chat.texts()).toEqual([answer]);
      expect(doubts()).toBe(doubt);
      expect(kit.crm.calls).toHaveLength(1);
      expect(await statuses()).toEqual(['succeeded']);
    },
  );

  test('gets its prompt for a login later', async () => {
    fail('refuses');
    await kit.say('mine');
    await pass(20_000);
    kit.chat.holdWhen(undefined);
    await pass(2 * MINUTE);
    expect(kit.chat.texts()).toEqual(['Please connect to Acme CRM to continue with Mine.']);
    expect(await statuses()).toEqual(['suspended']);
  });

  test('ends the job after half an hour; the history knows, and nothing was done twice', async () => {
    fail('refuses');
    await kit.say('note');
    await pass(40 * MINUTE);
    await kit.idle();
    expect(kit.chat.texts()).toEqual([]);
    expect(kit.crm.calls).toHaveLength(1);
    const [job] = await kit.jobList();
    expect(job?.status).toBe('failed');
    expect(job?.state.result).toMatchObject({ code: 'chat.delivery_failed' });
  });
});

import { BehalfError } from '../../../../../src/kernel/errors.js';
import { recipe } from '../../../../support/service-files.js';
import type { Story } from '../job-walk.js';
import type { Run } from '../run.js';

const SHARED = 'crm: { use: crm-shared }';

/** The platform asks to wait with so many messages, and has not taken them. */
function refuseMessages(run: Run, times: number): void {
  let left = times;
  run.chat.failWhen((operation) => {
    if (!operation.startsWith('post') || left === 0) return false;
    left -= 1;
    throw new BehalfError('chat.delivery_failed', 'later', { details: { status: 429 }, retryAfterMs: 1_000 });
  });
}

/** An app that asks to wait, with all calls or with so many. */
function busy(times = Number.POSITIVE_INFINITY): NonNullable<Story['app']> {
  return () => {
    let left = times;
    return ({ method }) => {
      if (method !== 'POST' || left === 0) return undefined;
      left -= 1;
      return { status: 429, body: { message: 'Not now' } };
    };
  };
}

/** Jobs that end, or go on, otherwise than by their steps. */
export const END_STORIES: readonly Story[] = [
  {
    name: 'an answer that the platform does not take at first',
    recipes: {
      go: recipe({
        command: 'go',
        connections: SHARED,
        steps: `  - { id: made, action: crm.create, input: { name: one } }
  - reply: { text: "Made {{ steps.made.name }}" }
  - { action: crm.create, input: { name: two } }`,
      }),
    },
    async act(run) {
      refuseMessages(run, 2);
      await run.say('go');
    },
  },
  {
    name: 'a last word that the platform does not take at first',
    recipes: {
      go: recipe({
        command: 'go',
        connections: SHARED,
        steps: '  - { action: crm.create, input: { name: one } }',
      }),
    },
    async act(run) {
      refuseMessages(run, 2);
      await run.say('go');
    },
  },
  {
    name: 'a job that its person ends while it runs',
    recipes: {
      go: recipe({
        command: 'go',
        connections: SHARED,
        steps: `  - try: [{ action: crm.create_once, input: { name: one } }]
    retry: { times: 2, wait: 15 }
  - reply: { text: Never said }`,
      }),
    },
    app: busy(),
    // A process that takes the job over may come to its end before it hears of the wish.
    mayEnd: /^failed$/u,
    mayAlsoSay: /Not now|nothing|Cancelling|Cancelled/iu,
    mayNotSay: /Cancelling|Cancelled/iu,
    async act(run) {
      await run.say('go');
      await run.until('the first try', () => run.world.app.calls.length > 0);
      await run.say('cancel');
    },
  },
  {
    name: 'a job that waits for its turn longer than a lease lasts',
    recipes: {
      go: recipe({
        command: 'go',
        connections: SHARED,
        parameters: '[{ name: title }]',
        more: 'concurrency: { recipe: 1 }',
        steps: `  - try: [{ action: crm.create_once, input: { name: "{{ parameters.title }}" } }]
    retry: { times: 2, wait: 15 }
  - reply: { text: "{{ parameters.title }} had its turn" }`,
      }),
    },
    app: busy(2),
    async act(run) {
      for (const title of ['one', 'two']) await run.say(`go title: ${title}`);
    },
  },
];

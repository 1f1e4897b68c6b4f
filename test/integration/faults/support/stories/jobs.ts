import { buttonsOf, type ChatMessage } from '../../../../support/recording-chat.js';
import { callable, recipe } from '../../../../support/service-files.js';
import type { Story } from '../job-walk.js';
import type { Run } from '../run.js';

const SHARED = 'crm: { use: crm-shared }';

function told(name: string, steps: string, more: Partial<Story> & { readonly lines?: string } = {}): Story {
  const { lines, ...story } = more;
  const own = recipe({ command: 'go', steps, connections: SHARED, ...(lines === undefined ? {} : { more: lines }) });
  return { name, act: (run) => run.say('go'), ...story, recipes: { go: own, ...story.recipes } };
}

/** Answers the question with this button whenever it stands there, until all jobs have ended. */
async function answer(run: Run, label: string): Promise<void> {
  const isOpen = (message: ChatMessage) => buttonsOf(message).some((button) => button.label === label);
  const isOver = async () => (await run.jobs()).every(({ keepUntil }) => keepUntil !== undefined);
  const open = () => run.chat.messages.findLast(isOpen);
  const isAsked = async () => (await run.jobs()).some(({ status }) => status === 'suspended');
  for (;;) {
    await run.until('a question or the end', async () => ((await isAsked()) && open() !== undefined) || isOver());
    const question = open();
    if ((await isOver()) || !question) return;
    await run.press(question, label);
  }
}

/** Presses the newest button of this label until it has had its effect: a press that the process did not survive is made again. */
async function pressWhileOpen(run: Run, label: string, hasEffect: () => boolean): Promise<void> {
  const isOpen = (message: ChatMessage) => buttonsOf(message).some((button) => button.label === label);
  await run.until('a button', () => run.chat.messages.some(isOpen));
  const message = run.chat.messages.findLast(isOpen);
  if (message) await run.press(message, label);
  await run.until('an effect of the press', hasEffect);
}

const make = (name: string) => `{ action: crm.create, input: { name: ${name} } }`;

/** What recipes can do, one story each. */
export const JOB_STORIES: readonly Story[] = [
  told(
    'actions, safe to repeat, known by a key, and neither',
    `  - { id: found, action: crm.find, input: { name: seen } }
  - { id: made, action: crm.create, input: { name: made } }
  - { id: once, action: crm.create_once, input: { name: once } }
  - { id: last, action: crm.create, input: { name: "{{ steps.made.name }} again" } }
  - reply: { text: "{{ steps.found.name }}, {{ steps.made.id }}, {{ steps.once.name }}, {{ steps.last.name }}" }`,
  ),
  told(
    'replies, and one in the place of another',
    `  - { id: first, reply: { text: Working on it } }
  - ${make('between')}
  - reply: { text: Half way }
  - reply: { update: first, text: It is done }
  - reply: { text: The end }`,
  ),
  told(
    'a reply of several messages, in the place of another of several',
    `  - { id: card, reply: { text: "One\\nTwo\\nThree" } }
  - ${make('between')}
  - reply: { update: card, text: "Four\\nFive\\nSix\\nSeven" }
  - reply: { text: "Eight\\nNine" }`,
    {
      async act(run) {
        run.chat.divideLines();
        await run.say('go');
      },
    },
  ),
  told(
    'branches, a line in the log, and a stop',
    `  - { id: made, action: crm.create, input: { name: one } }
  - if: "{{ steps.made.name = 'one' }}"
    then:
      - log: "Made {{ steps.made.name }}"
      - { id: second, action: crm.create, input: { name: two } }
      - if: "{{ steps.second.name = 'one' }}"
        then: [{ reply: { text: Wrong } }]
        else: [{ reply: { text: "Right {{ steps.second.name }}" } }]
      - stop: { as: failed, message: "Stopped after {{ steps.second.name }}" }
    else: [{ reply: { text: Wrong } }]
  - reply: { text: Never said }`,
  ),
  told(
    'a loop in order, with what each item leaves behind',
    `  - id: made
    for_each: "{{ ['a', 'b', 'c'] }}"
    collect: "{{ steps.thing.name & index }}"
    do:
      - { action: crm.find, input: { name: "{{ item }}" } }
      - { id: thing, action: crm.create, input: { name: "{{ item }}" } }
      - { if: "{{ item = 'b' }}", then: [{ reply: { text: "Made {{ item }}" } }] }
  - reply: { text: "All {{ $join(steps.made, ' ') }}" }`,
  ),
  told(
    'a loop that does several things at once',
    `  - id: made
    for_each: "{{ ['a', 'b', 'c', 'd'] }}"
    concurrency: 3
    collect: "{{ steps.thing.name }}"
    do:
      - { id: thing, action: crm.create, input: { name: "{{ item }}" } }
      - { id: once, action: crm.create_once, input: { name: "{{ item }}" } }
      - reply: { text: "Made {{ steps.once.name }}" }
  - reply: { text: "All {{ $join(steps.made, ' ') }}" }`,
  ),
  told(
    'a step that is tried again',
    `  - try:
      - { id: first, action: crm.create, input: { name: first } }
      - { id: second, action: crm.create_once, input: { name: busy } }
    retry: { times: 2, wait: 2 }
  - reply: { text: "Done {{ steps.first.name }} {{ steps.second.name }}" }`,
    { app: () => refusing((name) => name === 'busy', 429, 2) },
  ),
  told(
    'steps that follow an error',
    `  - try:
      - { id: first, action: crm.create, input: { name: first } }
      - ${make('refused')}
      - reply: { text: Never said }
    on_error:
      - ${make('undo')}
      - reply: { text: "Undone {{ steps.first.name }}: {{ error.message }}" }
  - reply: { text: "After {{ steps.first.name }}" }`,
    { app: () => refusing((name) => name === 'refused', 409) },
  ),
  told(
    'a question with buttons',
    `  - ${make('before')}
  - { id: choice, ask: { text: Shall I?, buttons: [{ text: "Yes", value: sure }, { text: "No" }] } }
  - { action: crm.create, input: { name: "{{ steps.choice.value }}" } }
  - reply: { text: "Did {{ steps.choice.label }}" }`,
    {
      async act(run) {
        await run.say('go');
        await answer(run, 'Yes');
      },
    },
  ),
  told(
    'a question whose answer is typed',
    `  - { id: amount, ask: { text: How many?, input: { type: number } } }
  - { action: crm.create, input: { name: "{{ $string(steps.amount.value) }}" } }
  - reply: { text: "Did {{ steps.amount.value * 2 }}" }`,
    {
      async act(run) {
        await run.say('go');
        const isAsleep = async () => (await run.jobs()).some(({ status }) => status === 'suspended');
        await run.until('the question', isAsleep);
        await run.say('21');
      },
    },
  ),
  told(
    'a question with fields that are typed one by one',
    `  - id: filled
    ask: { text: Fill it in, form: { title: Order, fields: [{ name: what }, { name: amount, type: number }] } }
  - { action: crm.create, input: { name: "{{ steps.filled.values.what }}" } }
  - reply: { text: "Did {{ steps.filled.values.amount }}" }`,
    {
      async act(run) {
        await run.say('go');
        await run.until('the question', () => run.chat.messages.some((message) => buttonsOf(message).length > 0));
        await pressWhileOpen(run, 'Answer', () => says(run, /what/iu));
        await run.say('screws');
        await run.until('the next field', () => says(run, /amount/iu));
        await run.say('21');
      },
    },
  ),
  told(
    'a question that nobody answers in time',
    `  - ${make('before')}
  - ask:
      text: Shall I?
      timeout: 2m
      buttons: [{ text: "Yes" }]
      on_timeout:
        - ${make('alone')}
        - reply: { text: Nobody said anything }
  - reply: { text: The end }`,
  ),
  told(
    'other recipes that are called',
    `  - { id: one, call: { recipe: help, input: { name: one } } }
  - id: both
    for_each: "{{ ['two', 'three'] }}"
    collect: "{{ steps.each.made }}"
    do: [{ id: each, call: { recipe: help, input: { name: "{{ item }}" } } }]
  - reply: { text: "{{ steps.one.made }} {{ $join(steps.both, ' ') }}" }`,
    {
      recipes: {
        help: callable({
          name: 'Help out',
          connections: SHARED,
          inputs: '[{ name: name }]',
          outputs: '{ made: "{{ steps.thing.name }}" }',
          steps: `  - { id: thing, action: crm.create, input: { name: "{{ parameters.name }}" } }
  - log: "Made {{ steps.thing.name }}"`,
        }),
      },
    },
  ),
  told(
    'everything inside of everything',
    `  - id: all
    for_each: "{{ ['a', 'b'] }}"
    collect: "{{ steps.called.made }}"
    do:
      - try:
          - { id: called, call: { recipe: help, input: { name: "{{ item }}" } } }
          - { if: "{{ item = 'b' }}", then: [{ action: crm.create, input: { name: refused } }] }
        retry: 1
        on_error:
          - { id: choice, ask: { text: "Go on without {{ item }}?", buttons: [{ text: "Yes" }] } }
          - reply: { text: "{{ steps.choice.label }}, without {{ item }}: {{ error.message }}" }
  - reply: { text: "All {{ $join(steps.all, ' ') }}" }`,
    {
      app: () => refusing((name) => name === 'refused', 409),
      async act(run) {
        await run.say('go');
        await answer(run, 'Yes');
      },
      recipes: {
        help: callable({
          name: 'Help out',
          connections: SHARED,
          inputs: '[{ name: name }]',
          outputs: '{ made: "{{ $join(steps.things) }}" }',
          steps: `  - id: things
    for_each: "{{ [1, 2] }}"
    collect: "{{ steps.thing.name }}"
    do: [{ id: thing, action: crm.create, input: { name: "{{ parameters.name & $string(item) }}" } }]`,
        }),
      },
    },
  ),
  {
    name: 'jobs that wait for their turn',
    // Their people are told so after a while; what stands there is not found again by a process that knows nothing of it.
    mayAlsoSay: /^Go waits for its turn: /,
    recipes: {
      go: recipe({
        command: 'go',
        connections: SHARED,
        parameters: '[{ name: title }]',
        more: 'concurrency: { recipe: 1, user: 1 }\nlimit: { per_minute: 600 }',
        steps: `  - { action: crm.create, input: { name: "{{ parameters.title }}" } }
  - reply: { text: "{{ parameters.title }} had its turn" }`,
      }),
    },
    async act(run) {
      for (const title of ['one', 'two', 'three']) await run.say(`go title: ${title}`);
    },
  },
  {
    name: 'a command that asks for what is missing',
    recipes: {
      go: recipe({
        command: 'go',
        connections: SHARED,
        parameters: '[{ name: what, prompt: What is it? }, { name: amount, type: number, prompt: How many? }]',
        steps: `  - { action: crm.create, input: { name: "{{ parameters.what }}" } }
  - reply: { text: "Did {{ parameters.amount }} of {{ parameters.what }}" }`,
      }),
    },
    async act(run) {
      await run.say('go');
      await run.until('the first question', () => says(run, /What is it/u));
      await run.say('screws');
      await run.until('the second question', () => says(run, /How many/u));
      await run.say('21');
    },
  },
];

function says(run: Run, text: RegExp): boolean {
  return run.chat.texts().some((said) => text.test(said));
}

/** Refuses calls for these names, for ever or so many times. */
function refusing(isRefused: (name: string) => boolean, status: number, times = Number.POSITIVE_INFINITY) {
  let left = times;
  return ({ body }: { readonly body: unknown }) => {
    const name = typeof body === 'object' && body !== null && 'name' in body ? String(body.name) : '';
    if (!isRefused(name) || left === 0) return undefined;
    left -= 1;
    return { status, body: { message: `No ${name}` } };
  };
}

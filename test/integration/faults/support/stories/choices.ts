import { buttonsOf, type ChatMessage, loginButtonsOf } from '../../../../support/recording-chat.js';
import type { AppAnswer, AppCall } from '../../../../support/scripted-app.js';
import { recipe } from '../../../../support/service-files.js';
import type { Story } from '../job-walk.js';
import type { Run } from '../run.js';

const DEALS =
  '[{ name: deal, type: select, prompt: "Which deal?", options: { action: crm.search, input: { kind: deals, words: "{{ query }}" }, from: "{{ answer.items }}", label: "{{ option.name }}", value: "{{ option.id }}" } }]';
const STEPS = `  - { action: crm.create, input: { name: "{{ parameters.deal }}" } }
  - reply: { text: "Did {{ parameters.deal }}" }`;

/** Finds two deals, whatever the words, for whoever has a token. */
function search({ account, path }: AppCall): AppAnswer | undefined {
  if (account === undefined || !path.endsWith('/search')) return undefined;
  const items = [
    { id: 'D-1', name: 'Acme renewal' },
    { id: 'D-2', name: 'Acme phones' },
  ];
  return { body: { items } };
}

const newest = (run: Run, label: string): ChatMessage | undefined =>
  run.chat.messages.findLast((message) => buttonsOf(message).some((button) => button.label === label));
const hasJob = async (run: Run) => (await run.jobs()).length > 0;

/** Presses Choose until there is a job: who finds that nothing came of it looks into the chat and presses again. */
async function choose(run: Run): Promise<void> {
  for (;;) {
    await run.until('a choice or a job', async () => (await hasJob(run)) || newest(run, 'Choose') !== undefined);
    const question = newest(run, 'Choose');
    if ((await hasJob(run)) || !question) return;
    await run.press(question, 'Choose', { option: '1' });
  }
}

async function oneJob(run: Run): Promise<readonly string[]> {
  const names = run.world.app.callsOf('POST').filter(({ account }) => account !== undefined).length;
  const jobs = await run.jobs();
  return jobs.length === 1 && names <= 1 ? [] : [`${jobs.length} jobs, ${names} calls`];
}

/** Parameters whose values an app finds. */
export const CHOICE_STORIES: readonly Story[] = [
  {
    name: 'a choice out of what an app has found',
    recipes: {
      go: recipe({ command: 'go', connections: 'crm: { use: crm-shared }', parameters: DEALS, steps: STEPS }),
    },
    app: () => search,
    // Asked again, a question has no heading.
    mayAlsoSay: /Which deal\?|I have found these|is not open any more/u,
    mayNotSay: /^Go\n/u,
    check: oneJob,
    async act(run) {
      await run.say('go acme');
      await choose(run);
    },
  },
  {
    name: 'a question that waits for a login',
    recipes: { go: recipe({ command: 'go', parameters: DEALS, steps: STEPS }) },
    app: () => search,
    // Nobody is told of a login whose process has died; who types the command again is asked anew.
    mayAlsoSay: /Which deal\?/u,
    mayNotSay: /^Connected|Which deal\?/u,
    check: oneJob,
    async act(run) {
      await run.say('go');
      const isAsked = () => run.chat.texts().some((text) => text.includes('Which deal?'));
      for (let tries = 0; !isAsked() && tries < 10; tries += 1) {
        await run.until(
          'a prompt',
          () => run.chat.messages.some((message) => loginButtonsOf(message).length > 0) || isAsked(),
        );
        const prompt = run.chat.messages.findLast((message) => loginButtonsOf(message).length > 0);
        if (isAsked() || !prompt) break;
        await run.logIn(loginButtonsOf(prompt)[0]?.url ?? '');
        await run.wait();
        // Who sees that nothing follows the login types the command again.
        if (!isAsked() && tries > 0) await run.say('go');
      }
      await run.until('the question', isAsked);
      await run.say('D-2');
    },
  },
];

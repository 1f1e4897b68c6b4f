import { textOf } from '../../../support/recording-chat.js';
import type { AppAnswer, AppCall } from '../../../support/scripted-app.js';
import { type Death, Run } from './run.js';
import type { LoginWays, World } from './world.js';

/** What a person does with a recipe until its jobs have ended. */
export interface Story {
  readonly name: string;
  /** Recipe files by name. */
  readonly recipes: Readonly<Record<string, string>>;
  readonly ways?: LoginWays;
  /** Resolves when the person has nothing more to do; may be interrupted anywhere. */
  readonly act: (run: Run) => Promise<void>;
  /** What the person has done before, with a process that is not killed. */
  readonly prepare?: (run: Run) => Promise<void>;
  /** Time between the two, in ms. */
  readonly laterMs?: number;
  /** More that must hold in the end; gives what does not. */
  readonly check?: (run: Run) => Promise<readonly string[]>;
  /** What may be said besides, or once more, when something was interrupted. */
  readonly mayAlsoSay?: RegExp;
  /** How its jobs may end then besides. */
  readonly mayEnd?: RegExp;
  /** What may be left unsaid then. */
  readonly mayNotSay?: RegExp;
  /** What the app answers, in one run. Otherwise it does as it is asked. */
  readonly app?: () => (call: AppCall) => AppAnswer | undefined;
}

/** A transition, and how many effects there were before it. */
type Passed = { readonly name: string; readonly after: number };

/** What has come of it, in the chat, in the app and in the store. */
interface Ending {
  /** How each job has ended. */
  readonly jobs: readonly string[];
  /** Names that the app was told in calls that must not be repeated. */
  readonly created: readonly string[];
  /** The same in calls that the app knows again by their key: once each. */
  readonly keyed: readonly string[];
  readonly texts: readonly string[];
  /** Everything that ever stood in the chat. */
  readonly everSaid: readonly string[];
}

const INTERRUPTED = 'I was interrupted while I asked Acme';
const NOTHING = /^$/u;
const PROMPT = /Please connect to Acme CRM/u;

/** Tells the story with a process that dies after so many effects; gives what has come of it, and the effects it had. */
async function told(world: World, story: Story, diesAfter?: number, diesAgainAfter?: number) {
  const own = story.app?.();
  world.app.answer(
    (call) => own?.(call) ?? (call.account === undefined ? undefined : { body: { ...named(call), by: call.account } }),
  );
  const run = await Run.begin(world, story.prepare ? undefined : diesAfter);
  if (story.prepare) {
    await story.prepare(run);
    world.app.calls.length = 0;
    await run.restart(story.laterMs ?? 0, diesAfter);
  }
  run.diesAgainAfter = diesAgainAfter;
  const { deaths, effects, transitions } = run;
  await story.act(run);
  await run.until('the end of all jobs', async () =>
    (await run.jobs()).every(({ keepUntil }) => keepUntil !== undefined),
  );
  const ending = await endingOf(run);
  const problems = (await story.check?.(run)) ?? [];
  await run.end();
  return { ending, effects, transitions, deaths: [...deaths], problems };
}

/** Tells the story undisturbed; gives the names of its effects and transitions. */
export async function passedBy(world: World, story: Story): Promise<ReadonlySet<string>> {
  const { effects, transitions } = await told(world, story);
  return new Set([...effects, ...transitions.map(({ name }) => name)]);
}

function named({ body, query }: AppCall): { readonly id: string; readonly name: string } {
  const given = typeof body === 'object' && body !== null && 'name' in body ? body.name : query.get('name');
  return { id: `id of ${given}`, name: String(given) };
}

async function endingOf(run: Run): Promise<Ending> {
  const jobs = await run.jobs();
  // What the app has refused for want of a token was not done.
  const posts = run.world.app.callsOf('POST').filter(({ account }) => account !== undefined);
  const created = posts.filter(({ headers }) => headers['idempotency-key'] === undefined);
  const keyed = new Map(
    posts.flatMap((call) => {
      const key = call.headers['idempotency-key'];
      return key === undefined ? [] : [[String(key), named(call).name]];
    }),
  );
  return {
    jobs: jobs.map(({ status }) => status),
    created: created.map((call) => named(call).name).sort(),
    keyed: [...keyed.values()].sort(),
    texts: run.chat.messages.map((message) => unnamed(run, textOf(message))),
    everSaid: run.chat.messages.flatMap(({ versions }) => versions.map(({ fallback }) => unnamed(run, fallback))),
  };
}

/** Every run has a person of its own. */
function unnamed(run: Run, text: string): string {
  return text.replaceAll(run.user.userId, 'the person').replace(/\(reference \w+\)/u, '(reference)');
}

/** The points at which the process dies: all of them, or those around each transition, the first of each kind of effect, and some more. */
function pointsOf(effects: readonly string[], transitions: readonly Passed[], most: number): readonly number[] {
  const all = Array.from({ length: effects.length + 1 }, (_, index) => index);
  if (all.length <= most) return all;
  const marked = new Set([0, effects.length]);
  for (const name of new Set(effects)) marked.add(effects.indexOf(name) + 1);
  for (const [, after] of new Map(transitions.map(({ after, name }) => [name, after])))
    marked.add(after).add(after + 1);
  const rest = all.filter((point) => !marked.has(point));
  const places = Math.max(0, most - marked.size);
  const stride = Math.ceil(rest.length / Math.max(1, places));
  for (let index = 0; index < rest.length && places > 0; index += stride) marked.add(rest[index] ?? 0);
  return [...marked].sort((left, right) => left - right);
}

/**
 * Kills the process after each of its effects, one run each, and in some of them the one that follows it, too. Gives what was
 * wrong, by point.
 */
export async function walk(world: World, story: Story, most: number): Promise<readonly string[]> {
  const whole = await told(world, story);
  const wrong = whole.problems.map((problem) => `${story.name}, undisturbed: ${problem}`);
  const points = pointsOf(whole.effects, whole.transitions, most);
  let deaths = 0;
  for (const [index, point] of points.entries()) {
    const again = index % 5 === 2 ? 1 + (index % 7) : undefined;
    const where = `${story.name}, dead after ${point} of ${whole.effects.length} (${whole.effects[point - 1] ?? 'nothing'})`;
    try {
      const disturbed = await told(world, story, point, again);
      deaths += disturbed.deaths.length;
      const problems = [...disturbed.problems, ...judge(story, whole.ending, disturbed)];
      wrong.push(...problems.map((problem) => `${where}${again ? `, and again after ${again}` : ''}: ${problem}`));
    } catch (error) {
      wrong.push(`${where}: ${String(error)}`);
    }
  }
  // The last effects may come after the end of the jobs, too late to die of them.
  if (deaths < points.length / 2) wrong.push(`${story.name}: only ${deaths} deaths`);
  return wrong;
}

/** What must hold of a job whose process has died, whenever that was. */
function judge(
  { mayAlsoSay = NOTHING, mayEnd = NOTHING, mayNotSay = NOTHING }: Story,
  whole: Ending,
  { deaths, ending }: { readonly ending: Ending; readonly deaths: readonly Death[] },
): readonly string[] {
  const inFlight = deaths.flatMap(({ jobs }) => jobs.flatMap(({ state }) => state.inFlight ?? []));
  const isInDoubt = inFlight.some(({ kind }) => kind === 'action');
  // What was said last may not be known to have been said.
  const mayRepeat = deaths.filter(
    ({ effects, jobs }) =>
      effects.at(-1)?.startsWith('chat.') ||
      jobs.some(({ state }) => state.inFlight?.some(({ kind }) => kind === 'reply')),
  );
  const problems: string[] = [];
  const check = (isSo: boolean, problem: string) => {
    if (!isSo) problems.push(problem);
  };
  check(ending.jobs.length === whole.jobs.length, `${ending.jobs.length} jobs`);
  check(new Set(ending.created).size === ending.created.length, `done twice: ${ending.created}`);
  check(new Set(ending.keyed).size === ending.keyed.length, `done twice under another key: ${ending.keyed}`);
  if (isInDoubt) {
    check(
      ending.texts.some((text) => text.includes(INTERRUPTED)),
      `nobody was told: ${ending.texts.join(' | ')}`,
    );
    return problems;
  }
  const isEnd = (status: string, index: number) => status === whole.jobs[index] || mayEnd.test(status);
  check(ending.jobs.every(isEnd), `${ending.jobs}: ${ending.texts.join(' | ')}`);
  check(String(ending.created) === String(whole.created), `created ${ending.created}`);
  check(String(ending.keyed) === String(whole.keyed), `created by key ${ending.keyed}`);
  const { extra, ...rest } = difference(whole.texts, ending.texts);
  const missing = rest.missing.filter((text) => !mayNotSay.test(text));
  check(missing.length === 0, `not said: ${missing.join(' | ')}`);
  const repeated = extra.filter((text) => !PROMPT.test(text) && !mayAlsoSay.test(text));
  check(repeated.length <= mayRepeat.length, `said more than once: ${repeated.join(' | ')}`);
  check(
    repeated.every((text) => whole.everSaid.includes(text)),
    `said otherwise: ${repeated.join(' | ')}`,
  );
  return problems;
}

function difference(wanted: readonly string[], found: readonly string[]) {
  const extra = [...found];
  const missing = wanted.filter((text) => {
    const at = extra.indexOf(text);
    if (at >= 0) extra.splice(at, 1);
    return at < 0;
  });
  return { extra, missing };
}

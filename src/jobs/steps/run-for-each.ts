import { BehalfError } from '../../kernel/errors.js';
import type { ForEachStep } from '../../recipes/compiled-recipe.js';
import { evaluateList } from '../../recipes/evaluate.js';
import { said } from '../../texts/texts-for.js';
import type { JobState, StepRecord } from '../job.js';
import { folded, mergeTraces, type Records } from '../job-state.js';
import { gravest } from './failures.js';
import {
  COMPLETED,
  pathOf,
  type RunList,
  type StepScope,
  type StepsContext,
  type StepsOutcome,
} from './steps-context.js';

/** Longest list that a job keeps, in characters of JSON: it is written with every step. */
const MAX_LENGTH = 200_000;

type Loop = Extract<StepRecord, { kind: 'for_each' }>;

/**
 * Does the same for each item. The list is kept as it was at the beginning, so that a job that goes on later works on the same
 * items; what their steps left behind is kept until the last one is over.
 */
export async function runForEach(
  context: StepsContext,
  step: ForEachStep,
  scope: StepScope,
  runList: RunList,
): Promise<StepsOutcome> {
  const { held } = context;
  const path = pathOf(step, scope);
  const loop = loopAt(held.state, path) ?? { kind: 'for_each' as const, items: await itemsOf(step, scope) };
  if (!loop.over) {
    if (!loopAt(held.state, path)) held.noteDone(path, loop);
    const outcome = await inTurns(loop.items, step.concurrency, async (item, index) => {
      const place = `${path}.each.${index}`;
      if (held.state.done[place] !== undefined) return COMPLETED;
      const data = scope.data.fork({ [step.as]: item, index });
      const ended = await runList(step.do, { prefix: `${place}.`, data });
      if (ended.kind === 'completed') held.note({ done: folded(held.state.done, place, itemOf) });
      return ended;
    });
    if (outcome.kind !== 'completed') return outcome;
    held.note({ done: folded(held.state.done, path, (inside) => loopOf(loop, path, inside)) });
  }
  scope.data.add(step, loopAt(held.state, path)?.over?.output);
  return COMPLETED;
}

function loopAt(state: JobState, path: string): Loop | undefined {
  const record = state.done[path];
  return record?.kind === 'for_each' ? record : undefined;
}

async function itemsOf(step: ForEachStep, { data }: StepScope): Promise<readonly unknown[]> {
  const items = await evaluateList(step, data.current());
  if (items.length > step.max) {
    throw new BehalfError('job.limit', `A loop has ${items.length} items, more than ${step.max}`, {
      userText: said(({ jobs }) => jobs.tooManyItems(items.length, step.max)),
    });
  }
  if (JSON.stringify(items).length > MAX_LENGTH) {
    throw new BehalfError('job.limit', `The list of a loop is longer than ${MAX_LENGTH} characters`, {
      userText: said(({ jobs }) => jobs.tooMuchData),
    });
  }
  return items;
}

/** Works on so many at a time. What does not complete is the outcome, once those that were begun are over. */
async function inTurns(
  items: readonly unknown[],
  concurrency: number,
  work: (item: unknown, index: number) => Promise<StepsOutcome>,
): Promise<StepsOutcome> {
  let next = 0;
  let ended: StepsOutcome = COMPLETED;
  const failures: unknown[] = [];
  const worker = async () => {
    while (next < items.length && ended.kind === 'completed' && failures.length === 0) {
      const index = next;
      next += 1;
      const outcome = await work(items[index], index);
      if (outcome.kind !== 'completed') ended = outcome;
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, items.length) }, () =>
    worker().catch((error: unknown) => {
      failures.push(error);
    }),
  );
  await Promise.all(workers);
  if (failures.length > 0) throw gravest(failures);
  return ended;
}

function itemOf(inside: Records): StepRecord {
  const records = [...inside.values()];
  const collected = records.findLast((record) => record.kind === 'collect');
  return { kind: 'item', value: collected?.value ?? null, traces: mergeTraces(records) };
}

function loopOf({ items }: Loop, path: string, inside: Records): StepRecord {
  const output = items.map((_, index) => {
    const record = inside.get(`${path}.each.${index}`);
    return record?.kind === 'item' ? record.value : null;
  });
  return { kind: 'for_each', items: [], over: { output, traces: mergeTraces([...inside.values()]) } };
}

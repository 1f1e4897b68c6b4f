import type { Message } from '../chat/message.js';
import type { Complete } from '../kernel/complete.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { textsFor } from '../texts/texts-for.js';
import type { JobState, StepRecord, Traces } from './job.js';
import { doneMessage, stoppedMessage } from './messages.js';

/**
 * The state with some of it changed, written out: a command does this several times. Only steps in flight, doubts and the prompt
 * are ever taken away: given as undefined they are.
 */
export function changed(state: JobState, change: Partial<JobState>): Complete<JobState> {
  return {
    recipeVersion: change.recipeVersion ?? state.recipeVersion,
    parameters: change.parameters ?? state.parameters,
    conversation: change.conversation ?? state.conversation,
    locale: change.locale ?? state.locale,
    done: change.done ?? state.done,
    inFlight: 'inFlight' in change ? change.inFlight : state.inFlight,
    mayHaveSaid: 'mayHaveSaid' in change ? change.mayHaveSaid : state.mayHaveSaid,
    prompt: 'prompt' in change ? change.prompt : state.prompt,
    asking: change.asking ?? state.asking,
    expiresAt: change.expiresAt ?? state.expiresAt,
    loginsAsked: change.loginsAsked ?? state.loginsAsked,
    undelivered: change.undelivered ?? state.undelivered,
    appWait: change.appWait ?? state.appWait,
    isTurnTold: change.isTurnTold ?? state.isTurnTold,
    isLetGo: change.isLetGo ?? state.isLetGo,
    log: change.log ?? state.log,
    replies: change.replies ?? state.replies,
    workedMs: change.workedMs ?? state.workedMs,
    trace: change.trace ?? state.trace,
    result: change.result ?? state.result,
  };
}

/** A job that said nothing still answers: nobody is left waiting in front of a prompt. */
export function silentEnd(state: JobState, recipe: CompiledRecipe, as: 'succeeded' | 'failed'): Message | undefined {
  if (Object.values(state.done).some((record) => tracesOf(record).hasSaid)) return undefined;
  const texts = textsFor(state.locale);
  return as === 'succeeded' ? doneMessage(recipe.name, texts) : stoppedMessage(recipe.name, texts);
}

/** The last word once more; in place of the prompt nobody sees it twice. */
export function repeated(message: Message, state: JobState): Message {
  if (state.prompt) return message;
  return {
    ...message,
    blocks: [...message.blocks, { kind: 'note', text: [{ text: textsFor(state.locale).jobs.repeated }] }],
  };
}

/** What the job had done, in so far as that is known. */
export function progressOf(state: JobState): 'nothing' | 'something' | 'unknown' {
  if (state.inFlight?.some(({ kind }) => kind === 'action')) return 'unknown';
  const traces = mergeTraces(Object.values(state.done));
  if (traces.isUnknown) return 'unknown';
  return traces.hasActed ? 'something' : 'nothing';
}

/** What several steps have done, together. */
export function mergeTraces(records: readonly StepRecord[]): Traces {
  const all = records.map(tracesOf);
  return {
    hasSaid: all.some(({ hasSaid }) => hasSaid),
    hasActed: all.some(({ hasActed }) => hasActed),
    isUnknown: all.some(({ isUnknown }) => isUnknown),
  };
}

function tracesOf(record: StepRecord): Traces {
  if (record.kind === 'item') return record.traces;
  if ((record.kind === 'for_each' || record.kind === 'call') && record.over) return record.over.traces;
  return {
    hasSaid: record.kind === 'reply' || record.kind === 'ask',
    hasActed: record.kind === 'action',
    isUnknown: record.kind === 'try' && (record.isUnknown ?? false),
  };
}

/** What several steps left behind, by path. */
export type Records = ReadonlyMap<string, StepRecord>;

/** One record at a place, in place of those of the steps below it: what a job keeps does not grow without end. */
export function folded(
  done: JobState['done'],
  place: string,
  toRecord: (inside: Records) => StepRecord,
): JobState['done'] {
  const isInside = (key: string) => key.startsWith(`${place}.`);
  const entries = Object.entries(done);
  const inside = new Map(entries.filter(([key]) => isInside(key)));
  return { ...Object.fromEntries(entries.filter(([key]) => !isInside(key))), [place]: toRecord(inside) };
}

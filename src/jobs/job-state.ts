import type { Message } from '../chat/message.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { REPEATED } from './deliver-reply.js';
import type { JobState } from './job.js';
import { doneMessage, stoppedMessage } from './messages.js';

/** A job that said nothing still answers: nobody is left waiting in front of a prompt. */
export function silentEnd(state: JobState, recipe: CompiledRecipe, as: 'succeeded' | 'failed'): Message | undefined {
  if (Object.values(state.done).some((record) => record.kind === 'reply')) return undefined;
  return as === 'succeeded' ? doneMessage(recipe.name) : stoppedMessage(recipe.name);
}

/** The last word once more; in place of the prompt nobody sees it twice. */
export function repeated(message: Message, state: JobState): Message {
  if (state.prompt) return message;
  return { ...message, blocks: [...message.blocks, { kind: 'note', text: [{ text: REPEATED }] }] };
}

/** What the job had done, in so far as that is known. */
export function progressOf(state: JobState): 'nothing' | 'something' | 'unknown' {
  if (state.inFlight?.some(({ kind }) => kind === 'action')) return 'unknown';
  return Object.values(state.done).some((record) => record.kind === 'action') ? 'something' : 'nothing';
}

/** The inside of a job that has just been accepted. */
export function initialState(options: Pick<JobState, 'recipeVersion' | 'parameters' | 'conversation'>): JobState {
  return { ...options, done: {}, loginsAsked: {} };
}

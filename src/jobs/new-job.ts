import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../chat/conversation.js';
import { newId } from '../kernel/ids.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { Job, Lessee } from './job-record.js';
import { initialState } from './job-state.js';

export interface NewJob {
  readonly eventId: string;
  readonly user: ChatUser;
  readonly recipe: CompiledRecipe;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly conversation: ConversationRef;
  /** A message of ours that the job's private answer replaces: the last question for a parameter. */
  readonly prompt?: MessageRef;
}

/** A job that is about to be accepted: held by this process, or left to whoever has room. */
export function newJob(request: NewJob, now: number, by: Lessee & { readonly isHeld: boolean }): Job {
  const { recipe, parameters, conversation, prompt, user } = request;
  const { holder, isHeld, leaseMs } = by;
  const initial = initialState({ recipeVersion: recipe.version, parameters, conversation });
  const state = { ...initial, ...(prompt ? { prompt } : {}) };
  const base = {
    id: newId(now),
    user,
    recipe: recipe.id,
    version: 1,
    createdAt: now,
    updatedAt: now,
    waitingFor: [],
    attentionAt: now + leaseMs,
    state,
  };
  if (!isHeld) return { ...base, status: 'pending' };
  return { ...base, status: 'running', lease: { holder, until: now + leaseMs } };
}

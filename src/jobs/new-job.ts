import type { ChatUser } from '../chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../chat/conversation.js';
import type { ApiCaller } from '../chat/job-owner.js';
import { newId } from '../kernel/ids.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { JobId, JobState } from './job.js';
import type { Job, Lessee } from './job-record.js';

/** A job of somebody in a chat. */
export interface NewChatJob extends NewJobBase {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  /** Of the person; see `EventBase`. */
  readonly locale?: string | undefined;
  /** A message of ours that the job's private answer replaces: the last question for a parameter. */
  readonly prompt?: MessageRef;
}

/** A job of a program. */
export interface NewApiJob extends NewJobBase {
  readonly user: ApiCaller;
  /** The id that the job gets. */
  readonly id: JobId;
  /** True: whoever was told that it could not be accepted asks for the same job again, so what has arrived stays. */
  readonly isRepeatable: boolean;
}

export type NewJob = NewChatJob | NewApiJob;

interface NewJobBase {
  readonly eventId: string;
  readonly recipe: CompiledRecipe;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A job that is about to be accepted: held by this process, or left to whoever has room. `trace`: see `JobState`. */
export function newJob(
  request: NewJob,
  now: number,
  { by, isHeld, trace }: { readonly by: Lessee; readonly isHeld: boolean; readonly trace?: string | undefined },
): Job {
  const { recipe, user } = request;
  const until = now + by.leaseMs;
  return {
    id: 'id' in request ? request.id : newId(now),
    user,
    recipe: recipe.id,
    status: isHeld ? 'running' : 'pending',
    version: 1,
    createdAt: now,
    updatedAt: now,
    waitingFor: [],
    lease: isHeld ? { holder: by.holder, until } : undefined,
    attentionAt: until,
    keepUntil: undefined,
    state: initialState(request, trace),
  };
}

/** The inside of a job that has just been accepted. */
function initialState(request: NewJob, trace: string | undefined): JobState {
  const { parameters, recipe } = request;
  const recipeVersion = recipe.version;
  if (!('conversation' in request)) return { recipeVersion, parameters, done: {}, loginsAsked: {}, trace };
  const { conversation, locale, prompt } = request;
  return { recipeVersion, parameters, conversation, locale, prompt, done: {}, loginsAsked: {}, trace };
}

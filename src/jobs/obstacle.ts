import type { Message } from '../chat/message.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { textsFor } from '../texts/texts-for.js';
import type { HeldJob } from './held-job.js';
import { chatJobOf } from './job-record.js';
import { progressOf } from './job-state.js';
import { recipeGoneMessage } from './messages.js';
import { type DenialOf, deniedMessage } from './permission.js';

export type Way =
  | { readonly kind: 'free'; readonly recipe: CompiledRecipe }
  /** `message`: why, and what had been done. */
  | { readonly kind: 'blocked'; readonly message: Message };

/** Whether a job may go on: its recipe is still the same, and the person may still run it. */
export async function wayOf(held: HeldJob, found: CompiledRecipe | undefined, denialOf: DenialOf): Promise<Way> {
  const { job, state } = held;
  const progress = progressOf(state);
  const texts = textsFor(state.locale);
  if (found === undefined || found.version !== state.recipeVersion) {
    return { kind: 'blocked', message: recipeGoneMessage(found?.name ?? job.recipe, progress, texts) };
  }
  const chatJob = chatJobOf(job);
  const denial = chatJob && (await denialOf(found, { user: chatJob.user, conversation: chatJob.state.conversation }));
  if (denial === undefined) return { kind: 'free', recipe: found };
  return { kind: 'blocked', message: deniedMessage(found.name, denial, texts, [texts.jobs.left[progress]]) };
}

import type { ActionStep, AskStep, RecipeData, ReplyStep } from '../../recipes/compiled-recipe.js';
import type { StepRecord } from '../job.js';

type SaidReply = Extract<StepRecord, { kind: 'reply' }>;

/** The data that datapills see, and the replies that were said, growing with each step. */
export class StepData {
  readonly #fixed: Omit<RecipeData, 'steps'>;
  #steps: Readonly<Record<string, unknown>> = {};
  readonly #replies = new Map<string, SaidReply>();

  constructor(fixed: Omit<RecipeData, 'steps'>) {
    this.#fixed = fixed;
  }

  current(): RecipeData {
    return { ...this.#fixed, steps: this.#steps };
  }

  /** The latest message that a reply of this id has left behind. */
  replyOf(id: string): SaidReply | undefined {
    return this.#replies.get(id);
  }

  /** A message that could not be replaced any more was said anew: what replaces it next has to find that one. */
  addReply({ id, update }: ReplyStep, said: SaidReply): void {
    if (id !== undefined) this.#replies.set(id, said);
    if (update !== undefined) this.#replies.set(update.id, said);
  }

  add(step: ActionStep | AskStep, output: unknown): void {
    if (step.id !== undefined) this.#steps = { ...this.#steps, [step.id]: output };
  }
}

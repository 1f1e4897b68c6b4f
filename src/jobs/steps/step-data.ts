import type { ReplyStep } from '../../recipes/compiled-recipe.js';
import type { RecipeData } from '../../recipes/recipe-data.js';
import type { StepRecord } from '../job.js';

type SaidReply = Extract<StepRecord, { kind: 'reply' }>;

interface Known {
  steps: Readonly<Record<string, unknown>>;
  readonly replies: Map<string, SaidReply>;
}

/** The data that datapills see, and the replies that were said, growing with each step. */
export class StepData {
  readonly #fixed: Omit<RecipeData, 'steps'>;
  readonly #known: Known;

  constructor(fixed: Omit<RecipeData, 'steps'>, known: Known = { steps: {}, replies: new Map() }) {
    this.#fixed = fixed;
    this.#known = known;
  }

  /** The same data with more names. What its steps leave behind is seen here, too. */
  with(more: Readonly<Record<string, unknown>>): StepData {
    return new StepData({ ...this.#fixed, ...more }, this.#known);
  }

  /** As {@link with}, but what its steps leave behind stays there: each item of a loop works for itself. */
  fork(more: Readonly<Record<string, unknown>>): StepData {
    const { replies, steps } = this.#known;
    return new StepData({ ...this.#fixed, ...more }, { steps, replies: new Map(replies) });
  }

  current(): RecipeData {
    return { ...this.#fixed, steps: this.#known.steps };
  }

  /** The latest message that a reply of this id has left behind. */
  replyOf(id: string): SaidReply | undefined {
    return this.#known.replies.get(id);
  }

  /** A message that could not be replaced any more was said anew: what replaces it next has to find that one. */
  addReply({ id, update }: ReplyStep, said: SaidReply): void {
    if (id !== undefined) this.#known.replies.set(id, said);
    if (update !== undefined) this.#known.replies.set(update.id, said);
  }

  add(step: { readonly id?: string }, output: unknown): void {
    if (step.id !== undefined) this.#known.steps = { ...this.#known.steps, [step.id]: output };
  }
}

import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Platform } from '../chat/chat-user.js';
import { textMessage } from '../chat/message.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Vault } from '../kernel/vault.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { textsFor } from '../texts/texts-for.js';
import { changeJob } from './change-job.js';
import { deliverPrivately } from './deliver-reply.js';
import { chatJobOf, type Job, pending, sealJob } from './job-record.js';
import type { JobStore } from './job-store.port.js';

interface TellOfTurnDeps {
  readonly store: JobStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly recipes: () => RecipeBook;
  readonly leaseMs: number;
}

/**
 * Lets a job wait on that has no turn yet, and tells its person, once, that it waits: whoever looks at it does so when it has waited
 * for as long as a lease. The job's answer takes the place of that message.
 */
export async function waitOn(deps: TellOfTurnDeps, job: Job): Promise<void> {
  const { chats, clock, leaseMs, logger, recipes, store, vault } = deps;
  const isFirst = !job.state.isTurnTold && job.state.appWait === undefined && job.state.undelivered === undefined;
  const waiting = { ...job, state: { ...job.state, isTurnTold: true } };
  const isWritten = await store.write(sealJob(vault, pending(isFirst ? waiting : job, leaseMs, clock.now())));
  const asked = chatJobOf(job);
  if (!isFirst || !isWritten || !asked) return;
  try {
    const name = recipes().get(job.recipe)?.name ?? job.recipe;
    const message = textMessage(textsFor(job.state.locale).jobs.waitsForTurn(name));
    const prompt = await deliverPrivately(chats(asked.user.platform), asked, message);
    await changeJob(deps, job.id, (current, now) =>
      current.status === 'pending'
        ? pending({ ...current, state: { ...current.state, prompt } }, leaseMs, now)
        : undefined,
    );
  } catch (error) {
    const line = { jobId: job.id, recipe: job.recipe, err: asBehalfError(error) };
    logger.warn(line, 'somebody could not be told that their job waits for its turn');
  }
}

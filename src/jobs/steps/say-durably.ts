import type { MessageRef } from '../../chat/conversation.js';
import { wasRefused } from '../deliver-reply.js';
import type { HeldJob } from '../held-job.js';
import type { InFlight, JobState } from '../job.js';
import type { SayProgress } from '../say-parts.js';
import { isInLoop } from './steps-context.js';

/**
 * Has a step say something so that after an interruption it is known what is there: what may have been said is said again with
 * a note, what the platform refused without one. `change` becomes durable with the beginning; without one, and outside of loops, nothing
 * is written for the beginning alone.
 */
export async function sayDurably<T>(
  held: HeldJob,
  path: string,
  say: (progress: SayProgress) => Promise<T>,
  change?: Partial<JobState>,
): Promise<T> {
  const begun = held.inFlight(path);
  const isAlone = change === undefined && !isInLoop(path);
  const again = begun ? !begun.isRefused : isAlone && held.state.mayHaveSaid === true;
  let inFlight: InFlight = { path, kind: 'reply', said: begun?.said };
  if (isAlone) await held.beginReply(inFlight);
  else await held.begin(inFlight, change);
  const keep = (said: readonly MessageRef[]): Promise<void> => {
    inFlight = { path, kind: 'reply', said };
    return held.begin(inFlight);
  };
  return say({ again, keep, said: begun?.said }).catch(async (error: unknown) => {
    const isNext = inFlight.said !== begun?.said;
    if ((!again || isNext) && wasRefused(error)) await landRefused(held, inFlight);
    throw error;
  });
}

/** Nothing is there of it, or the first messages of a long one are, which are not to be said again. */
async function landRefused(held: HeldJob, inFlight: InFlight): Promise<void> {
  if (inFlight.said === undefined) held.land(inFlight.path);
  else await held.begin({ ...inFlight, isRefused: true });
}

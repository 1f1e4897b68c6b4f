import type { MessageRef } from '../../chat/conversation.js';
import type { ReplyStep } from '../../recipes/compiled-recipe.js';
import { renderReply } from '../../recipes/render-reply.js';
import { textsFor } from '../../texts/texts-for.js';
import { wasRefused } from '../deliver-reply.js';
import type { HeldJob } from '../held-job.js';
import type { InFlight } from '../job.js';
import { COMPLETED, pathOf, type StepScope, type StepsContext, type StepsOutcome } from './steps-context.js';

/** Says a reply, once, after those of other items of a loop: only one of them may take the place of the prompt. */
export function runReply(context: StepsContext, step: ReplyStep, scope: StepScope): Promise<StepsOutcome> {
  return context.turns.take('reply', () => say(context, step, scope));
}

/** What may have been said before an interruption is said again with a note. */
async function say(context: StepsContext, step: ReplyStep, scope: StepScope): Promise<StepsOutcome> {
  const { held } = context;
  const { data } = scope;
  const path = pathOf(step, scope);
  const record = held.state.done[path];
  if (record !== undefined) {
    if (record.kind === 'reply') data.addReply(step, record);
    return COMPLETED;
  }
  const begun = held.inFlight(path);
  const again = begun !== undefined && !begun.isRefused;
  const rendered = await renderReply(step, data.current(), textsFor(held.state.locale));
  const earlier = step.update && data.replyOf(step.update.id);
  const isForNobodyElse = step.visibleTo === undefined && held.state.conversation?.unseen === true;
  // It stands where the earlier one stood, so the same people see it.
  const visibleTo = earlier ? (earlier.visibleTo ?? 'user') : isForNobodyElse ? 'user' : rendered.visibleTo;
  const reply = { blocks: rendered.blocks, visibleTo, thread: rendered.thread };
  let inFlight: InFlight = { path, kind: 'reply', said: begun?.said };
  await held.begin(inFlight);
  const keep = (said: readonly MessageRef[]): Promise<void> => {
    inFlight = { path, kind: 'reply', said };
    return held.begin(inFlight);
  };
  const delivery = { path, again, keep, replaces: earlier, said: begun?.said };
  const delivered = await context.say(reply, delivery).catch(async (error: unknown) => {
    const isNext = inFlight.said !== begun?.said;
    if ((!again || isNext) && wasRefused(error)) await landRefused(held, inFlight);
    throw error;
  });
  const { further, message, promptReplaced } = delivered;
  const said = { kind: 'reply' as const, message, further, visibleTo };
  held.landDone(path, said, { promptReplaced });
  data.addReply(step, said);
  return COMPLETED;
}

/** Nothing is there of it, or the first messages of a long one are, which are not to be said again. */
async function landRefused(held: HeldJob, inFlight: InFlight): Promise<void> {
  if (inFlight.said === undefined) held.land(inFlight.path);
  else await held.begin({ ...inFlight, isRefused: true });
}

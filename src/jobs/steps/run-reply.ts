import type { ReplyStep } from '../../recipes/compiled-recipe.js';
import { renderReply } from '../../recipes/render-reply.js';
import { textsFor } from '../../texts/texts-for.js';
import { sayDurably } from './say-durably.js';
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
  const rendered = await renderReply(step, data.current(), textsFor(held.state.locale));
  const earlier = step.update && data.replyOf(step.update.id);
  const isForNobodyElse = step.visibleTo === undefined && held.state.conversation?.unseen === true;
  // It stands where the earlier one stood, so the same people see it.
  const visibleTo = earlier ? (earlier.visibleTo ?? 'user') : isForNobodyElse ? 'user' : rendered.visibleTo;
  const reply = { blocks: rendered.blocks, visibleTo, thread: rendered.thread };
  const { further, message, promptReplaced } = await sayDurably(held, path, ({ again, keep, said }) =>
    context.say(reply, { path, again, keep, said, replaces: earlier }),
  );
  const said = { kind: 'reply' as const, message, further, visibleTo };
  held.landDone(path, said, { promptReplaced });
  data.addReply(step, said);
  return COMPLETED;
}

import { isPerson } from '../../chat/job-owner.js';
import { BehalfError } from '../../kernel/errors.js';
import { randomToken } from '../../kernel/ids.js';
import type { AskStep } from '../../recipes/compiled-recipe.js';
import { type RenderedAsk, renderAsk } from '../../recipes/render-ask.js';
import { said, textsFor } from '../../texts/texts-for.js';
import type { HeldJob } from '../held-job.js';
import type { Answer, OpenAsk } from '../job.js';
import { noPerson } from '../no-person.js';
import type { SayProgress } from '../say-parts.js';
import { outputOf } from './ask-output.js';
import { sayDurably } from './say-durably.js';
import {
  COMPLETED,
  pathOf,
  type RunList,
  type StepScope,
  type StepsContext,
  type StepsOutcome,
} from './steps-context.js';

/**
 * Goes on with the answer of a question, or asks it. The answer is in the job's state before the job goes on, so that after a
 * crash nobody is asked twice.
 */
export async function runAsk(
  context: StepsContext,
  step: AskStep,
  scope: StepScope,
  runList: RunList,
): Promise<StepsOutcome> {
  const path = pathOf(step, scope);
  const answer = await answerAt(context, path);
  if (!answer) {
    await ask(context, step, scope);
    return { kind: 'answer_required' };
  }
  scope.data.add(step, outputOf(answer));
  return answer.kind === 'timed_out' ? runList(step.onTimeout ?? [], scope) : COMPLETED;
}

async function answerAt({ closeAsk, held }: StepsContext, path: string): Promise<Answer | undefined> {
  const record = held.state.done[path];
  if (record?.kind === 'ask') return record.answer;
  const { asking } = held.state;
  if (asking?.path !== path || !asking.given) return undefined;
  await closeAsk(asking, asking.given);
  held.noteDone(path, { kind: 'ask', ask: asking.id, answer: asking.given });
  return asking.given;
}

async function ask(context: StepsContext, step: AskStep, scope: StepScope): Promise<void> {
  const { held } = context;
  if (!isPerson(held.job.user)) throw noPerson('The recipe asks a question');
  const path = pathOf(step, scope);
  const rendered = await withAsker(context, await renderAsk(step, scope.data.current(), textsFor(held.state.locale)));
  checkPeople(held, rendered);
  const { asking: last } = held.state;
  // Asked again under the same id: buttons of the first message stay good.
  const asking = last?.path === path ? last : toOpen(context, step, path, rendered);
  const about = { answer: rendered.answer, visibleTo: step.visibleTo };
  const say = (progress: SayProgress) => context.ask(asking, { ...about, ...progress });
  const { message, promptReplaced, shown } = await sayDurably(held, path, say, { asking });
  held.land(path, { asking: { ...asking, message, ...(shown ? { shown } : {}) } }, { promptReplaced });
}

function toOpen(context: StepsContext, step: AskStep, path: string, { answer, text, who }: RenderedAsk): OpenAsk {
  const askedAt = context.clock.now();
  return {
    id: randomToken(128),
    path,
    text,
    answer: answer.kind === 'buttons' ? { kind: 'buttons' } : answer,
    who,
    askedAt,
    expiresAt: askedAt + (step.timeoutMs ?? context.loginTimeoutMs),
    goesOnWithout: step.onTimeout !== undefined,
  };
}

/** Of those who may answer, the person who asked by their id where their address is among them. */
async function withAsker({ held, profile }: StepsContext, rendered: RenderedAsk): Promise<RenderedAsk> {
  const { who } = rendered;
  const { userId } = held.job.user;
  if (who.kind !== 'users' || who.users.includes(userId) || !who.users.some((one) => one.includes('@')))
    return rendered;
  // Where it cannot be told, the others may still answer.
  const known = await profile().catch(() => undefined);
  const address = known?.confirmedEmail?.toLowerCase();
  const users = who.users.map((one) => (one.toLowerCase() === address ? userId : one));
  return { ...rendered, who: { ...who, users } };
}

/** In a direct message nobody sees the question but the person who asked. */
function checkPeople({ job, state }: HeldJob, { who }: RenderedAsk): void {
  if (who.kind !== 'users' || state.conversation?.kind === 'channel' || who.users.includes(job.user.userId)) return;
  throw new BehalfError('recipe.invalid', 'A question to others was asked in a direct message', {
    userText: said(({ jobs }) => jobs.onlyInChannels),
  });
}

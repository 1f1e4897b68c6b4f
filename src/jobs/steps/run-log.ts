import type { LogStep } from '../../recipes/compiled-recipe.js';
import { evaluatePlainText } from '../../recipes/evaluate.js';
import type { JobLogLine } from '../job.js';
import { COMPLETED, pathOf, type StepScope, type StepsContext, type StepsOutcome } from './steps-context.js';

const MAX_LENGTH = 500;
/** Lines that the history keeps of a job, the latest. */
const MAX_LINES = 50;

/** Writes a line for the builder: into the service's log, and into the job for its history. */
export async function runLog(context: StepsContext, step: LogStep, scope: StepScope): Promise<StepsOutcome> {
  const { clock, held, log } = context;
  const path = pathOf(step, scope);
  if (held.state.done[path] !== undefined) return COMPLETED;
  const text = (await evaluatePlainText(step.text, scope.data.current())).slice(0, MAX_LENGTH);
  const line: JobLogLine = { at: clock.now(), level: step.level, text };
  held.note({
    done: { ...held.state.done, [path]: { kind: 'log' } },
    log: [...(held.state.log ?? []), line].slice(-MAX_LINES),
  });
  log(line);
  return COMPLETED;
}

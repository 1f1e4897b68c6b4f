import type { SpanFacts } from '../../kernel/tracing.port.js';
import type { CompiledStep } from '../../recipes/compiled-recipe.js';
import type { StepRecord } from '../job.js';
import { slotKey } from '../resolve-connections.js';
import { pathOf, type StepScope, type StepsContext, type StepsOutcome } from './steps-context.js';

/** What takes no time has no span: a loop over a thousand items would drown the rest. */
const WITHOUT_SPAN: ReadonlySet<CompiledStep['kind']> = new Set(['if', 'collect', 'log', 'stop']);

/** Carries a step out in a span, unless it was done before the job slept. */
export function inStepSpan(
  context: StepsContext,
  step: CompiledStep,
  scope: StepScope,
  run: () => Promise<StepsOutcome>,
): Promise<StepsOutcome> {
  const { held, tracing } = context;
  if (!tracing || WITHOUT_SPAN.has(step.kind)) return run();
  const path = pathOf(step, scope);
  if (isOver(held.state.done[path])) return run();
  const facts = { 'behalf.step': path, 'behalf.step.kind': step.kind, ...actionOf(context, step) };
  return tracing.inSpan({ name: `step ${step.kind}`, facts }, async () => {
    const outcome = await run();
    if (outcome.kind !== 'completed') tracing.note({ 'behalf.step.outcome': outcome.kind });
    return outcome;
  });
}

/** Of steps with others in them there are records while they are under way, too. */
function isOver(record: StepRecord | undefined): boolean {
  if (record?.kind === 'for_each' || record?.kind === 'call') return record.over !== undefined;
  return record !== undefined && record.kind !== 'try';
}

function actionOf({ connections, slots }: StepsContext, step: CompiledStep): SpanFacts {
  if (step.kind !== 'action') return {};
  const connection = connections.find(({ slot }) => slot === step.slot);
  const parent = connection && slots.get(slotKey(connection))?.parent;
  return {
    'behalf.action': step.action,
    ...(parent ? { 'behalf.connection': parent.name, 'behalf.app': parent.connector } : {}),
  };
}

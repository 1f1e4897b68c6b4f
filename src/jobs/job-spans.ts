import type { SpanFacts, Tracing } from '../kernel/tracing.port.js';
import type { JobQueue } from './job-queue.port.js';
import type { Job } from './job-record.js';
import { JobRunner, type JobRunnerDeps } from './job-runner.js';

export type Runner = Pick<JobRunner, 'run'>;

const OF_QUEUE = { 'messaging.system': 'behalf', 'messaging.destination.name': 'jobs' } as const;

/** A runner whose every run is a span below the command that the job came from, in whatever process that was. */
export function createRunner(deps: JobRunnerDeps): Runner {
  const { tracing } = deps;
  const runner = new JobRunner(deps);
  if (!tracing) return runner;
  return {
    run: (held) =>
      inJobSpan(tracing, held.job, { name: 'run job', kind: 'consumer', facts: RUNNING }, async () => {
        const outcome = await runner.run(held);
        if (outcome !== 'ended')
          tracing.note({ 'behalf.job.status': outcome === 'asleep' ? held.job.status : outcome });
        return outcome;
      }),
  };
}

const RUNNING: SpanFacts = {
  ...OF_QUEUE,
  'messaging.operation.type': 'process',
  'messaging.operation.name': 'run',
};

/** Does something for a job beside its runs, as a part of its trace. */
export function inJobSpan<T>(
  tracing: Tracing | undefined,
  { id, recipe, state }: Pick<Job, 'id' | 'recipe' | 'state'>,
  { facts, kind, name }: { readonly name: string; readonly kind?: 'consumer'; readonly facts?: SpanFacts },
  work: () => Promise<T>,
): Promise<T> {
  if (!tracing) return work();
  const ids = { 'behalf.job.id': id, 'behalf.recipe': recipe };
  const start = { name, facts: { ...ids, ...facts }, parent: state.trace, ...(kind ? { kind } : {}) };
  return tracing.inSpan(start, work);
}

/** A queue into which jobs are put in a span of their own. */
export function tracedQueue(queue: JobQueue, tracing: Tracing | undefined): JobQueue {
  if (!tracing) return queue;
  const facts = { ...OF_QUEUE, 'messaging.operation.type': 'send', 'messaging.operation.name': 'push' } as const;
  return {
    push: (id, turn) =>
      tracing.inSpan(
        {
          name: 'push job',
          kind: 'producer',
          isDetail: true,
          facts: { ...facts, 'messaging.message.id': id, 'behalf.job.id': id },
        },
        () => queue.push(id, turn),
      ),
    start: (handler, options) => queue.start(handler, options),
    stop: () => queue.stop(),
  };
}

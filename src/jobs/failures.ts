import type { Message } from '../chat/message.js';
import { type BehalfError, kindOf } from '../kernel/errors.js';
import type { Observers } from '../kernel/observers.js';
import { errorText } from '../texts/error-text.js';
import { textsFor } from '../texts/texts-for.js';
import type { JobState } from './job.js';
import type { Job } from './job-record.js';
import { progressOf } from './job-state.js';
import { failedMessage } from './messages.js';

/** Counts a failure, marks the job's span, and logs it, as loudly as it concerns those who read the log. */
export function reportFailure(
  { logger, metrics, tracing }: Observers,
  { id, recipe }: Pick<Job, 'id' | 'recipe'>,
  err: BehalfError,
): void {
  metrics.count('errors', { code: err.code, kind: kindOf(err) });
  tracing?.fail(err);
  const line = { jobId: id, recipe, err };
  if (err.audience === 'person') logger.info(line, 'job failed');
  else if (err.audience === 'remote') logger.warn(line, 'job failed');
  else logger.error(line, 'job failed');
}

/** What the person is told of it. `name`: of the recipe. */
export function failureMessage(name: string, state: JobState, err: BehalfError): Message {
  const texts = textsFor(state.locale);
  const words = errorText(err, texts);
  const text = err.code === 'job.timeout' ? `${words} ${texts.jobs.left[progressOf(state)]}` : words;
  return failedMessage(name, text, err.ref, texts);
}

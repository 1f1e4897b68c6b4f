import { kindOf } from '../../kernel/errors.js';
import type { Observers } from '../../kernel/observers.js';
import type { StepsContext } from './steps-context.js';

/** Takes what the steps of a job tell beside their work. */
export function reportTo(
  { logger, metrics, tracing }: Pick<Observers, 'logger' | 'metrics' | 'tracing'>,
  about: { readonly jobId: string; readonly recipe: string },
): Pick<StepsContext, 'log' | 'noteFailure' | 'tracing'> {
  return {
    tracing,
    log: ({ level, text }) => logger[level]({ ...about, text }, 'recipe log'),
    noteFailure: (err, then) => {
      metrics.count('errors', { code: err.code, kind: kindOf(err) });
      logger.info({ ...about, err, then }, 'a step failed, and the recipe goes on');
    },
  };
}

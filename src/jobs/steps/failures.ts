import { type BehalfError, type ErrorCode, isBehalfError } from '../../kernel/errors.js';

/** What is about the job or the service, not about a step: no recipe can do anything about it. */
const BEYOND_RECIPES: readonly ErrorCode[] = [
  'job.lost',
  'job.cancelled',
  'job.timeout',
  // The job comes back for its turn.
  'app.busy',
  'store.unavailable',
  'store.corrupt',
  'chat.delivery_failed',
  'internal',
];

/** True for an error that no step of a recipe may take care of. */
export function isBeyondRecipes(error: unknown): boolean {
  return !isBehalfError(error) || isBehalfError(error, ...BEYOND_RECIPES);
}

/** True where an app may or may not have acted. */
export function isUnknown({ code, details }: BehalfError): boolean {
  return code === 'job.interrupted' || details['outcome'] !== undefined;
}

/** True where the app may have acted, and would act once more if it were asked again. */
export function isUnrepeatable(failure: BehalfError): boolean {
  return isUnknown(failure) && failure.details['outcome'] !== 'repeatable';
}

/** Of what failed at the same time, what must not be overlooked; else the first. */
export function gravest(failures: readonly unknown[]): unknown {
  const ours = failures.filter((error) => isBehalfError(error));
  const beyond = failures.filter(isBeyondRecipes);
  return (
    beyond.find((error) => !isBehalfError(error, 'app.busy')) ??
    beyond[0] ??
    ours.find(isUnrepeatable) ??
    ours.find(isUnknown) ??
    failures[0]
  );
}

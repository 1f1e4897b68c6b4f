import { describeForeignError, isBehalfError } from '../kernel/errors.js';

/** What is said of an error that nobody has dealt with: messages and fields of foreign ones may hold whole requests. */
export function crashText(error: unknown): string {
  if (isBehalfError(error)) return error.message;
  const { message = '', stack = '' } = typeof error === 'object' && error !== null ? fieldsOf(error) : {};
  // Without the message, which may have lines that look like places.
  const places = stack
    .replace(message, '')
    .split('\n')
    .filter((line) => /^ {4}at \S/u.test(line));
  return [describeForeignError(error).replace(/ at .*$/u, ''), ...places].join('\n');
}

function fieldsOf(error: object): { readonly message?: string; readonly stack?: string } {
  return {
    ...('message' in error ? { message: String(error.message) } : {}),
    ...('stack' in error ? { stack: String(error.stack) } : {}),
  };
}

/**
 * Lets `end` deal with what nobody has caught, in place of whoever was to do so before. Node would print such an error with all
 * its fields.
 */
export function endOnCrash(end: (error: unknown, what: 'uncaught exception' | 'unhandled rejection') => void): void {
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => end(error, 'uncaught exception'));
  process
    .removeAllListeners('unhandledRejection')
    .on('unhandledRejection', (error) => end(error, 'unhandled rejection'));
}

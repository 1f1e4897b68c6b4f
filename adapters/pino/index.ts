import pino from 'pino';
import { describeForeignError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';

/** Paths that no line of ours fills; a second net below `Secret` for what a later change might let through. */
const REDACT = ['*.authorization', '*.access_token', '*.refresh_token', '*.client_secret', '*.password', '*.token'];

/** Structured JSON lines on standard output (or `destination`). Foreign errors are cut down to name, code and place. */
export function createLogger(options: {
  readonly level: string;
  readonly destination?: pino.DestinationStream;
}): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACT, censor: '[redacted]' },
    serializers: { err: describeError },
  };
  return wrap(options.destination ? pino(settings, options.destination) : pino(settings));
}

function wrap(logger: pino.Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
  };
}

function describeError(error: unknown): unknown {
  if (!isBehalfError(error)) return { message: describeForeignError(error) };
  return { code: error.code, ref: error.ref, message: error.message, ...error.details };
}

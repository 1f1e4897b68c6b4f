import { types } from 'node:util';
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
    formatters: { level: (label) => ({ level: label }), log: cutErrors },
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
  return { ...error.details, code: error.code, ref: error.ref, message: error.message };
}

/** Errors under other names than `err` would be printed with all their fields; those of libraries hold whole requests. */
function cutErrors(fields: Record<string, unknown>): Record<string, unknown> {
  const isCut = Object.entries(fields).some(([name, value]) => name !== 'err' && isError(value));
  if (!isCut) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      name !== 'err' && isError(value) ? describeError(value) : value,
    ]),
  );
}

function isError(value: unknown): boolean {
  return types.isNativeError(value) || isBehalfError(value);
}

import { types } from 'node:util';
import pino from 'pino';
import { describeForeignError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { createLogOutput } from './output.js';

/** Names inside a fact that no line of ours fills; a second net below `Secret` for what a later change might let through. */
const SECRET_NAMES = ['authorization', 'access_token', 'refresh_token', 'client_secret', 'password', 'token'] as const;
const CENSOR = '[redacted]';

/**
 * Structured JSON lines on standard output (or `destination`), warnings and errors at once, the others a little later. Foreign
 * errors are cut down to name, code and place.
 */
export function createLogger(options: {
  readonly level: string;
  readonly destination?: pino.DestinationStream;
  /** In place of standard output. */
  readonly fd?: number;
  /** Called for each line that is lost because nobody takes what was written before. */
  readonly onLost?: () => void;
  /** What is added to each line that is written, e.g. the trace that it belongs to. */
  readonly joinWith?: () => object | undefined;
}): Logger {
  const { destination, fd, joinWith, onLost = () => {} } = options;
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: presentable },
    serializers: { err: describeError },
    ...(joinWith ? { mixin: () => ({ ...joinWith() }) } : {}),
  };
  if (destination) return wrap(pino(settings, destination), () => {});
  const onRoom = (lost: number) => logger.error({ lost }, 'lines of the log were lost: nobody took those before them');
  const output = createLogOutput({ fd, onLost, onRoom });
  const logger = wrap(pino(settings, output), output.flush);
  return logger;
}

function wrap(logger: pino.Logger, flush: () => void): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => {
      logger.warn(fields, message);
      flush();
    },
    error: (fields, message) => {
      logger.error(fields, message);
      flush();
    },
    child: (fields) => wrap(logger.child(presentable(fields)), flush),
  };
}

function describeError(error: unknown): unknown {
  if (!isBehalfError(error)) return { message: describeForeignError(error) };
  return censored({ ...error.details, code: error.code, ref: error.ref, message: error.message });
}

/**
 * Errors under other names than `err` would be printed with all their fields; those of libraries hold whole requests. Secrets
 * are looked for here: the library's own way copies every line, most of which are flat.
 */
function presentable(fields: Record<string, unknown>): Record<string, unknown> {
  let changed: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'err' || typeof value !== 'object' || value === null) continue;
    const shown = isError(value) ? describeError(value) : censored(value);
    if (shown === value) continue;
    changed ??= { ...fields };
    changed[name] = shown;
  }
  return changed ?? fields;
}

/** The same object where it holds nothing under a secret's name. */
function censored(value: object): object {
  const found = SECRET_NAMES.filter((name) => Object.hasOwn(value, name));
  if (found.length === 0) return value;
  return { ...value, ...Object.fromEntries(found.map((name) => [name, CENSOR])) };
}

function isError(value: unknown): boolean {
  return types.isNativeError(value) || isBehalfError(value);
}

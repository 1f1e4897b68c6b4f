import { types } from 'node:util';
import pino from 'pino';
import { describeForeignError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';

/** Names inside a fact that no line of ours fills; a second net below `Secret` for what a later change might let through. */
const SECRET_NAMES = ['authorization', 'access_token', 'refresh_token', 'client_secret', 'password', 'token'] as const;
const CENSOR = '[redacted]';

/** Lines are gathered for so long, or until there are so many bytes: each write costs a change to another thread and back. */
const GATHERED_MS = 100;
const GATHERED_BYTES = 4_096;
const STANDARD_OUTPUT = 1;

/**
 * Structured JSON lines on standard output (or `destination`), warnings and errors at once, the others a little later. Foreign
 * errors are cut down to name, code and place.
 */
export function createLogger(options: {
  readonly level: string;
  readonly destination?: pino.DestinationStream;
  /** What is added to each line that is written, e.g. the trace that it belongs to. */
  readonly joinWith?: () => object | undefined;
}): Logger {
  const { joinWith } = options;
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: presentable },
    serializers: { err: describeError },
    ...(joinWith ? { mixin: () => ({ ...joinWith() }) } : {}),
  };
  return wrap(pino(settings, options.destination ?? standardOutput()));
}

/** What is still gathered when the process ends is written then; the library sees to that. */
function standardOutput(): pino.DestinationStream {
  return pino.destination({
    dest: STANDARD_OUTPUT,
    sync: false,
    minLength: GATHERED_BYTES,
    periodicFlush: GATHERED_MS,
  });
}

function wrap(logger: pino.Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => {
      logger.warn(fields, message);
      logger.flush();
    },
    error: (fields, message) => {
      logger.error(fields, message);
      logger.flush();
    },
    child: (fields) => wrap(logger.child(presentable(fields))),
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

import { inspect } from 'node:util';
import { isBehalfError } from '../../src/kernel/errors.js';
import type { LogFields, Logger } from '../../src/kernel/logger.port.js';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps the lines, for tests that look at what is logged. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[];
  readonly #fields: LogFields;

  constructor(lines: LogLine[] = [], fields: LogFields = {}) {
    this.lines = lines;
    this.#fields = fields;
  }

  debug(fields: LogFields, message: string): void {
    this.#add('debug', fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.#add('info', fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.#add('warn', fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.#add('error', fields, message);
  }

  child(fields: LogFields): Logger {
    return new RecordingLogger(this.lines, { ...this.#fields, ...fields });
  }

  /** Everything that was logged, in every form that a log could print it. */
  dump(): string {
    return this.lines
      .map((line) => `${inspect(line, { depth: 10, showHidden: true })}${JSON.stringify(line)}${errorText(line)}`)
      .join('\n');
  }

  #add(level: LogLine['level'], fields: LogFields, message: string): void {
    this.lines.push({ level, message, fields: { ...this.#fields, ...fields } });
  }
}

function errorText({ fields }: LogLine): string {
  const error = fields['err'];
  return isBehalfError(error) ? `${error.message} ${error.stack ?? ''} ${error.userText}` : '';
}

/** Facts of a log line: ids, counts, durations in ms, and `err`. Never texts of people, tokens or bodies. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logging: a static message and an object of facts, as in pino. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

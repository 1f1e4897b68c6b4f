import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A value that never shows itself: printing, JSON, template strings and inspection give `[redacted]`.
 * `reveal()` is the only way to it, so every use can be found by name.
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

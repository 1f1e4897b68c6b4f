import type { JsonObject } from './json-view.js';
import { freeName, toName } from './names.js';

/** The inputs of one action, each under a name of its own. */
export class InputNames {
  readonly #inputs = new Map<string, JsonObject>();

  /** Adds an input and gives the datapill that reads it; `format` may wrap its name. */
  add(written: string, input: JsonObject, format: (reference: string) => string = (reference) => reference): string {
    const name = freeName(toName(written, 'value'), this.#inputs);
    this.#inputs.set(name, input);
    return `{{ ${format(`input.${name}`)} }}`;
  }

  all(): JsonObject | undefined {
    return this.#inputs.size === 0 ? undefined : Object.fromEntries(this.#inputs);
  }
}

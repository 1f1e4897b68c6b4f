import type { Datapill } from '../language/datapill.js';
import type { Position } from '../language/problem.js';
import type { Template } from '../language/template.js';
import type { InputValue } from './compiled-reply.js';

/** What a parameter of type `select` offers. */
export interface ParameterOption {
  readonly label: string;
  readonly value: string | number;
}

/** Options that an action of an app finds. The position is that of the action. */
export interface OptionSearch extends Position {
  readonly slot: string;
  /** Name of the action in the slot's connector. */
  readonly action: string;
  readonly actionPosition: Position;
  /** Its datapills see `query` and `parameters`. */
  readonly input: readonly InputValue[];
  /** Its datapill sees `answer`, too: what the action gives. */
  readonly list: Datapill;
  /** The datapills of both see `option`, too: one item of the list. */
  readonly label: Template;
  readonly value: Template;
  /** Characters that must be typed before the app is asked. */
  readonly minQuery: number;
}

/** What a value must be beyond its type. Lengths are in characters. */
export interface Validation {
  /** The whole text fits it. */
  readonly pattern?: RegExp;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** Of a file. */
  readonly maxBytes?: number;
  /** Ends of names (`pdf`) and media types (`image/*`) of files, in lower case. */
  readonly types?: readonly string[];
  readonly message?: string;
}

export interface Parameter extends Position {
  readonly name: string;
  /** `date` is `2026-12-24`, `time` is `14:30`, `user` is `{ id, name, email? }`, `file` a `FileValue`. */
  readonly type: 'string' | 'text' | 'number' | 'boolean' | 'date' | 'time' | 'select' | 'user' | 'file';
  readonly options?: readonly ParameterOption[];
  /** In place of `options`. */
  readonly search?: OptionSearch;
  readonly validation?: Validation;
  /** The question, e.g. `Which account?`. */
  readonly prompt: string;
  readonly hint?: string;
  readonly example?: string;
  readonly optional: boolean;
  readonly default?: string | number | boolean;
  /** Neither asked for nor shown; its value comes from a button. */
  readonly hidden: boolean;
}

import type { Position } from './problem.js';

/** What datapills can see, by the first name of their path. Plain JSON values only. */
export type DatapillData = Readonly<Record<string, unknown>>;

/** One compiled `{{ … }}`. */
export interface Datapill {
  /** The expression as it was written, without the braces. */
  readonly source: string;
  readonly position: Position;
  /** Paths that the expression reads from the root of the data, for checking: `['parameters', 'account']`. */
  readonly references: readonly (readonly string[])[];
}

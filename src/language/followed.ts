import type { Shape } from './data-shape.js';
import type { NeverEqual } from './never-equal.js';

/** A name that an expression asks of something that certainly has none of that name. */
export interface AbsentName {
  /** Names from the root to what was asked, where the way to it is made of names only. */
  readonly of?: readonly string[];
  readonly name: string;
  readonly known: readonly string[];
  /** Where the name stands in the expression, counted from 0; absent where that is not certain. */
  readonly offset?: number;
}

/** Something that an expression reads, by its names from the root of the data. */
export interface Read {
  readonly path: readonly string[];
  /** Where the first of the names stands that are written together. */
  readonly offset?: number;
}

/** What is known of an expression without its data. */
export interface Followed {
  /** What the expression gives; `any` where that cannot be told. */
  readonly shape: Shape;
  /** What one of its items is where it gives a list, else the whole. */
  readonly item: Shape;
  readonly absent: readonly AbsentName[];
  readonly reads: readonly Read[];
  readonly neverEqual: readonly NeverEqual[];
  /** True when the expression itself asks whether something is there. */
  readonly isHedged: boolean;
}

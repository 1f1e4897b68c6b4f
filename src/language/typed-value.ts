import { ANY, type Shape } from './data-shape.js';

/** What is known of a value on its way through an expression. */
export interface Typed {
  readonly shape: Shape;
  /** True: there may be several of them, one, or none, as JSONata's sequences are. */
  readonly isMany: boolean;
  /** Its names from the root of the data, where it was reached by names only. */
  readonly origin?: readonly string[];
}

export const UNKNOWN: Typed = { shape: ANY, isMany: true };

/** What one of several is. */
export function itemOf(value: Typed): Typed {
  let { shape, isMany } = value;
  while (shape.kind === 'list') {
    shape = shape.item;
    isMany = true;
  }
  return { ...value, shape, isMany };
}

/** What is known of it as a whole, and of one of its items. */
export function resultOf(value: Typed): { readonly shape: Shape; readonly item: Shape } {
  return { shape: value.isMany ? ANY : value.shape, item: itemOf(value).shape };
}

/** `T` with every key written, also those that may be absent: whoever writes an object out cannot forget one that is added later. */
export type Complete<T> = { readonly [Key in keyof Required<T>]: T[Key] };

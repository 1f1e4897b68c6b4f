import type { Secret } from './secret.js';

/** A key of ours as a KMS has wrapped it with one of its own. */
export interface WrappedKey {
  /** The KMS's own key, as exactly as it must be named to unwrap later, also after it was rotated there. */
  readonly by: string;
  /** What the KMS gave. */
  readonly wrapped: string;
}

/**
 * A key management service: it wraps keys of ours with a key that never leaves it. Used once at start and when a key is made,
 * never on the way of a command. What it refuses, or what was wrapped elsewhere, is `config.invalid` with what to do; when it
 * cannot be reached after some tries, `keys.unavailable`. Neither has anything of a key or of the foreign error's text.
 */
export interface KeyWrapping {
  /** Wraps with the key `by`. `id` is the name of our key; where the KMS can bind it to the wrapped form, it does. */
  wrap(id: string, key: Secret<Buffer>, by: string): Promise<WrappedKey>;
  unwrap(id: string, key: WrappedKey): Promise<Secret<Buffer>>;
}

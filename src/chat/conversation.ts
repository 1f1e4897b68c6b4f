import type { Platform } from './chat-user.js';

/** JSON that only the adapter of the platform reads: channel and thread ids, service URL, response URL. */
export type Address = Readonly<Record<string, string | number | boolean | null>>;

/** Where something was said, so that an answer can go there later, also after a restart. */
export interface ConversationRef {
  readonly platform: Platform;
  /** `direct`: only the person and the bot are in it. */
  readonly kind: 'direct' | 'channel';
  readonly address: Address;
}

/** A message that the bot sent and can replace. */
export interface MessageRef {
  readonly platform: Platform;
  readonly address: Address;
}

import { isPlatform, type Platform } from './chat-user.js';

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

/** True for what was a conversation before it was stored as JSON. */
export function isConversationRef(value: unknown): value is ConversationRef {
  if (typeof value !== 'object' || value === null) return false;
  if (!('platform' in value) || !('kind' in value) || !('address' in value)) return false;
  const { address, kind, platform } = value;
  return (
    typeof platform === 'string' &&
    isPlatform(platform) &&
    (kind === 'direct' || kind === 'channel') &&
    typeof address === 'object' &&
    address !== null
  );
}

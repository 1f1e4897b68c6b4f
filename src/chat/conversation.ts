import { z } from 'zod';
import { isPlatform, type Platform } from './chat-user.js';

/** JSON that only the adapter of the platform reads: channel and thread ids, service URL, response URL. */
export type Address = Readonly<Record<string, string | number | boolean | null>>;

/** Where something was said, so that an answer can go there later, also after a restart. */
export interface ConversationRef {
  readonly platform: Platform;
  /** `direct`: only the person and the bot are in it. */
  readonly kind: 'direct' | 'channel';
  readonly address: Address;
  /** Of a channel where nobody else saw what was asked: answers are for the person alone, unless the recipe says otherwise. */
  readonly unseen?: true | undefined;
}

/** A conversation as records keep it. */
export const StoredConversation = z.object({
  platform: z.enum(['slack', 'teams']),
  kind: z.enum(['direct', 'channel']),
  address: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  unseen: z.literal(true).optional(),
});

/** What records keep of a conversation. */
export function toStored({ address, kind, platform, unseen }: ConversationRef): z.infer<typeof StoredConversation> {
  return { platform, kind, address, ...(unseen ? { unseen } : {}) };
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

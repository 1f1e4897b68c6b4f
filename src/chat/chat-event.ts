import type { ChatUser } from './chat-user.js';
import type { ConversationRef, MessageRef } from './conversation.js';

interface EventBase {
  /** The platform's own id of the event or click, unique per platform and tenant: what deduplication is keyed by. */
  readonly id: string;
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
}

/** Somebody wrote to the bot. The bot's own mention is removed, entities are decoded, spaces are normal. */
export interface TextEvent extends EventBase {
  readonly kind: 'text';
  readonly text: string;
}

/** Somebody pressed a button of ours. `values` holds the picklists of that message. */
export interface ActionEvent extends EventBase {
  readonly kind: 'action';
  readonly token: string;
  readonly values: Readonly<Record<string, string>>;
  /** The message that holds the button, for editing it in place. */
  readonly message?: MessageRef;
}

/**
 * The chat client itself hands us the code that our login page gave it, as the person signed in to it
 * (Teams `signin/verifyState`). `code` is `CancelledByUser` when the window was closed.
 */
export interface SignInEvent extends EventBase {
  readonly kind: 'sign-in';
  readonly code: string;
}

export type ChatEvent = TextEvent | ActionEvent | SignInEvent;

/**
 * Takes an event in. Resolves when it is safe to acknowledge: what must not be lost is durable then. Work goes on after.
 * Rejects only when nothing was kept and nobody could be told, so that the platform should deliver it again.
 */
export type ChatEventHandler = (event: ChatEvent) => Promise<void>;

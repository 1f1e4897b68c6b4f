import type { ChatEvent, FormEvent } from '../../../src/chat/chat-event.js';
import type { ChatUser, ChatUserProfile } from '../../../src/chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../../../src/chat/conversation.js';
import type { Form } from '../../../src/chat/form.js';
import type { Message } from '../../../src/chat/message.js';

/** What the killed process is started with. */
export interface CrashEnvironment {
  readonly dataDir: string;
  readonly configDir: string;
  readonly publicUrl: string;
  /** For `connections.yaml`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly key: string;
  /** Its clock is ahead by this much. */
  readonly offsetMs: number;
  /** Method of a store that never comes back. */
  readonly hangAt?: string;
}

/** An event without what only a process of its own can do. */
export type SentEvent = Exclude<ChatEvent, { kind: 'form' | 'options' }> | Omit<FormEvent, 'refuseInTime'>;

export type ChatCall =
  | { readonly do: 'post'; readonly to: ConversationRef; readonly message: Message }
  | { readonly do: 'postPrivately'; readonly to: ConversationRef; readonly user: ChatUser; readonly message: Message }
  | { readonly do: 'update'; readonly ref: MessageRef; readonly message: Message }
  | { readonly do: 'describeUser'; readonly user: ChatUser }
  | { readonly do: 'openForm'; readonly form: Form };

export type ToChild =
  /** `takesForm`: the platform opens a form now. */
  | { readonly kind: 'event'; readonly id: number; readonly event: SentEvent; readonly takesForm?: boolean }
  /** Asks how many jobs sleep. */
  | { readonly kind: 'asleep'; readonly id: number }
  | { readonly kind: 'begin-login'; readonly id: number; readonly token: string }
  | {
      readonly kind: 'complete-login';
      readonly id: number;
      readonly connection: string;
      readonly query: string;
      readonly cookie: string;
    }
  | ChatAnswer;

/** A message's reference, or what the chat says of a person. */
export interface ChatAnswer {
  readonly kind: 'chat-answer';
  readonly id: number;
  readonly ref?: MessageRef;
  readonly profile?: ChatUserProfile;
}

export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly kind: 'chat'; readonly id: number; readonly call: ChatCall };

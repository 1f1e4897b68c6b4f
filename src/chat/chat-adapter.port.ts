import type { HttpRoute } from '../kernel/http.js';
import type { ChatEventHandler } from './chat-event.js';
import type { ChatFiles } from './chat-file.js';
import type { ChatUser, ChatUserProfile, Outsider, Platform } from './chat-user.js';
import type { ConversationRef, MessageRef } from './conversation.js';
import type { HomePage } from './home-page.port.js';
import type { LifecycleHandler } from './lifecycle-event.js';
import type { LongMessages } from './long-messages.port.js';
import type { Message } from './message.js';
import type { SilentSignIn } from './silent-sign-in.port.js';
import type { WorkingSign } from './working-sign.port.js';

export interface PostOptions {
  /** Answers in a thread below the message that asked. */
  readonly thread?: boolean;
}

/** Whether events of such people are wanted. */
export type Admits = (outsider: Outsider) => boolean;

/**
 * A chat platform as the service sees it. The adapter verifies each request (signature or token, tenant), drops what bots
 * wrote, turns the rest into {@link ChatEvent}s, and acknowledges once the handler has resolved, within the platform's limit.
 *
 * Failures to deliver are `chat.delivery_failed`. Ephemeral or lost messages fall back to a direct message inside the adapter.
 */
export interface ChatAdapter {
  readonly platform: Platform;
  /** Paths that the platform calls, for the one HTTP server. */
  readonly routes: readonly HttpRoute[];
  /**
   * Present where a login runs in the chat client's own pop-up: scripts (served by `routes`) that hand the code in
   * `<body data-login-code="…">` to the client, which sends it back as a {@link SignInEvent}.
   */
  readonly popUpScripts?: readonly string[];
  /** True where what is said to one person of a channel stands in their own chat with the bot. */
  readonly asidesInOwnChat?: boolean;
  /** Absent where the platform has none. */
  readonly workingSign?: WorkingSign;
  /** Absent where the platform has none. */
  readonly home?: HomePage;
  /** Absent where the platform's clients do not vouch for people, or are not set up to. */
  readonly silentSignIn?: SilentSignIn;
  /**
   * Turns away who is no full member, except where `admits` says otherwise at that moment; of those `person` tells.
   * `onLifecycle` is told of people and workspaces that leave or come back.
   */
  start(handler: ChatEventHandler, admits?: Admits, onLifecycle?: LifecycleHandler): Promise<void>;
  /** What people send along. */
  readonly files: ChatFiles;
  readonly long: LongMessages;
  stop(): Promise<void>;
  /**
   * Says something for everybody in the conversation (and thread). With `thread`, under the message that was answered, where
   * the platform has threads there.
   */
  post(to: ConversationRef, message: Message, options?: PostOptions): Promise<MessageRef>;
  /** Says something that only this person sees: in place where the platform can, else in the direct message. */
  postPrivately(to: ConversationRef, user: ChatUser, message: Message): Promise<MessageRef>;
  /** Replaces a message. Where that is not possible any more, posts anew to the same place and person. */
  update(ref: MessageRef, message: Message): Promise<MessageRef>;
  /** The platform's own id of the channel or chat, without any thread in it. */
  channelOf(conversation: ConversationRef): string;
  /**
   * Whether the person is in a group that the workspace of the conversation keeps (Slack: user group). Absent where the platform has none.
   * @throws BehalfError `chat.delivery_failed`
   */
  isInGroup?(user: ChatUser, group: string, conversation: ConversationRef): Promise<boolean>;
  describeUser(user: ChatUser, conversation: ConversationRef): Promise<ChatUserProfile>;
}

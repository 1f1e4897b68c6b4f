import { EventEmitter } from 'node:events';

/** The two chat platforms that the playground imitates. */
export type PlaygroundPlatform = 'slack' | 'teams';

/** A file that hangs on a message. */
export interface PlaygroundFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** One message as a person would see it in the client. `native` is what the bot sent: Block Kit or an activity. */
export interface PlaygroundMessage {
  readonly id: string;
  readonly author: string;
  readonly at: number;
  readonly text: string;
  readonly native?: unknown;
  /** Set when only this person may see it (Slack ephemeral). */
  readonly onlyFor?: string;
  readonly edited?: boolean;
  readonly threadId?: string;
  /** What somebody sent along. */
  readonly files?: readonly PlaygroundFile[];
}

export interface PlaygroundConversation {
  readonly id: string;
  readonly platform: PlaygroundPlatform;
  /** `group`: a group direct message in Slack, a group chat in Teams. */
  readonly kind: 'direct' | 'channel' | 'group';
  readonly title: string;
  /** Ids of the people in it (see people.ts). */
  readonly people: readonly string[];
  readonly messages: readonly PlaygroundMessage[];
}

/** What the emulated clients show. Emits `change` with the conversation's id after every change. */
export class Conversations extends EventEmitter<{ change: [string] }> {
  readonly #byId = new Map<string, PlaygroundConversation>();

  open(conversation: Omit<PlaygroundConversation, 'messages'>): PlaygroundConversation {
    const opened = this.#byId.get(conversation.id) ?? { ...conversation, messages: [] };
    this.#byId.set(conversation.id, opened);
    return opened;
  }

  all(): PlaygroundConversation[] {
    return [...this.#byId.values()];
  }

  get(id: string): PlaygroundConversation | undefined {
    return this.#byId.get(id);
  }

  add(conversationId: string, message: PlaygroundMessage): void {
    this.#change(conversationId, (messages) => [...messages, message]);
  }

  /** Replaces a message in place; false when there is no such message. */
  replace(conversationId: string, messageId: string, change: Partial<PlaygroundMessage>): boolean {
    let found = false;
    this.#change(conversationId, (messages) =>
      messages.map((message) => {
        if (message.id !== messageId) return message;
        found = true;
        return { ...message, ...change, edited: true };
      }),
    );
    return found;
  }

  remove(conversationId: string, messageId: string): void {
    this.#change(conversationId, (messages) => messages.filter((message) => message.id !== messageId));
  }

  #change(
    conversationId: string,
    change: (messages: readonly PlaygroundMessage[]) => readonly PlaygroundMessage[],
  ): void {
    const conversation = this.#byId.get(conversationId);
    if (!conversation) return;
    this.#byId.set(conversationId, { ...conversation, messages: change(conversation.messages) });
    this.emit('change', conversationId);
  }
}

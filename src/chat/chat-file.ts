import type { ChatUser } from './chat-user.js';
import type { Address } from './conversation.js';

/** A file that somebody sent along. Its content stays on the platform until it is wanted. */
export interface ChatFile {
  /** What the adapter finds the content by, also later and in another process. May let its holder read it: kept sealed. */
  readonly reference: Address;
  /** As the person named it. */
  readonly name: string;
  /** As the platform says; nobody has looked into the file. */
  readonly mimeType: string;
  /** Bytes, where the platform says so. */
  readonly size?: number;
  /**
   * Why the content can never be read: it is but a link to another place, is gone, or is in a place where the platform lets
   * the bot read none.
   */
  readonly unreadable?: 'link' | 'gone' | 'only_in_own_chat';
}

export interface ReadLimits {
  /** Most bytes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

/** The files of a chat platform. */
export interface ChatFiles {
  /** True where a form can take files: then a `FormEvent` has them. */
  readonly inForms: boolean;
  /**
   * Reads a file anew, bounded, from the platform's own hosts alone.
   * @throws BehalfError `chat.file_gone`, `chat.file_too_large`, `chat.file_forbidden`, `chat.file_unavailable`
   */
  read(user: ChatUser, file: ChatFile, limits: ReadLimits): Promise<Uint8Array>;
}

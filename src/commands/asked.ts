import type { Mention } from '../chat/chat-event.js';
import type { ChatFile } from '../chat/chat-file.js';
import type { ChatUser, Outsider } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import { joinKey } from '../kernel/ids.js';

/** Who asked for something, where, and with what: what is the same of every event that starts a command or goes on with one. */
export interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  /** Of the event. */
  readonly id: string;
  readonly person?: Outsider | undefined;
  readonly timeZone?: string | undefined;
  readonly locale?: string | undefined;
  readonly mentions?: readonly Mention[] | undefined;
  readonly files?: readonly ChatFile[] | undefined;
}

/** The same event may be delivered again; the claim on it is made together with the job. */
export function eventKey({ id, user }: Asked): string {
  return joinKey(user.platform, user.tenantId, id);
}

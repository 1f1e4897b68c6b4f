import type { ChatUserProfile } from '../chat/chat-user.js';
import type { MessageRef } from '../chat/conversation.js';
import type { Message } from '../chat/message.js';
import type { RenderedReply } from '../recipes/render-reply.js';
import type { AskDelivery, DeliveredAsk } from './deliver-ask.js';
import type { DeliveredReply, Delivery } from './deliver-reply.js';
import type { Answer, OpenAsk, SaidRef } from './job.js';
import type { ConnectedApp } from './login-prompts.js';
import type { MissingLogin } from './resolve-connections.js';

/** How a job speaks to whoever started it. */
export interface JobVoice {
  /** True: whoever started it waits in front of a conversation, so that also a job with nothing to say says that it is done. */
  readonly isWaitedFor: boolean;
  profile(): Promise<ChatUserProfile>;
  say(reply: RenderedReply, delivery: Delivery): Promise<DeliveredReply<SaidRef>>;
  ask(asking: OpenAsk, delivery: AskDelivery): Promise<DeliveredAsk>;
  /** Takes the buttons off a question and says what became of it. */
  closeAsk(asking: OpenAsk, answer: Answer): Promise<void>;
  /** Says what has to be logged in to, and `connected` what is. */
  askForLogins(missing: readonly MissingLogin[], connected: readonly ConnectedApp[]): Promise<MessageRef>;
  /** Says privately what happens beside the steps, in a message that the next private one replaces; nothing where nobody waits. */
  notice(message: Message): Promise<MessageRef | undefined>;
  lastWord(message: Message): Promise<void>;
  /** Lets whoever waits see that the bot is at work, for as long as `work` takes. */
  whileAtWork<T>(work: () => Promise<T>): Promise<T>;
}

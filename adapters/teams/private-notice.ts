import { type Message, textMessage } from '../../src/chat/message.js';
import type { Texts } from '../../src/texts/english.js';

/**
 * Stands in the conversation while something private waits. Names neither the person nor the subject.
 * https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-application
 */
export function waitingNotice(installUrl: string, { chat }: Texts): Message {
  const message = textMessage(chat.privateWaits);
  const buttons = [{ kind: 'link' as const, label: chat.addMe, url: installUrl }];
  return { ...message, blocks: [...message.blocks, { kind: 'buttons', buttons }] };
}

/** Takes its place when that has been delivered. */
export function sentNotice({ chat }: Texts): Message {
  return textMessage(chat.privateSent);
}

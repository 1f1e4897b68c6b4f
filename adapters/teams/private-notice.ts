import type { Message } from '../../src/chat/message.js';

const WORDS =
  "I have something that only the person who asked should see, and I'm not in a chat with them yet. Add me, and I'll send it there.";
const SENT = "I've sent it in the chat with me.";

/**
 * Stands in the conversation while something private waits. Names neither the person nor the subject.
 * https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-application
 */
export function waitingNotice(installUrl: string): Message {
  return {
    fallback: WORDS,
    blocks: [
      { kind: 'text', text: [{ text: WORDS }] },
      { kind: 'buttons', buttons: [{ kind: 'link', label: 'Add me', url: installUrl }] },
    ],
  };
}

/** Takes its place when that has been delivered. */
export function sentNotice(): Message {
  return { fallback: SENT, blocks: [{ kind: 'text', text: [{ text: SENT }] }] };
}

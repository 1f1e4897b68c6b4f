import type { Conversations, PlaygroundConversation, PlaygroundMessage } from '../conversations.js';

export type FoundMessage = PlaygroundMessage & { readonly conversation: PlaygroundConversation };

/** What stands in all of Slack, a line a message: for errors. */
function transcript(conversations: Conversations): string {
  return conversations
    .all()
    .filter((conversation) => conversation.platform === 'slack')
    .flatMap(({ title, id, messages }) => messages.map((m) => `${title} (${id}) ${m.id} ${m.author}: ${m.text}`))
    .join('\n');
}

/** The first message that fits, now or later; rejects after `timeoutMs` with what there is instead. */
export async function waitForMessage(
  conversations: Conversations,
  predicate: (message: FoundMessage) => boolean,
  { timeoutMs = 5000, after = '' }: { readonly timeoutMs?: number; readonly after?: string } = {},
): Promise<FoundMessage> {
  const find = (): FoundMessage | undefined =>
    conversations
      .all()
      .filter((conversation) => conversation.platform === 'slack')
      .flatMap((conversation) => conversation.messages.map((message) => ({ ...message, conversation })))
      .filter((message) => message.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .find(predicate);
  const there = find();
  if (there) return there;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      conversations.off('change', look);
      settle();
    };
    const look = (): void => {
      const found = find();
      if (found) end(() => resolve(found));
    };
    const timer = setTimeout(() => {
      end(() => reject(new Error(`no such message within ${timeoutMs} ms; there is:\n${transcript(conversations)}`)));
    }, timeoutMs);
    conversations.on('change', look);
  });
}

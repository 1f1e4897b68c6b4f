import { useState } from 'react';
import type { PlaygroundConversation, PlaygroundMessage } from './api.js';
import { Composer } from './composer.js';
import type { ListProps } from './content-props.js';
import { MessageItem } from './message-item.js';

interface MessageThread {
  readonly root: PlaygroundMessage;
  readonly replies: readonly PlaygroundMessage[];
}

/** Messages in order, each with its replies. A reply whose root is gone stands by itself. */
export function threadsOf(messages: readonly PlaygroundMessage[]): readonly MessageThread[] {
  const known = new Set(messages.map(({ id }) => id));
  const isReply = ({ id, threadId }: PlaygroundMessage): boolean =>
    threadId !== undefined && threadId !== id && known.has(threadId);
  return messages
    .filter((message) => !isReply(message))
    .map((root) => ({ root, replies: messages.filter((one) => isReply(one) && one.threadId === root.id) }));
}

/** Slack has threads everywhere, but not below what only one person sees; Teams has them in channels. */
export function canReply({ kind, platform }: PlaygroundConversation, root: PlaygroundMessage): boolean {
  return platform === 'slack' ? root.onlyFor === undefined : kind === 'channel';
}

interface ThreadProps extends ListProps {
  readonly root: PlaygroundMessage;
  readonly replies: readonly PlaygroundMessage[];
  readonly mayReply: boolean;
  readonly isReplying: boolean;
  readonly onReplying: (on: boolean) => void;
}

/** The replies to a message, and where to write one. */
export function Thread(props: ThreadProps) {
  const { conversation, isReplying, mayReply, onReplying, onSend, onShortcut, onToast, replies, root, state } = props;
  const place = { conversation: conversation.id, thread: root.id };
  const [isFolded, setFolded] = useState(false);
  const count = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`;
  return (
    <li className="thread">
      {replies.length > 0 && (
        <button
          type="button"
          className="thread-count"
          aria-expanded={!isFolded}
          onClick={() => setFolded((folded) => !folded)}
        >
          {count}
        </button>
      )}
      {!isFolded && (
        <ol>
          {replies.map((message) => (
            <MessageItem key={message.id} {...props} message={message} onReply={undefined} />
          ))}
        </ol>
      )}
      {isReplying && mayReply && (
        <Composer
          conversation={conversation}
          inThread
          label="Reply in the thread"
          placeholder={conversation.kind === 'direct' ? 'Reply…' : 'Reply or @Behalf'}
          entries={state.entries}
          onSend={(text, files) => onSend(place, text, files)}
          onShortcut={(shortcut) => onShortcut(shortcut, place)}
          onToast={onToast}
          onLeave={() => onReplying(false)}
        />
      )}
      {!isReplying && mayReply && !isFolded && (
        <button type="button" className="thread-reply" onClick={() => onReplying(true)}>
          Reply
        </button>
      )}
    </li>
  );
}

import { useLayoutEffect, useMemo, useRef } from 'react';
import type { Person, PersonApi, PlaygroundConversation, PlaygroundMessage, PlaygroundState } from './api.js';
import { EyeIcon } from './icons.js';
import { Avatar } from './people.js';
import { SlackContent } from './slack-content.js';
import { TeamsContent } from './teams-content.js';

interface ListProps {
  readonly conversation: PlaygroundConversation;
  readonly state: PlaygroundState;
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
}

/** Messages in order, replies right after the message that they answer. */
function threaded(messages: readonly PlaygroundMessage[]): readonly PlaygroundMessage[] {
  const known = new Set(messages.map(({ id }) => id));
  const isReply = ({ id, threadId }: PlaygroundMessage): boolean =>
    threadId !== undefined && threadId !== id && known.has(threadId);
  return messages
    .filter((message) => !isReply(message))
    .flatMap((root) => [root, ...messages.filter((message) => isReply(message) && message.threadId === root.id)]);
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** Keeps the end of a list in view when something is added or grows. */
function useFollow(signature: string) {
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for what is in the list.
  useLayoutEffect(() => {
    const element = list.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [signature]);
  return list;
}

export function MessageList({ conversation, state, api, onToast }: ListProps) {
  const { messages, title, platform } = conversation;
  const ordered = useMemo(() => threaded(messages), [messages]);
  const list = useFollow(JSON.stringify(messages));
  const hint =
    conversation.kind === 'channel'
      ? 'Everybody at Acme reads this channel. The bot listens when you mention it with @Behalf.'
      : 'This is your direct message with the bot. Say help, or try one of the suggestions below.';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <ol className="messages" ref={list} tabIndex={0} aria-label={`Messages in ${title}`}>
      {ordered.length === 0 && (
        <li className="welcome">
          <Avatar />
          <p>{hint}</p>
        </li>
      )}
      {ordered.map((message) => {
        const author = state.people.find(({ id }) => id === message.author);
        const Content = platform === 'slack' ? SlackContent : TeamsContent;
        return (
          <MessageFrame key={message.id} message={message} author={author} own={author?.id === state.person.id}>
            <Content message={message} author={author} conversation={conversation} api={api} onToast={onToast} />
          </MessageFrame>
        );
      })}
    </ol>
  );
}

interface FrameProps {
  readonly message: PlaygroundMessage;
  readonly author: Person | undefined;
  readonly own: boolean;
  readonly children: React.ReactNode;
}

function MessageFrame({ message, author, own, children }: FrameProps) {
  const kinds = [
    'message',
    own ? 'message-own' : '',
    author ? '' : 'message-bot',
    message.threadId !== undefined && message.threadId !== message.id ? 'message-reply' : '',
    message.onlyFor === undefined ? '' : 'message-private',
  ];
  return (
    <li className={kinds.filter((kind) => kind !== '').join(' ')} data-message={message.id}>
      <Avatar person={author} />
      <div className="message-main">
        {message.onlyFor !== undefined && (
          <p className="only-you">
            <EyeIcon /> Only visible to you
          </p>
        )}
        <p className="message-head">
          <strong>{author?.name ?? 'Behalf'}</strong>
          {!author && <span className="app-badge">App</span>}
          <time dateTime={new Date(message.at).toISOString()}>{clock(message.at)}</time>
        </p>
        <div className="message-body">{children}</div>
      </div>
    </li>
  );
}

export interface ContentProps {
  readonly message: PlaygroundMessage;
  readonly author: Person | undefined;
  readonly conversation: PlaygroundConversation;
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
}

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

/** How far from the end somebody still reads along. */
const NEAR_PX = 120;

/** Keeps the end of a list in view while it grows, unless the person has scrolled up. */
function useFollow() {
  const view = useRef<HTMLElement>(null);
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    const { current: frame } = view;
    if (!frame || !list.current) return;
    let following = true;
    let before = 0;
    const note = (): void => {
      const fromEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight;
      // Only people scroll up; a list that grew is merely not followed yet.
      if (fromEnd < NEAR_PX) following = true;
      else if (frame.scrollTop < before) following = false;
      before = frame.scrollTop;
    };
    const observer = new ResizeObserver(() => {
      if (following) frame.scrollTop = frame.scrollHeight;
    });
    observer.observe(list.current);
    observer.observe(frame);
    frame.addEventListener('scroll', note);
    return () => {
      observer.disconnect();
      frame.removeEventListener('scroll', note);
    };
  }, []);
  return { view, list };
}

export function MessageList({ conversation, state, api, onToast }: ListProps) {
  const { messages, title, platform } = conversation;
  const ordered = useMemo(() => threaded(messages), [messages]);
  const { view, list } = useFollow();
  const Content = platform === 'slack' ? SlackContent : TeamsContent;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="messages" ref={view} tabIndex={0} aria-label={`Messages in ${title} (${platform})`}>
      {ordered.length === 0 && <Welcome conversation={conversation} />}
      <ol ref={list} aria-live="polite">
        {ordered.map((message) => {
          const author = state.people.find(({ id }) => id === message.author);
          return (
            <MessageFrame key={message.id} message={message} author={author} own={author?.id === state.person.id}>
              <Content message={message} author={author} conversation={conversation} api={api} onToast={onToast} />
            </MessageFrame>
          );
        })}
      </ol>
    </section>
  );
}

/** What an empty conversation shows. */
function Welcome({ conversation }: { readonly conversation: PlaygroundConversation }) {
  const inChannel = conversation.kind === 'channel';
  return (
    <div className="welcome">
      <Avatar />
      <h3>{inChannel ? `Everybody at Acme reads ${conversation.title}` : 'Ask Behalf for something'}</h3>
      <p>
        {inChannel
          ? 'The bot listens when you write @Behalf. What concerns only you, it tells only you.'
          : 'The first time, it asks you to log in to the app. Then it works there as you, and the records on the right say so.'}
      </p>
    </div>
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

import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { PlaygroundConversation } from './api.js';
import type { ListProps } from './content-props.js';
import { MessageItem } from './message-item.js';
import { Avatar } from './people.js';
import { canReply, Thread, threadsOf } from './threads.js';

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
      // What an empty conversation shows begins at its top.
      if (following && list.current?.childElementCount) frame.scrollTop = frame.scrollHeight;
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

/** The messages of one conversation, replies below the message that they answer. */
export function MessageList(props: ListProps) {
  const { conversation } = props;
  const { messages, title, platform } = conversation;
  const threads = useMemo(() => threadsOf(messages), [messages]);
  const [replyingTo, setReplyingTo] = useState('');
  const { view, list } = useFollow();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="messages" ref={view} tabIndex={0} aria-label={`Messages in ${title} (${platform})`}>
      {threads.length === 0 && <Welcome conversation={conversation} />}
      <ol ref={list} aria-live="polite">
        {threads.flatMap(({ root, replies }) => {
          const isOpen = replies.length > 0 || replyingTo === root.id;
          const mayReply = canReply(conversation, root);
          const reply = mayReply && !isOpen ? () => setReplyingTo(root.id) : undefined;
          const item = <MessageItem key={root.id} {...props} message={root} onReply={reply} />;
          if (!isOpen) return [item];
          const thread = (
            <Thread
              key={`thread ${root.id}`}
              {...props}
              root={root}
              replies={replies}
              mayReply={mayReply}
              isReplying={replyingTo === root.id}
              onReplying={(on) => setReplyingTo(on ? root.id : '')}
            />
          );
          return [item, thread];
        })}
      </ol>
    </section>
  );
}

const WELCOMES: Readonly<Record<PlaygroundConversation['kind'], (title: string) => readonly [string, string]>> = {
  direct: () => [
    'Ask Behalf for something',
    'The first time, it asks you to log in to the app. Then it works there as you, and its records say so.',
  ],
  channel: (title) => [
    `Everybody at Acme reads ${title}`,
    'The bot listens when you write @Behalf. What concerns only you, it tells only you.',
  ],
  group: () => [
    'A few people and the bot',
    'It listens when you write @Behalf. What concerns only you, it tells only you.',
  ],
};

/** What an empty conversation shows. */
function Welcome({ conversation }: { readonly conversation: PlaygroundConversation }) {
  const [heading, text] = WELCOMES[conversation.kind](conversation.title);
  return (
    <div className="welcome">
      <Avatar />
      <h3>{heading}</h3>
      <p>{text}</p>
    </div>
  );
}

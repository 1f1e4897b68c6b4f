import type { PersonApi, PlaygroundConversation, PlaygroundMessage, PlaygroundState } from './api.js';
import { SentFiles } from './attachments.js';
import { EyeIcon, ReplyIcon } from './icons.js';
import { Avatar } from './people.js';
import { SlackContent } from './slack-content.js';
import { TeamsContent } from './teams-content.js';

interface ItemProps {
  readonly message: PlaygroundMessage;
  readonly conversation: PlaygroundConversation;
  readonly state: PlaygroundState;
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
  /** Begins a reply in the thread of this message; absent where there is none to begin. */
  readonly onReply?: (() => void) | undefined;
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** One message with who wrote it, and what can be done with it. */
export function MessageItem({ message, conversation, state, api, onToast, onReply }: ItemProps) {
  const author = state.people.find(({ id }) => id === message.author);
  const Content = conversation.platform === 'slack' ? SlackContent : TeamsContent;
  const kinds = [
    'message',
    author?.id === state.person.id ? 'message-own' : '',
    author ? '' : 'message-bot',
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
          {!author && <span className="badge">App</span>}
          {author?.isGuest && <span className="badge">Guest</span>}
          <time dateTime={new Date(message.at).toISOString()}>{clock(message.at)}</time>
        </p>
        <div className="message-body">
          <Content message={message} author={author} conversation={conversation} api={api} onToast={onToast} />
          {message.files && <SentFiles files={message.files} />}
        </div>
      </div>
      {onReply && (
        <div className="message-tools">
          <button type="button" className="tool" aria-label="Reply in thread" title="Reply in thread" onClick={onReply}>
            <ReplyIcon />
          </button>
        </div>
      )}
    </li>
  );
}

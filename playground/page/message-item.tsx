import type { PlaygroundMessage } from './api.js';
import { SentFiles } from './attachments.js';
import type { ListProps } from './content-props.js';
import { EyeIcon, MoreIcon, ReplyIcon } from './icons.js';
import { Avatar } from './people.js';
import { ShortcutMenu } from './shortcut-menu.js';
import { SlackContent } from './slack-content.js';
import { TeamsContent } from './teams-content.js';

interface ItemProps extends Omit<ListProps, 'onSend'> {
  readonly message: PlaygroundMessage;
  /** Begins a reply in the thread of this message; absent where there is none to begin. */
  readonly onReply?: (() => void) | undefined;
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** One message with who wrote it, and what can be done with it. */
export function MessageItem({ message, conversation, state, api, onToast, onReply, onShortcut }: ItemProps) {
  const author = state.people.find(({ id }) => id === message.author);
  const Content = conversation.platform === 'slack' ? SlackContent : TeamsContent;
  // The chats have none in the menus of messages that one person sees.
  const shortcuts =
    message.onlyFor === undefined ? state.entries.shortcuts.filter(({ kind }) => kind === 'message') : [];
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
      {(onReply || shortcuts.length > 0) && (
        <div className="message-tools">
          {onReply && (
            <button
              type="button"
              className="tool"
              aria-label="Reply in thread"
              title="Reply in thread"
              onClick={onReply}
            >
              <ReplyIcon />
            </button>
          )}
          <ShortcutMenu
            label="More actions"
            icon={<MoreIcon />}
            shortcuts={shortcuts}
            onChoose={(shortcut) => onShortcut(shortcut, { conversation: conversation.id }, message.id)}
          />
        </div>
      )}
    </li>
  );
}

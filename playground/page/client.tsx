import { useEffect, useMemo, useState } from 'react';
import type { PersonApi, PlaygroundConversation, PlaygroundPlatform, PlaygroundState } from './api.js';
import { Composer } from './composer.js';
import { ChannelIcon, DirectIcon } from './icons.js';
import { MessageList } from './message-list.js';
import { messageOf } from './values.js';

interface ClientProps {
  readonly platform: PlaygroundPlatform;
  readonly state: PlaygroundState;
  readonly api: PersonApi;
}

const NAMES: Readonly<Record<PlaygroundPlatform, string>> = { slack: 'Slack', teams: 'Microsoft Teams' };
const TOAST_MS = 6000;

function directFirst(a: PlaygroundConversation, b: PlaygroundConversation): number {
  return Number(a.kind === 'channel') - Number(b.kind === 'channel');
}

/** Ids of the newest message that was read, by conversation: what is newer makes a dot. */
function useUnread(conversations: readonly PlaygroundConversation[], open: string): (id: string) => boolean {
  const newest = useMemo(
    () => Object.fromEntries(conversations.map(({ id, messages }) => [id, messages.at(-1)?.id ?? ''])),
    [conversations],
  );
  const [read, setRead] = useState(newest);
  useEffect(() => setRead((before) => ({ ...before, [open]: newest[open] ?? '' })), [newest, open]);
  return (id) => id !== open && (newest[id] ?? '') !== (read[id] ?? '');
}

/** One chat client of one person: the conversations as tabs, the messages, and where to type. */
export function ChatClient({ platform, state, api }: ClientProps) {
  const conversations = useMemo(
    () => state.conversations.filter((one) => one.platform === platform).sort(directFirst),
    [state.conversations, platform],
  );
  const [chosen, setChosen] = useState('');
  const [toast, setToast] = useState('');
  const current = conversations.find(({ id }) => id === chosen) ?? conversations[0];
  const isUnread = useUnread(conversations, current?.id ?? '');
  useEffect(() => {
    if (toast === '') return;
    const timer = window.setTimeout(() => setToast(''), TOAST_MS);
    return () => window.clearTimeout(timer);
  }, [toast]);
  if (!current) return null;
  const say = (text: string): void => {
    api.say(platform, current.id, text).catch((error: unknown) => setToast(messageOf(error)));
  };
  return (
    <section className={`client client-${platform}`} aria-label={NAMES[platform]}>
      <header className="client-head">
        <h2>{NAMES[platform]}</h2>
        <span className="client-team">Acme</span>
      </header>
      <nav className="tabs" aria-label={`${NAMES[platform]} conversations`}>
        {conversations.map((conversation) => (
          <button
            key={conversation.id}
            type="button"
            className="tab"
            aria-current={conversation.id === current.id ? 'page' : undefined}
            onClick={() => setChosen(conversation.id)}
          >
            {conversation.kind === 'channel' ? <ChannelIcon /> : <DirectIcon />}
            {conversation.title.replace(/^#/, '')}
            {isUnread(conversation.id) && (
              <span className="dot">
                <span className="visually-hidden">(new messages)</span>
              </span>
            )}
          </button>
        ))}
      </nav>
      <MessageList key={current.id} conversation={current} state={state} api={api} onToast={setToast} />
      <div className="toast" role="status">
        {toast !== '' && <p>{toast}</p>}
      </div>
      <Composer key={`composer ${current.id}`} platform={platform} conversation={current} onSend={say} />
    </section>
  );
}

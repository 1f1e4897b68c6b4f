import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { PlaygroundConversation, PlaygroundPlatform } from './api.js';
import { SendIcon } from './icons.js';

interface Suggestion {
  readonly label: string;
  readonly text: string;
}

const SUGGESTIONS: readonly Suggestion[] = [
  { label: 'help', text: 'help' },
  { label: 'create opportunity', text: 'create opportunity account: Acme amount: 5000' },
  { label: 'pipeline', text: 'pipeline account: Acme' },
  { label: 'new deal', text: 'new deal' },
  { label: 'plan visit', text: 'plan visit account: Acme' },
  { label: 'move opportunity', text: 'move opportunity' },
  { label: 'approve discount', text: 'approve discount account: Acme percent: 15' },
  { label: 'file proposal', text: 'file proposal account: Globex' },
  { label: 'personal_connections', text: 'personal_connections' },
];

interface ComposerProps {
  readonly platform: PlaygroundPlatform;
  readonly conversation: PlaygroundConversation;
  readonly onSend: (text: string) => void;
}

/** Where a person types, with things to try. In a channel the bot hears only what mentions it. */
export function Composer({ platform, conversation, onSend }: ComposerProps) {
  const [text, setText] = useState('');
  const inChannel = conversation.kind === 'channel';
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    onSend(text.trim());
    setText('');
  };
  const sendOnEnter = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };
  const name = `Message to ${conversation.title} in ${platform === 'slack' ? 'Slack' : 'Teams'}`;
  return (
    <footer className="compose">
      <div className="tries">
        <span className="tries-label">Try:</span>
        {SUGGESTIONS.map(({ label, text: suggested }) => (
          <button
            key={label}
            type="button"
            className="chip"
            title={suggested}
            aria-label={`Try ${suggested}`}
            onClick={() => onSend(inChannel ? `@Behalf ${suggested}` : suggested)}
          >
            {label}
          </button>
        ))}
      </div>
      <form className="composer" onSubmit={send}>
        <textarea
          rows={1}
          value={text}
          aria-label={name}
          placeholder={inChannel ? 'Write @Behalf and a command' : 'Message Behalf'}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={sendOnEnter}
        />
        <button type="submit" className="send" aria-label="Send" disabled={text.trim() === ''}>
          <SendIcon />
        </button>
      </form>
    </footer>
  );
}

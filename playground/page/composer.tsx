import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { PlaygroundConversation, PlaygroundPlatform } from './api.js';
import { SendIcon } from './icons.js';

const SUGGESTIONS: readonly string[] = [
  'help',
  'create opportunity account: Acme amount: 5000',
  'personal_connections',
  'file proposal account: Globex',
  'log note text: Called Acme',
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
  const label = `Message to ${conversation.title} in ${platform === 'slack' ? 'Slack' : 'Teams'}`;
  return (
    <footer className="compose">
      <div className="tries">
        <span className="tries-label">Try:</span>
        {SUGGESTIONS.map((suggestion) => (
          <button
            key={suggestion}
            type="button"
            className="chip"
            title={suggestion}
            onClick={() => onSend(inChannel ? `@Behalf ${suggestion}` : suggestion)}
          >
            {suggestion}
          </button>
        ))}
      </div>
      <form className="composer" onSubmit={send}>
        <textarea
          rows={1}
          value={text}
          aria-label={label}
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

import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { PageFile, PlaygroundConversation } from './api.js';
import { PickedFiles, readFiles } from './attachments.js';
import { type Completion, completionOf } from './completion.js';
import { AttachIcon, MentionIcon, SendIcon } from './icons.js';
import { messageOf } from './values.js';

interface ComposerProps {
  readonly conversation: PlaygroundConversation;
  /** For people who do not see where it stands. */
  readonly label: string;
  readonly placeholder: string;
  readonly inThread?: boolean;
  /** False when it was not sent: then it stays. */
  readonly onSend: (text: string, files: readonly PageFile[]) => Promise<boolean>;
  readonly onToast: (text: string) => void;
  readonly onLeave?: () => void;
}

/** Where a person types and attaches files. */
export function Composer(props: ComposerProps) {
  const { conversation, label, placeholder, inThread = false, onSend, onToast, onLeave } = props;
  const [text, setText] = useState('');
  const [files, setFiles] = useState<readonly PageFile[]>([]);
  const box = useRef<HTMLTextAreaElement>(null);
  const completion = completionOf(text, conversation, inThread);
  const isEmpty = text.trim() === '' && files.length === 0;
  useEffect(() => {
    if (inThread) box.current?.focus();
  }, [inThread]);

  const put = (next: string): void => {
    setText(next);
    box.current?.focus();
  };
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isEmpty) return;
    setText('');
    setFiles([]);
    if (await onSend(text.trim(), files)) return;
    // Nobody wants to type it again; what was typed meanwhile is newer.
    setText((since) => since || text);
    setFiles((since) => (since.length > 0 ? since : files));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onLeave?.();
    const isEnter = event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing;
    if (completion && (isEnter || (event.key === 'Tab' && !event.shiftKey))) {
      event.preventDefault();
      put(completion.text);
    } else if (isEnter) void send(event);
  };
  const attach = (picked: FileList | null): void => {
    void readFiles(picked)
      .then((read) =>
        setFiles((before) => [...before.filter((one) => !read.some(({ name }) => name === one.name)), ...read]),
      )
      .catch((error: unknown) => onToast(messageOf(error)));
  };
  return (
    <div className="composing">
      {completion && <CompletionRow completion={completion} onTake={() => put(completion.text)} />}
      <form className="composer" onSubmit={(event) => void send(event)}>
        <PickedFiles files={files} onRemove={(file) => setFiles((before) => before.filter((one) => one !== file))} />
        <div className="composer-row">
          <AttachButton onPick={attach} />
          <textarea
            ref={box}
            rows={1}
            value={text}
            aria-label={label}
            placeholder={placeholder}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
          {conversation.kind !== 'direct' && (
            <button
              type="button"
              className="tool"
              aria-label="Mention Behalf"
              title="Mention Behalf"
              onClick={() => put(`${text}${/\S$/.test(text) ? ' ' : ''}@Behalf `)}
            >
              <MentionIcon />
            </button>
          )}
          <button type="submit" className="send" aria-label="Send" disabled={isEmpty}>
            <SendIcon />
          </button>
        </div>
      </form>
    </div>
  );
}

function AttachButton({ onPick }: { readonly onPick: (files: FileList | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="tool"
        aria-label="Attach files"
        title="Attach files"
        onClick={() => input.current?.click()}
      >
        <AttachIcon />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onPick(event.target.files);
          // The same file may be picked again after it was removed.
          event.target.value = '';
        }}
      />
    </>
  );
}

function CompletionRow({ completion, onTake }: { readonly completion: Completion; readonly onTake: () => void }) {
  return (
    <button type="button" className="completion" onClick={onTake}>
      <strong>{completion.label}</strong>
      <span>{completion.hint}</span>
      <kbd>Tab</kbd>
    </button>
  );
}

import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { PageFile, PlaygroundConversation, PlaygroundEntries } from './api.js';
import { PickedFiles, readFiles } from './attachments.js';
import { completionsOf } from './completion.js';
import { Completions } from './completions.js';
import { AttachIcon, MentionIcon, SendIcon, ShortcutIcon } from './icons.js';
import { ShortcutMenu } from './shortcut-menu.js';
import { messageOf } from './values.js';

interface ComposerProps {
  readonly conversation: PlaygroundConversation;
  /** For people who do not see where it stands. */
  readonly label: string;
  readonly placeholder: string;
  /** Slash commands to complete, and shortcuts to choose. */
  readonly entries: PlaygroundEntries;
  readonly inThread?: boolean;
  /** False when it was not sent: then it stays. */
  readonly onSend: (text: string, files: readonly PageFile[]) => Promise<boolean>;
  readonly onShortcut: (shortcut: string) => void;
  readonly onToast: (text: string) => void;
  readonly onLeave?: () => void;
}

/** Where a person types and attaches files. */
export function Composer(props: ComposerProps) {
  const { conversation, entries, label, placeholder, inThread = false, onSend, onShortcut, onToast, onLeave } = props;
  const [text, setText] = useState('');
  const [files, setFiles] = useState<readonly PageFile[]>([]);
  const box = useRef<HTMLTextAreaElement>(null);
  const [marked, setMarked] = useState(0);
  const completions = completionsOf(text, { conversation, inThread, slashCommands: entries.slashCommands });
  const isEmpty = text.trim() === '' && files.length === 0;
  useEffect(() => {
    if (inThread) box.current?.focus();
  }, [inThread]);

  const write = (next: string): void => {
    setText(next);
    setMarked(0);
  };
  const put = (next: string): void => {
    write(next);
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
    const completion = completions[marked];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (completion && (isEnter || (event.key === 'Tab' && !event.shiftKey))) {
      event.preventDefault();
      put(completion.text);
    } else if (step !== undefined && completions.length > 1) {
      event.preventDefault();
      setMarked((marked + step + completions.length) % completions.length);
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
      {completions.length > 0 && (
        <Completions completions={completions} marked={marked} onTake={(taken) => put(taken.text)} />
      )}
      <form className="composer" onSubmit={(event) => void send(event)}>
        <PickedFiles files={files} onRemove={(file) => setFiles((before) => before.filter((one) => one !== file))} />
        <div className="composer-row">
          <AttachButton onPick={attach} />
          <ShortcutMenu
            label="Shortcuts"
            icon={<ShortcutIcon />}
            shortcuts={entries.shortcuts.filter(({ kind }) => kind === 'global')}
            onChoose={onShortcut}
          />
          <textarea
            ref={box}
            rows={1}
            value={text}
            aria-label={label}
            placeholder={placeholder}
            onChange={(event) => write(event.target.value)}
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

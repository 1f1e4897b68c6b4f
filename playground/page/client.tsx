import { useEffect, useMemo, useState } from 'react';
import type {
  PageFile,
  PersonApi,
  Place,
  PlaygroundConversation,
  PlaygroundPlatform,
  PlaygroundState,
  SlackForm,
} from './api.js';
import { type AppTab, AppTabs } from './app-tabs.js';
import { Composer } from './composer.js';
import { MessageList } from './message-list.js';
import { Places, placesOf, titleFor } from './places.js';
import { useUnread } from './reading.js';
import { RoomHead } from './room-head.js';
import { SlackHome } from './slack-home.js';
import { SlackModal } from './slack-modal.js';
import { Tries } from './tries.js';
import { useShortcuts } from './use-shortcuts.js';
import { messageOf } from './values.js';

interface ClientProps {
  readonly platform: PlaygroundPlatform;
  readonly state: PlaygroundState;
  readonly api: PersonApi;
}

const NAMES: Readonly<Record<PlaygroundPlatform, string>> = { slack: 'Slack', teams: 'Microsoft Teams' };
const TOAST_MS = 6000;

/** One chat client of one person: the conversations, the messages of one, and where to type. */
export function ChatClient({ platform, state, api }: ClientProps) {
  const places = useMemo(() => placesOf(platform, state.conversations), [state.conversations, platform]);
  const [chosen, setChosen] = useState('');
  const [tab, setTab] = useState<AppTab>('messages');
  const [toast, setToast] = useState('');
  const [form, setForm] = useState<SlackForm>();
  const current = places.find(({ id }) => id === chosen) ?? places[0];
  const hasHome = platform === 'slack' && current?.kind === 'direct';
  const isHome = hasHome && tab === 'home';
  const unread = useUnread(state.person.id, places, isHome ? '' : (current?.id ?? ''));
  const shortcuts = useShortcuts(platform, current?.id ?? '', { api, onToast: setToast, onForm: setForm });
  useEffect(() => {
    if (toast === '') return;
    const timer = window.setTimeout(() => setToast(''), TOAST_MS);
    return () => window.clearTimeout(timer);
  }, [toast]);
  if (!current) return null;
  const send = async (place: Place, text: string, files: readonly PageFile[]): Promise<boolean> => {
    try {
      setForm(await sendTyped(api, platform, { place, text, files }));
      return true;
    } catch (error) {
      setToast(messageOf(error));
      return false;
    }
  };
  const title = titleFor(state.person, current);
  const messages = (
    <>
      <MessageList
        key={current.id}
        conversation={current}
        state={state}
        api={api}
        onToast={setToast}
        onShortcut={shortcuts.choose}
        onSend={send}
      />
      <footer className="compose">
        <Tries conversation={current} onTry={(text, files) => void send({ conversation: current.id }, text, files)} />
        <Composer
          key={current.id}
          conversation={current}
          label={`Message to ${title} in ${platform === 'slack' ? 'Slack' : 'Teams'}`}
          placeholder={placeholderOf(current, title)}
          entries={state.entries}
          onSend={(text, files) => send({ conversation: current.id }, text, files)}
          onShortcut={(shortcut) => shortcuts.choose(shortcut, { conversation: current.id })}
          onToast={setToast}
        />
      </footer>
    </>
  );
  const home = <SlackHome view={state.slackHome} api={api} onToast={setToast} onForm={setForm} />;
  return (
    <section className={`client client-${platform}`} aria-label={NAMES[platform]}>
      <header className="client-head">
        <h2>{NAMES[platform]}</h2>
        <span className="client-team">Acme</span>
      </header>
      {shortcuts.dialog}
      {form && (
        <SlackModal
          form={form}
          api={api}
          onToast={setToast}
          onClose={() => {
            setForm(undefined);
            void api.slackClose();
          }}
        />
      )}
      <div className="client-body">
        <Places
          label={`${NAMES[platform]} conversations`}
          platform={platform}
          person={state.person}
          places={places}
          open={current.id}
          unread={unread}
          onOpen={(id) => {
            setChosen(id);
            setTab('messages');
          }}
        />
        <div className="room">
          <RoomHead conversation={current} title={title} people={state.people} />
          {hasHome ? (
            <AppTabs open={tab} onOpen={setTab}>
              {isHome ? home : messages}
            </AppTabs>
          ) : (
            messages
          )}
          <div className="toast" role="status">
            {toast !== '' && <p>{toast}</p>}
          </div>
        </div>
      </div>
    </section>
  );
}

function placeholderOf({ kind }: PlaygroundConversation, title: string): string {
  return kind === 'direct' ? 'Message Behalf' : `Message ${title} or @Behalf`;
}

/**
 * A message, or a slash command where the platform has them; resolves with the modal that the bot opens for it. Rejects with
 * what the client says instead of sending.
 */
async function sendTyped(
  api: PersonApi,
  platform: PlaygroundPlatform,
  typed: { readonly place: Place; readonly text: string; readonly files: readonly PageFile[] },
): Promise<SlackForm | undefined> {
  const { files, place, text } = typed;
  const [, command, rest = ''] = /^(\/[a-z0-9_-]+)(?:\s+([\s\S]*))?$/i.exec(text) ?? [];
  if (platform !== 'slack' || command === undefined) {
    await api.say(platform, place, text, files);
    return undefined;
  }
  if (place.thread !== undefined) throw new Error(`${command} is not supported in threads. Sorry!`);
  if (files.length > 0) throw new Error(`Slack sends no files with ${command}.`);
  const result = await api.slackCommand(place.conversation, command.toLowerCase(), rest);
  return result.kind === 'sent' ? result.form : undefined;
}

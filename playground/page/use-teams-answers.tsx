import { type ReactNode, useState } from 'react';
import type { ActionResult, PersonApi } from './api.js';
import { TeamsDialog } from './teams-dialog.js';
import { openSignIn } from './teams-sign-in.js';
import { messageOf } from './values.js';

const FAILED = 'Something went wrong. Please try again.';

interface TeamsAnswers {
  readonly busy: boolean;
  /** The dialog that the bot has opened, if any. */
  readonly dialog: ReactNode;
  /** Waits for what the bot answers, and shows it as the Teams client does. */
  wait(work: Promise<ActionResult>): Promise<void>;
  signIn(url: string): void;
}

/** What the Teams client shows after something was pressed or chosen in a conversation. */
export function useTeamsAnswers(
  conversation: string,
  { api, onToast }: { readonly api: PersonApi; readonly onToast: (text: string) => void },
): TeamsAnswers {
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState<{ readonly title: string; readonly card: string }>();

  const show = (result: ActionResult): void => {
    if (result.kind === 'sign-in') return void signIn(result.url);
    if (result.kind === 'open-url') return void window.open(result.url, '_blank', 'noopener');
    if (result.kind !== 'invoked') return;
    const { card, kind, title = '' } = result.outcome;
    // A card without a dialog takes the place of the pressed one, which comes with the messages.
    setOpen(kind === 'dialog' ? { title, card: JSON.stringify(card) } : undefined);
    if (result.outcome.kind === 'toast') onToast(result.outcome.text ?? '');
    if (result.outcome.kind === 'failed') onToast(FAILED);
  };
  const wait = async (work: Promise<ActionResult>): Promise<void> => {
    setBusy(true);
    await work.then(show).catch((error: unknown) => onToast(messageOf(error)));
    setBusy(false);
  };
  const signIn = (url: string): void => {
    const opened = openSignIn(url, (state) => void wait(api.teamsSignIn(conversation, state)));
    if (!opened) onToast('Your browser blocked the sign-in window. Allow pop-ups for this page and press again.');
  };
  const dialog = open && (
    <TeamsDialog
      {...open}
      onSubmit={(data) => void wait(api.teamsSubmit(data))}
      onSearch={async (input, query) => (await api.teamsSearch(input, query)).choices}
      onClose={() => setOpen(undefined)}
    />
  );
  return { busy, dialog, wait, signIn };
}

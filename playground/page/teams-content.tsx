import { useMemo, useState } from 'react';
import type { ActionResult, TeamsAction } from './api.js';
import type { ContentProps } from './content-props.js';
import { AdaptiveCardView, type CardPress } from './teams-card.js';
import { TeamsDialog } from './teams-dialog.js';
import { openSignIn } from './teams-sign-in.js';
import { TypedText } from './typed-text.js';
import { isJson, type Json, listOf, messageOf } from './values.js';

const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive';
const FAILED = 'Something went wrong. Please try again.';

/** Where `data.msteams` makes a button open the sign-in window. */
function signInUrl(data: unknown): string | undefined {
  const special = isJson(data) ? data['msteams'] : undefined;
  const isSignIn = isJson(special) && special['type'] === 'signin';
  return isSignIn && typeof special['value'] === 'string' ? special['value'] : undefined;
}

/** A message in Teams: a text, Adaptive Cards, or both. */
export function TeamsContent({ message, conversation, api, onToast }: ContentProps) {
  const [busy, setBusy] = useState(false);
  const [dialog, setDialog] = useState<{ readonly title: string; readonly card: string }>();
  const native = isJson(message.native) ? message.native : {};
  const cards = useMemo(() => cardsIn(native), [native]);

  const show = (result: ActionResult): void => {
    if (result.kind === 'sign-in') return void signIn(result.url);
    if (result.kind === 'open-url') return void window.open(result.url, '_blank', 'noopener');
    if (result.kind !== 'invoked') return;
    const { card, kind, title = '' } = result.outcome;
    // A card without a dialog takes the place of the pressed one, which comes with the messages.
    setDialog(kind === 'dialog' ? { title, card: JSON.stringify(card) } : undefined);
    if (result.outcome.kind === 'toast') onToast(result.outcome.text ?? '');
    if (result.outcome.kind === 'failed') onToast(FAILED);
  };
  const wait = async (work: Promise<ActionResult>): Promise<void> => {
    setBusy(true);
    await work.then(show).catch((error: unknown) => onToast(messageOf(error)));
    setBusy(false);
  };
  const signIn = (url: string): void => {
    const opened = openSignIn(url, (state) => void wait(api.teamsSignIn(conversation.id, state)));
    if (!opened) onToast('Your browser blocked the sign-in window. Allow pop-ups for this page and press again.');
  };
  const press = (pressed: CardPress): void => {
    if (pressed.kind === 'open-url') return void window.open(pressed.url, '_blank', 'noopener');
    const action: TeamsAction = pressed.action;
    const url = action.type === 'Action.Submit' ? signInUrl(action.data) : undefined;
    // A pop-up must be opened by the click itself.
    if (url === undefined) void wait(api.teamsAction(message.id, action));
    else signIn(url);
  };
  return (
    <div className="teams-content" aria-busy={busy}>
      {dialog && (
        <TeamsDialog
          {...dialog}
          onSubmit={(data) => void wait(api.teamsSubmit(data))}
          onSearch={async (input, query) => (await api.teamsSearch(input, query)).choices}
          onClose={() => setDialog(undefined)}
        />
      )}
      {message.text !== '' && <TypedText text={message.text} />}
      {cards.map((card) => (
        <AdaptiveCardView key={card} card={card} onPress={press} />
      ))}
    </div>
  );
}

/** The adaptive cards of an activity as JSON text, so that equal cards are the same card. */
function cardsIn(activity: Json): readonly string[] {
  return listOf(activity['attachments'])
    .filter((attachment) => attachment['contentType'] === ADAPTIVE_CARD)
    .map((attachment) => JSON.stringify(attachment['content']));
}

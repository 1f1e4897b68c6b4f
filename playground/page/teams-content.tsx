import { useMemo } from 'react';
import type { TeamsAction } from './api.js';
import type { ContentProps } from './content-props.js';
import { AdaptiveCardView, type CardPress } from './teams-card.js';
import { TeamsFiles } from './teams-files.js';
import { TypedText } from './typed-text.js';
import { useTeamsAnswers } from './use-teams-answers.js';
import { isJson, type Json, listOf } from './values.js';

const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive';

/** Where `data.msteams` makes a button open the sign-in window. */
function signInUrl(data: unknown): string | undefined {
  const special = isJson(data) ? data['msteams'] : undefined;
  const isSignIn = isJson(special) && special['type'] === 'signin';
  return isSignIn && typeof special['value'] === 'string' ? special['value'] : undefined;
}

/** A message in Teams: a text, Adaptive Cards, or both. */
export function TeamsContent({ message, conversation, api, onToast }: ContentProps) {
  const { busy, dialog, signIn, wait } = useTeamsAnswers(conversation.id, { api, onToast });
  const native = isJson(message.native) ? message.native : {};
  const cards = useMemo(() => cardsIn(native), [native]);

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
      {dialog}
      {message.text !== '' && <TypedText text={message.text} />}
      <TeamsFiles
        activity={native}
        busy={busy}
        onAnswer={(answer) => void wait(api.teamsConsent(message.id, answer))}
      />
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

import { ChatDialog } from './chat-dialog.js';
import type { CardPress, CardSearch } from './teams-card.js';
import { AdaptiveCardView } from './teams-card.js';

interface DialogProps {
  readonly title: string;
  readonly card: string;
  readonly onSubmit: (data: unknown) => void;
  readonly onSearch: CardSearch;
  readonly onClose: () => void;
}

/** A dialog (task module) in Teams. */
export function TeamsDialog({ title, card, onSubmit, onSearch, onClose }: DialogProps) {
  const press = (pressed: CardPress): void => {
    if (pressed.kind === 'action') onSubmit(pressed.action.data);
  };
  return (
    <ChatDialog title={title} onClose={onClose}>
      <AdaptiveCardView card={card} onPress={press} onSearch={onSearch} />
      <div className="confirm-choices">
        <button type="button" className="slack-button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </ChatDialog>
  );
}

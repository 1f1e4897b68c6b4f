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
    <dialog open className="confirm chat-form" aria-label={title}>
      <h3>{title}</h3>
      <AdaptiveCardView card={card} onPress={press} onSearch={onSearch} />
      <div className="confirm-choices">
        <button type="button" className="slack-button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </dialog>
  );
}

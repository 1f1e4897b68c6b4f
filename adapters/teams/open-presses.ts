import type { Message } from '../../src/chat/message.js';
import type { Element } from './buttons.js';
import { type OutgoingActivity, renderAsCard, renderMessage } from './cards.js';

type Replace = (card: Element) => void;

interface MessageAt {
  /** With or without `;messageid=` of a thread. */
  readonly conversationId: string;
  readonly activityId: string;
}

/**
 * Presses on cards whose client waits for its answer. When the card is replaced meanwhile, the answer brings the new one, so
 * that the person sees it at once; everybody else gets it by the update.
 */
export class OpenPresses {
  readonly #waiting = new Map<string, Set<Replace>>();

  /** Gives back what ends the wait. */
  open(message: MessageAt, replace: Replace): () => void {
    const key = keyOf(message);
    const waiting = this.#waiting.get(key) ?? new Set<Replace>();
    this.#waiting.set(key, waiting.add(replace));
    return () => {
      waiting.delete(replace);
      if (waiting.size === 0) this.#waiting.delete(key);
    };
  }

  /** The new message: a card where a client waits for one, so that the update and its answer show the same. */
  render(at: MessageAt, message: Message): OutgoingActivity {
    return this.#waiting.has(keyOf(at)) ? renderAsCard(message) : renderMessage(message);
  }

  /** The message now is this one. */
  replaced(at: MessageAt, { attachments: [card] = [] }: OutgoingActivity): void {
    if (!card) return;
    for (const replace of this.#waiting.get(keyOf(at)) ?? []) replace(card.content);
  }
}

function keyOf({ activityId, conversationId }: MessageAt): string {
  const [conversation = ''] = conversationId.split(';');
  return `${conversation};${activityId}`;
}

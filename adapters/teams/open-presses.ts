import type { Message } from '../../src/chat/message.js';
import type { Element } from './buttons.js';
import { renderAsCard } from './cards.js';

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

  /** The message now says something else. */
  replaced(at: MessageAt, message: Message): void {
    const waiting = this.#waiting.get(keyOf(at));
    if (!waiting) return;
    const card = renderAsCard(message);
    for (const replace of waiting) replace(card);
  }
}

function keyOf({ activityId, conversationId }: MessageAt): string {
  const [conversation = ''] = conversationId.split(';');
  return `${conversation};${activityId}`;
}

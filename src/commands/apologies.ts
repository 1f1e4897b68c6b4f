import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ChatEvent } from '../chat/chat-event.js';
import type { Platform } from '../chat/chat-user.js';
import { textMessage } from '../chat/message.js';
import { asBehalfError, type BehalfError, kindOf } from '../kernel/errors.js';
import type { Observers } from '../kernel/observers.js';
import { errorText } from '../texts/error-text.js';
import { textsFor } from '../texts/texts-for.js';
import type { EventClaims } from './event-claims.js';
import { sayPrivately } from './say.js';

interface ApologiesDeps extends Observers {
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly claims: EventClaims;
}

/** What is said and done where an event could not be handled. */
export class Apologies {
  readonly #deps: ApologiesDeps;

  constructor(deps: ApologiesDeps) {
    this.#deps = deps;
  }

  /** Tells the person what went wrong. When not even that is possible the platform is asked to deliver again: it rejects. */
  async tell(event: ChatEvent, error: unknown): Promise<void> {
    const err = asBehalfError(error);
    const { logger, metrics, tracing } = this.#deps;
    tracing?.fail(err);
    metrics.count('errors', { code: err.code, kind: kindOf(err) });
    logger.error(
      { platform: event.user.platform, kind: event.kind, eventId: event.id, err },
      'an event could not be handled',
    );
    if (err.code === 'chat.delivery_failed') {
      // Cut short: another delivery may have it said.
      if (err.retryAfterMs !== undefined) await this.#giveBack(event, err);
      return;
    }
    const texts = textsFor(event.locale);
    const text =
      err.code === 'store.unavailable'
        ? texts.errors[err.code]
        : texts.commands.withReference(errorText(err, texts), err.ref);
    try {
      await sayPrivately(this.#deps.chats(event.user.platform), event, textMessage(text));
    } catch {
      await this.#giveBack(event, err);
    }
  }

  async #giveBack(event: ChatEvent, error: BehalfError): Promise<never> {
    await this.#deps.claims.giveBack(event).catch(() => {});
    throw error;
  }
}

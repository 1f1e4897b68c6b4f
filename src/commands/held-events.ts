import type { ChatEvent } from '../chat/chat-event.js';
import type { Clock } from '../kernel/clock.port.js';
import { Deadlines } from '../kernel/deadlines.js';
import { BehalfError } from '../kernel/errors.js';
import { joinKey } from '../kernel/ids.js';
import type { EventClaims } from './event-claims.js';

/** Slack waits a little longer than this before it delivers an event again. */
const LATE_MS = 2_000;
/** A few times within the life of a claim. */
const RENEW_MS = 5_000;

type Delivered = Pick<ChatEvent, 'id' | 'user'>;

/**
 * Events that take long, because a chat does not take their answer now. They are kept for this process, so that what the
 * platform delivers again is not answered twice; and it goes on to deliver them, for this process may die over them.
 */
export class HeldEvents {
  readonly #claims: Pick<EventClaims, 'hold'>;
  readonly #clock: Clock;
  readonly #late: Deadlines;
  readonly #held = new Set<string>();

  constructor(claims: Pick<EventClaims, 'hold'>, clock: Clock) {
    this.#claims = claims;
    this.#clock = clock;
    this.#late = new Deadlines(clock, LATE_MS);
  }

  /** @throws BehalfError `chat.under_way` for an event that is held */
  refuseHeld(event: Delivered): void {
    if (this.#held.size > 0 && this.#held.has(keyOf(event)))
      throw new BehalfError('chat.under_way', 'The answer to this event waits for the chat to take it');
  }

  /** Holds the event from when it is late until the work on it ends. */
  follow(event: Delivered, work: Promise<unknown>): void {
    this.#late.whenLate(work, () => void this.#hold(event, work));
  }

  /** Ends its timer. What is held stays held until its work ends. */
  stop(): void {
    this.#late.stop();
  }

  async #hold(event: Delivered, work: Promise<unknown>): Promise<void> {
    const key = keyOf(event);
    const over = new AbortController();
    const end = (): void => {
      this.#held.delete(key);
      over.abort();
    };
    this.#held.add(key);
    work.then(end, end);
    while (!over.signal.aborted) {
      // Without the store nobody else can begin with it either.
      await this.#claims.hold(event).catch(() => {});
      await this.#clock.sleep(RENEW_MS, over.signal).catch(() => {});
    }
  }
}

function keyOf({ id, user }: Delivered): string {
  return joinKey(user.platform, user.tenantId, id);
}

import type { ChatUser } from '../chat/chat-user.js';
import { BehalfError } from '../kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { joinKey } from '../kernel/ids.js';
import type { Metrics } from '../kernel/metrics.port.js';

/** Longer than any platform goes on delivering the same event. */
const EVENT_TTL_MS = 24 * 3_600_000;
/** Longer than an event is worked on before it is acknowledged; shorter than Slack waits before its second repetition. */
const UNDER_WAY_MS = 15_000;

/** Claims of this process that are remembered. Older ones are of events that nobody settles, for no event brought them about. */
const MOST_OPEN = 10_000;

const UNDER_WAY = 'under way';
const DONE = 'done';

interface Delivered {
  readonly id: string;
  readonly user: ChatUser;
}

/**
 * Which events have been dealt with. Commands that make a job do without: the job is claimed together with its event.
 * A claim is short until it is settled, so that an event whose process has died is dealt with when it is delivered again.
 */
export class EventClaims {
  readonly #store: ExpiringStore;
  readonly #metrics: Metrics;
  readonly #mostOpen: number;
  /** Claims of this process that are not settled, the oldest first. */
  readonly #open = new Set<string>();

  constructor(store: ExpiringStore, metrics: Metrics, mostOpen = MOST_OPEN) {
    this.#store = store;
    this.#metrics = metrics;
    this.#mostOpen = mostOpen;
  }

  /**
   * True for the first delivery of an event.
   * @throws BehalfError `chat.under_way` when another process has begun with it and may have died
   */
  async claim(event: Delivered): Promise<boolean> {
    const key = keyOf(event);
    if (await this.#store.add(key, UNDER_WAY, UNDER_WAY_MS)) {
      this.#remember(key.id);
      return true;
    }
    // One that has run out in between is free again.
    return (await this.isClaimed(event)) ? false : this.claim(event);
  }

  /**
   * True when an event has been claimed.
   * @throws BehalfError `chat.under_way` as {@link claim} does
   */
  async isClaimed(event: Delivered): Promise<boolean> {
    const key = keyOf(event);
    const claim = await this.#store.get(key);
    if (claim === undefined) return false;
    if (claim === UNDER_WAY && !this.#open.has(key.id))
      throw new BehalfError('chat.under_way', 'Another process works on this event, or has died over it');
    this.#metrics.count('chat_events_duplicate', { platform: event.user.platform });
    return true;
  }

  /** An event has been dealt with: further deliveries of it mean nothing. Does nothing where it was not claimed here. */
  async settle(event: Delivered): Promise<void> {
    const key = keyOf(event);
    if (this.#open.delete(key.id)) await this.#store.put(key, DONE, EVENT_TTL_MS);
  }

  /** As {@link settle}, for an event that was dealt with before it was claimed: it might have been lost on the way. */
  async done(event: Delivered): Promise<void> {
    await this.#store.put(keyOf(event), DONE, EVENT_TTL_MS);
  }

  #remember(id: string): void {
    this.#open.add(id);
    if (this.#open.size <= this.#mostOpen) return;
    for (const oldest of this.#open) {
      this.#open.delete(oldest);
      break;
    }
  }

  /** An event could not be dealt with: the next delivery counts as the first. */
  async giveBack(event: Delivered): Promise<void> {
    const key = keyOf(event);
    if (this.#open.delete(key.id)) await this.#store.delete(key);
  }
}

function keyOf({ id, user }: Delivered): RecordKey {
  return { kind: 'event', id: joinKey(user.platform, user.tenantId, id) };
}

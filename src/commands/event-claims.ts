import type { ActionEvent } from '../chat/chat-event.js';
import { type ChatUser, chatUserKey } from '../chat/chat-user.js';
import { BehalfError } from '../kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { joinKey, sha256 } from '../kernel/ids.js';
import type { Metrics } from '../kernel/metrics.port.js';

/** Longer than any platform goes on delivering the same event. */
const EVENT_TTL_MS = 24 * 3_600_000;
/** Longer than an event is worked on before it is acknowledged; shorter than Slack waits before its second repetition. */
const UNDER_WAY_MS = 15_000;
/**
 * Presses of a button within this time are one: those of a double click, and of somebody who presses again because nothing has
 * happened yet. Whoever has seen what happened and wants it again presses later.
 */
const ONE_PRESS_MS = 3_000;

/** Claims of this process that are remembered. Older ones are of events that nobody settles, for no event brought them about. */
const MOST_OPEN = 10_000;

const UNDER_WAY = 'under way';
const DONE = 'done';

interface Delivered {
  readonly id: string;
  readonly user: ChatUser;
}

/** A press on a button, with what was chosen beside it. */
export type Press = Pick<ActionEvent, 'id' | 'user' | 'token' | 'values'>;

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
  /** Events that this process holds without having claimed them. */
  readonly #reserved = new Set<string>();

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
    if ((await this.#store.add(key, UNDER_WAY, UNDER_WAY_MS)) || this.#reserved.delete(key.id)) {
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
    if (claim === undefined || (claim === UNDER_WAY && this.#reserved.has(key.id))) return false;
    if (claim === UNDER_WAY && !this.#open.has(key.id))
      throw new BehalfError('chat.under_way', 'Another process works on this event, or has died over it');
    this.#metrics.count('chat_events_duplicate', { platform: event.user.platform });
    return true;
  }

  /** An event has been dealt with: further deliveries of it mean nothing. Does nothing where it was not claimed here. */
  async settle(event: Delivered): Promise<void> {
    const key = keyOf(event);
    if (this.#forget(key)) await this.#store.put(key, DONE, EVENT_TTL_MS);
  }

  /** As {@link settle}, for an event that was dealt with before it was claimed: it might have been lost on the way. */
  async done(event: Delivered): Promise<void> {
    await this.#store.put(keyOf(event), DONE, EVENT_TTL_MS);
  }

  /**
   * Begins what a button is for, once for all presses of it within a moment. `begin` tells whether it has begun now: where
   * it has not, or where it fails, the next press is the first.
   * @throws BehalfError `chat.under_way` as {@link claim} does, and what `begin` throws
   */
  async press(press: Press, begin: () => Promise<boolean>): Promise<void> {
    const key = keyOfPress(press);
    const [isFirst, isSettled] = await Promise.all([
      this.#store.add(key, press.id, ONE_PRESS_MS),
      this.isClaimed(press),
    ]);
    if (isSettled) return isFirst ? this.#store.delete(key) : undefined;
    const first = isFirst ? press.id : await this.#store.get(key);
    // It has run out in between.
    if (first === undefined) return this.press(press, begin);
    if (first !== press.id) {
      this.#metrics.count('chat_events_duplicate', { platform: press.user.platform });
      // This press may be delivered again when the first one is forgotten.
      return this.done(press);
    }
    let hasBegun = false;
    try {
      hasBegun = await begin();
    } finally {
      // What cannot be given back now runs out soon.
      if (isFirst && !hasBegun) await this.#store.delete(key).catch(() => {});
    }
  }

  /** Keeps an event for this process, for as long as a claim is good that is not settled; again and again for longer. */
  async hold(event: Delivered): Promise<void> {
    const key = keyOf(event);
    const isOurs = this.#open.has(key.id) || this.#reserved.has(key.id);
    if (isOurs) await this.#store.put(key, UNDER_WAY, UNDER_WAY_MS);
    else if (await this.#store.add(key, UNDER_WAY, UNDER_WAY_MS)) this.#reserved.add(key.id);
  }

  #forget({ id }: RecordKey): boolean {
    const wasReserved = this.#reserved.delete(id);
    return this.#open.delete(id) || wasReserved;
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
    if (this.#forget(key)) await this.#store.delete(key);
  }
}

function keyOf({ id, user }: Delivered): RecordKey {
  return { kind: 'event', id: joinKey(user.platform, user.tenantId, id) };
}

/** Each person's presses are their own, also on a button for everybody. */
function keyOfPress({ token, user, values }: Press): RecordKey {
  const chosen = Object.entries(values).sort(([left], [right]) => (left < right ? -1 : 1));
  return { kind: 'event', id: sha256(joinKey('press', chatUserKey(user), token, ...chosen.flat())) };
}

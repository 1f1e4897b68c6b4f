import type { ChatUser } from '../chat/chat-user.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { joinKey } from '../kernel/ids.js';
import type { Metrics } from '../kernel/metrics.port.js';

/** Longer than any platform goes on delivering the same event. */
const EVENT_TTL_MS = 24 * 3_600_000;

interface Delivered {
  readonly id: string;
  readonly user: ChatUser;
}

/** Which events have been dealt with. Commands that make a job do without: the job is claimed together with its event. */
export class EventClaims {
  readonly #store: ExpiringStore;
  readonly #metrics: Metrics;

  constructor(store: ExpiringStore, metrics: Metrics) {
    this.#store = store;
    this.#metrics = metrics;
  }

  /** True for the first delivery of an event. */
  async claim(event: Delivered): Promise<boolean> {
    const isFirst = await this.#store.add(keyOf(event), '1', EVENT_TTL_MS);
    if (!isFirst) this.#countDuplicate(event);
    return isFirst;
  }

  /** True when an event has been claimed. */
  async isClaimed(event: Delivered): Promise<boolean> {
    const isClaimed = (await this.#store.get(keyOf(event))) !== undefined;
    if (isClaimed) this.#countDuplicate(event);
    return isClaimed;
  }

  #countDuplicate({ user }: Delivered): void {
    this.#metrics.count('chat_events_duplicate', { platform: user.platform });
  }
}

function keyOf({ id, user }: Delivered): RecordKey {
  return { kind: 'event', id: joinKey(user.platform, user.tenantId, id) };
}

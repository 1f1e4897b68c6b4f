import { z } from 'zod';
import { type ChatUser, chatUserKey } from '../../src/chat/chat-user.js';
import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../../src/kernel/expiring-store.port.js';
import { joinKey } from '../../src/kernel/ids.js';
import type { Vault } from '../../src/kernel/vault.js';
import type { OutgoingActivity } from './cards.js';
import type { FileActivity } from './file-consent.js';

/** As long as the buttons in a message live. */
const HELD_TTL_MS = 7 * 86_400_000;
/** Of one person; the oldest go first. */
const MAX_HELD = 10;
/** A note further up in the conversation is not seen any more. */
const NOTICE_LASTS_MS = 10 * 60_000;
/** Longer than Teams takes for a message; after a crash another process sends it. */
const SENDING_MS = 60_000;
/** Another process may change the list at the same time. */
const TRIES = 20;

export type HeldActivity = OutgoingActivity | FileActivity;

const HeldList = z.array(
  z.object({
    id: z.string(),
    conversationId: z.string(),
    noticeId: z.string().optional(),
    at: z.number(),
    sendingUntil: z.number().optional(),
    activity: z.custom<HeldActivity>((value) => typeof value === 'object' && value !== null && 'type' in value),
  }),
);
const Delivered = z.object({ conversationId: z.string(), serviceUrl: z.string(), activityId: z.string() });

export interface HeldMessage {
  readonly id: string;
  /** Where it was asked for, and where the note about it stands. */
  readonly conversationId: string;
  readonly noticeId?: string | undefined;
  /** ms since the epoch. */
  readonly at: number;
  readonly activity: HeldActivity;
  /** ms since the epoch; one process is sending it until then. */
  readonly sendingUntil?: number | undefined;
}

type Delivered = z.infer<typeof Delivered>;

/** Private messages for people who do not have the app: sealed, until the app is there. */
export class HeldMessages {
  readonly #store: ExpiringStore;
  readonly #vault: Vault;

  constructor(store: ExpiringStore, vault: Vault) {
    this.#store = store;
    this.#vault = vault;
  }

  /**
   * Keeps the message, in place of an earlier one with the same id. Gives the note that tells of it already: its own, or a
   * fresh one in the same conversation.
   */
  async hold(user: ChatUser, message: HeldMessage): Promise<string | undefined> {
    const after = await this.#change(user, (held) => {
      const whole = { ...message, noticeId: message.noticeId ?? freshNotice(held, message) };
      const place = held.findIndex(({ id }) => id === message.id);
      return place === -1 ? [...held, whole].slice(-MAX_HELD) : held.with(place, whole);
    });
    return after.find(({ id }) => id === message.id)?.noticeId;
  }

  /** Notes which message in the conversation tells of it. */
  async noticed(user: ChatUser, id: string, noticeId: string): Promise<void> {
    await this.#change(user, (held) => held.map((one) => (one.id === id ? { ...one, noticeId } : one)));
  }

  /** False when it was not held any more. */
  async drop(user: ChatUser, id: string): Promise<boolean> {
    let wasHeld = false;
    await this.#change(user, (held) => {
      wasHeld = held.some((one) => one.id === id);
      return held.filter((one) => one.id !== id);
    });
    return wasHeld;
  }

  /** All that is held for the person and that nobody is sending, the oldest first. Of several callers one gets it. */
  async begin(user: ChatUser, now: number): Promise<readonly HeldMessage[]> {
    let begun: readonly HeldMessage[] = [];
    await this.#change(user, (held) => {
      begun = held.filter((one) => !isSending(one, now));
      return held.map((one) => (isSending(one, now) ? one : { ...one, sendingUntil: this.until(now) }));
    });
    return begun;
  }

  /** How long a message counts as being sent. */
  until(now: number): number {
    return now + SENDING_MS;
  }

  /** It could not be sent, and is held on. */
  async giveBack(user: ChatUser, id: string): Promise<void> {
    await this.#change(user, (held) =>
      held.map(({ sendingUntil, ...one }) =>
        one.id === id || sendingUntil === undefined ? one : { ...one, sendingUntil },
      ),
    );
  }

  /** It has been sent, and is held no longer. Gives it as it was held last; undefined when it was not any more. */
  async settle(user: ChatUser, id: string): Promise<HeldActivity | undefined> {
    let last: HeldActivity | undefined;
    await this.#change(user, (held) => {
      last = held.find((one) => one.id === id)?.activity;
      return held.filter((one) => one.id !== id);
    });
    return last;
  }

  /** Another message in place of that one. `begun`: the caller is to send it; `under_way`: somebody sends the former one. */
  async replace(
    user: ChatUser,
    { activity, id, now }: { readonly id: string; readonly activity: HeldActivity; readonly now: number },
  ): Promise<'begun' | 'under_way' | 'gone'> {
    let outcome: 'begun' | 'under_way' | 'gone' = 'gone';
    await this.#change(user, (held) => {
      const former = held.find((one) => one.id === id);
      outcome = former === undefined ? 'gone' : isSending(former, now) ? 'under_way' : 'begun';
      const sendingUntil = outcome === 'under_way' ? former?.sendingUntil : this.until(now);
      return held.map((one) => (one.id === id ? { ...one, activity, sendingUntil } : one));
    });
    return outcome;
  }

  /** Notes where a message has come to stand, so that what replaces it finds it there. */
  async delivered(user: ChatUser, id: string, where: Delivered): Promise<void> {
    const { activityId, conversationId, serviceUrl } = where;
    const text = JSON.stringify({ activityId, conversationId, serviceUrl });
    await this.#store.put(deliveredKey(user, id), text, HELD_TTL_MS);
  }

  async placeOf(user: ChatUser, id: string): Promise<Delivered | undefined> {
    const text = await this.#store.get(deliveredKey(user, id));
    return text === undefined ? undefined : Delivered.safeParse(JSON.parse(text)).data;
  }

  async #change(
    user: ChatUser,
    change: (held: readonly HeldMessage[]) => readonly HeldMessage[],
  ): Promise<readonly HeldMessage[]> {
    const key = listKey(user);
    for (let attempt = 1; ; attempt++) {
      const before = await this.#store.get(key);
      const held = before === undefined ? [] : this.#open(user, before);
      const after = change(held);
      if (after.length === 0 && before === undefined) return after;
      const text = this.#seal(user, after);
      const done =
        before === undefined
          ? await this.#store.add(key, text, HELD_TTL_MS)
          : await this.#store.swap(key, before, text, HELD_TTL_MS);
      if (done) return after;
      if (attempt === TRIES) throw new BehalfError('store.unavailable', 'A list of messages changes all the time.');
    }
  }

  #seal(user: ChatUser, held: readonly HeldMessage[]): string {
    return Buffer.from(this.#vault.sealJson('message', [chatUserKey(user)], held)).toString('base64url');
  }

  /** What cannot be read any more, since its key is gone, must not keep new ones out. */
  #open(user: ChatUser, text: string): readonly HeldMessage[] {
    try {
      const inside = this.#vault.openJson('message', [chatUserKey(user)], Buffer.from(text, 'base64url'));
      return HeldList.safeParse(inside).data ?? [];
    } catch (error) {
      if (isBehalfError(error, 'store.corrupt')) return [];
      throw error;
    }
  }
}

function isSending({ sendingUntil = 0 }: HeldMessage, now: number): boolean {
  return sendingUntil > now;
}

/** One note is enough for what is answered in one place within minutes. */
function freshNotice(held: readonly HeldMessage[], { at, conversationId }: HeldMessage): string | undefined {
  return held.find((one) => one.conversationId === conversationId && at - one.at < NOTICE_LASTS_MS)?.noticeId;
}

function listKey(user: ChatUser): RecordKey {
  return { kind: 'held-message', id: chatUserKey(user), owner: chatUserKey(user) };
}

function deliveredKey(user: ChatUser, id: string): RecordKey {
  return { kind: 'held-message', id: joinKey(chatUserKey(user), id), owner: chatUserKey(user) };
}

import { LRUCache } from 'lru-cache';
import { type BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { PersonalActivity } from './activity.js';
import { type TeamsMessagePlace, type TeamsPlace, userIn } from './address.js';
import type { BotFramework } from './bot-framework.js';
import type { OutgoingActivity } from './cards.js';
import type { DirectChats } from './direct-chats.js';
import type { FileActivity } from './file-consent.js';
import type { SignInQuestion } from './sign-in-question.js';

const REMEMBERED_CONVERSATIONS = 10_000;

/** Where something is said: a place, and whether it is the 1:1 chat of the person in it. */
export type Spot = TeamsPlace & { readonly direct: boolean };

type Sayable = OutgoingActivity | FileActivity | SignInQuestion;

/** Sends activities to where a conversation is now, and finds or opens the 1:1 chats of people. */
export class Sender {
  readonly #chats: DirectChats;
  readonly #logger: Logger;
  /** Microsoft moves conversations between hosts; the latest activity says where. */
  readonly #serviceUrls = new LRUCache<string, string>({ max: REMEMBERED_CONVERSATIONS });

  constructor(chats: DirectChats, logger: Logger) {
    this.#chats = chats;
    this.#logger = logger;
  }

  /** Learns where a conversation is from what arrives. */
  remember({ conversationId, serviceUrl }: Pick<PersonalActivity, 'conversationId' | 'serviceUrl'>): void {
    this.#serviceUrls.set(conversationId, serviceUrl);
  }

  /** The same place, at the host where it is now. */
  refreshed<P extends TeamsPlace>(place: P): P {
    const serviceUrl = this.#serviceUrls.get(place.conversationId);
    return serviceUrl === undefined || serviceUrl === place.serviceUrl ? place : { ...place, serviceUrl };
  }

  async send(bot: BotFramework, spot: Spot, activity: Sayable): Promise<TeamsMessagePlace> {
    const place = this.refreshed(spot);
    return { ...place, activityId: await bot.send(place, activity) };
  }

  /** Says it in the 1:1 chat with the person in it; undefined when there is none and none can be made. */
  async sendDirectly(
    bot: BotFramework,
    { activityId: _, heldId: __, targeted: ___, ...person }: TeamsPlace & Partial<TeamsMessagePlace>,
    activity: Sayable,
  ): Promise<TeamsMessagePlace | undefined> {
    const user = userIn(person);
    const known = await this.#chats.find(user);
    if (known === 'gone') return undefined;
    try {
      if (known) return await this.send(bot, { ...person, ...known, direct: true }, activity);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    try {
      const asked = this.refreshed({ ...person, direct: false });
      const conversationId = await bot.openDirect(asked, person.userId);
      const sent = await this.send(bot, { ...asked, conversationId, direct: true }, activity);
      await this.#chats.remember(user, sent);
      return sent;
    } catch (error) {
      if (!isGone(error)) throw error;
      // The app is not installed for this person, or they have removed or blocked it.
      this.#logger.info({ ...error.details }, 'a person has no 1:1 chat with the bot in Teams');
      await this.#chats.forget(user);
      return undefined;
    }
  }

  /** What is gone already is well, too. */
  async remove(bot: BotFramework, spot: Spot, activityId: string, targeted?: boolean): Promise<void> {
    try {
      await bot.remove(this.refreshed(spot), activityId, targeted);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** True when the conversation or the message is no more, or not for the bot: nothing that a repetition would change. */
export function isGone(error: unknown): error is BehalfError {
  if (!isBehalfError(error, 'chat.delivery_failed')) return false;
  return error.details['status'] === 403 || error.details['status'] === 404;
}

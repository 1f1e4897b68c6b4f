import { LRUCache } from 'lru-cache';
import type { ChatUser } from '../../src/chat/chat-user.js';
import type { Message } from '../../src/chat/message.js';
import { type BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { PersonalActivity } from './activity.js';
import type { TeamsMessagePlace, TeamsPlace } from './address.js';
import type { BotFramework } from './bot-framework.js';
import { renderMessage } from './cards.js';

const REMEMBERED_CHATS = 10_000;

/** Where something is said: a place, and whether it is the 1:1 chat of the person in it. */
type Spot = TeamsPlace & { readonly direct: boolean };

/** Says things in Teams, in private in the person's 1:1 chat. */
export class Outbox {
  readonly #appId: string;
  readonly #logger: Logger;
  /** 1:1 chats by the person's object id: they stay the same for as long as the app is installed. */
  readonly #chats = new LRUCache<string, string>({ max: REMEMBERED_CHATS });
  /** Microsoft moves conversations between hosts; the latest activity says where. */
  readonly #serviceUrls = new LRUCache<string, string>({ max: REMEMBERED_CHATS });

  constructor(options: { readonly appId: string; readonly logger: Logger }) {
    this.#appId = options.appId;
    this.#logger = options.logger;
  }

  /** Learns where people and conversations are from what arrives. */
  remember(did: PersonalActivity): void {
    if (did.isDirect) this.#chats.set(did.aadObjectId, did.conversationId);
    this.#serviceUrls.set(did.conversationId, did.serviceUrl);
  }

  async post(bot: BotFramework, spot: Spot, message: Message): Promise<TeamsMessagePlace> {
    const place = this.#refreshed(spot);
    return { ...place, activityId: await bot.send(place, renderMessage(message)) };
  }

  async postPrivately(bot: BotFramework, spot: Spot, user: ChatUser, message: Message): Promise<TeamsMessagePlace> {
    const isTheirs = spot.aadObjectId === user.userId;
    if (spot.direct && isTheirs) return this.post(bot, spot, message);
    const person = { ...spot, aadObjectId: user.userId, userId: isTheirs ? spot.userId : user.userId };
    try {
      return await this.#postDirectly(bot, person, message);
    } catch (error) {
      // The app is not installed for this person, or they have removed it.
      if (spot.direct || !isGone(error)) throw error;
      this.#logger.info({ ...error.details }, 'no 1:1 chat in Teams, so a note is left in the conversation');
      const notice = await this.post(bot, spot, this.#notice());
      return { ...notice, aadObjectId: person.aadObjectId, userId: person.userId, isNotice: true };
    }
  }

  async update(bot: BotFramework, ref: TeamsMessagePlace, message: Message): Promise<TeamsMessagePlace> {
    const { activityId, isNotice, ...spot } = ref;
    if (isNotice) {
      return this.postPrivately(
        bot,
        spot,
        { platform: 'teams', tenantId: ref.tenantId, userId: ref.aadObjectId },
        message,
      );
    }
    const place = this.#refreshed(spot);
    try {
      await bot.update(place, activityId, renderMessage(message));
      return { ...place, activityId };
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#logger.info({ ...error.details }, 'a message in Teams is gone, so it is posted anew');
      return this.post(bot, place, message);
    }
  }

  async #postDirectly(bot: BotFramework, person: TeamsPlace, message: Message): Promise<TeamsMessagePlace> {
    const known = this.#chats.get(person.aadObjectId);
    if (known !== undefined) {
      try {
        return await this.post(bot, { ...person, conversationId: known, direct: true }, message);
      } catch (error) {
        if (!isGone(error)) throw error;
        this.#chats.delete(person.aadObjectId);
      }
    }
    const conversationId = await bot.openDirect(this.#refreshed({ ...person, direct: false }), person.userId);
    const sent = await this.post(bot, { ...person, conversationId, direct: true }, message);
    this.#chats.set(person.aadObjectId, conversationId);
    return sent;
  }

  #refreshed(spot: Spot): Spot {
    const serviceUrl = this.#serviceUrls.get(spot.conversationId);
    return serviceUrl === undefined ? spot : { ...spot, serviceUrl };
  }

  #notice(): Message {
    const words =
      'I have an answer that only the person who asked should see. Open a chat with me, then ask there again.';
    const url = `https://teams.microsoft.com/l/chat/0/0?users=${encodeURIComponent(`28:${this.#appId}`)}`;
    return {
      fallback: words,
      blocks: [
        { kind: 'text', text: [{ text: words }] },
        { kind: 'buttons', buttons: [{ kind: 'link', label: 'Open the chat', url }] },
      ],
    };
  }
}

/** True when the conversation or the message is no more, or not for the bot: nothing that a repetition would change. */
function isGone(error: unknown): error is BehalfError {
  if (!isBehalfError(error, 'chat.delivery_failed')) return false;
  return error.details['status'] === 403 || error.details['status'] === 404;
}

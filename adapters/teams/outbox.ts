import { LRUCache } from 'lru-cache';
import type { ChatUser } from '../../src/chat/chat-user.js';
import type { Message } from '../../src/chat/message.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import { randomToken } from '../../src/kernel/ids.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Texts } from '../../src/texts/english.js';
import { textsFor } from '../../src/texts/texts-for.js';
import type { PersonalActivity } from './activity.js';
import type { TeamsMessagePlace, TeamsPlace } from './address.js';
import type { BotFramework } from './bot-framework.js';
import { type OutgoingActivity, renderMessage } from './cards.js';
import type { DirectChats } from './direct-chats.js';
import type { HeldMessage, HeldMessages } from './held-messages.js';
import type { OpenPresses } from './open-presses.js';
import { sentNotice, waitingNotice } from './private-notice.js';
import type { SignInQuestion } from './sign-in-question.js';
import { needsOwnChat, withMarks } from './targeted.js';

const REMEMBERED_CONVERSATIONS = 10_000;

/** Where something is said: a place, and whether it is the 1:1 chat of the person in it. */
type Spot = TeamsPlace & { readonly direct: boolean };

interface OutboxOptions {
  /** Opens the dialog that adds the app. */
  readonly installUrl: string;
  /** What is private is said in channels and group chats, to the person alone. */
  readonly targeted: boolean;
  readonly chats: DirectChats;
  readonly held: HeldMessages;
  readonly presses: OpenPresses;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What everybody in a conversation reads. */
  readonly defaultLocale?: string | undefined;
}

/**
 * Says things in Teams, in private in the person's 1:1 chat. What is private and cannot be said, because the person does not
 * have the app, is held until they do; the conversation is told only that there is something.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #texts: Texts;
  /** Microsoft moves conversations between hosts; the latest activity says where. */
  readonly #serviceUrls = new LRUCache<string, string>({ max: REMEMBERED_CONVERSATIONS });

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#texts = textsFor(options.defaultLocale);
  }

  /** Learns where a conversation is from what arrives. */
  remember({ conversationId, serviceUrl }: Pick<PersonalActivity, 'conversationId' | 'serviceUrl'>): void {
    this.#serviceUrls.set(conversationId, serviceUrl);
  }

  async post(bot: BotFramework, spot: Spot, message: Message): Promise<TeamsMessagePlace> {
    return this.#send(bot, spot, renderMessage(message));
  }

  async postPrivately(bot: BotFramework, spot: Spot, user: ChatUser, message: Message): Promise<TeamsMessagePlace> {
    const isTheirs = spot.aadObjectId === user.userId;
    if (spot.direct && isTheirs) return this.post(bot, spot, message);
    const isTargeted = this.#options.targeted && isTheirs && !needsOwnChat(message);
    return (isTargeted && (await this.#sendTargeted(bot, spot, message))) || this.#sayInChat(bot, spot, user, message);
  }

  async #sayInChat(bot: BotFramework, spot: Spot, user: ChatUser, message: Message): Promise<TeamsMessagePlace> {
    const isTheirs = spot.aadObjectId === user.userId;
    const person = { ...spot, aadObjectId: user.userId, userId: isTheirs ? spot.userId : user.userId };
    const activity = renderMessage(message);
    const sent = await this.#sendDirectly(bot, person, activity);
    if (sent) return sent;
    if (spot.direct) throw notInstalled();
    return this.#hold(bot, person, activity);
  }

  /** Asks in the person's 1:1 chat; undefined where there is none: it is not held. */
  async ask(
    bot: BotFramework,
    spot: Spot,
    user: ChatUser,
    question: SignInQuestion,
  ): Promise<TeamsMessagePlace | undefined> {
    const isTheirs = spot.aadObjectId === user.userId;
    if (spot.direct && isTheirs) return this.#send(bot, spot, question);
    const person = { ...spot, aadObjectId: user.userId, userId: isTheirs ? spot.userId : user.userId };
    return this.#sendDirectly(bot, person, question);
  }

  async update(bot: BotFramework, ref: TeamsMessagePlace, message: Message): Promise<TeamsMessagePlace> {
    const { activityId, heldId, targeted, ...spot } = ref;
    if (heldId !== undefined) return this.#updateHeld(bot, { ...ref, heldId }, message);
    const place = this.#refreshed(spot);
    if (targeted) return this.#updateTargeted(bot, { ...place, activityId, targeted }, message);
    try {
      const at = { ...place, activityId };
      const activity = this.#options.presses.render(at, message);
      await bot.update(place, activityId, activity);
      this.#options.presses.replaced(at, activity);
      return at;
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#options.logger.info({ ...error.details }, 'a message in Teams is gone, so it is posted anew');
      return this.post(bot, place, message);
    }
  }

  /** What is held for a person without the app is dropped; its note in the conversation stays. */
  async remove(bot: BotFramework, { activityId, heldId, targeted, ...spot }: TeamsMessagePlace): Promise<void> {
    if (heldId === undefined) return this.#remove(bot, spot, activityId, targeted);
    const { held } = this.#options;
    const where = await held.placeOf(userIn(spot), heldId);
    if (where) return this.#remove(bot, { ...spot, ...where, direct: true }, where.activityId);
    await held.drop(userIn(spot), heldId);
  }

  async #remove(bot: BotFramework, spot: Spot, activityId: string, targeted?: boolean): Promise<void> {
    try {
      await bot.remove(this.#refreshed(spot), activityId, targeted);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Undefined where Teams refuses: it is a preview, and not everywhere. */
  async #sendTargeted(bot: BotFramework, spot: Spot, message: Message): Promise<TeamsMessagePlace | undefined> {
    const place = this.#refreshed(spot);
    try {
      const activity = withMarks(renderMessage(message));
      return {
        ...place,
        activityId: await bot.sendTargeted(place, { recipientId: place.userId }, activity),
        targeted: true,
      };
    } catch (error) {
      this.#noTargeted(error);
      return undefined;
    }
  }

  /** What cannot be replaced any more, after a day, goes into the 1:1 chat: in the conversation everybody would see it. */
  async #updateTargeted(bot: BotFramework, at: TeamsMessagePlace, message: Message): Promise<TeamsMessagePlace> {
    const { presses } = this.#options;
    const replace = async (activity: OutgoingActivity): Promise<TeamsMessagePlace> => {
      await bot.sendTargeted(at, { recipientId: at.userId, activityId: at.activityId }, activity);
      presses.replaced(at, activity);
      return at;
    };
    const { activityId: _, targeted: __, ...spot } = at;
    if (!needsOwnChat(message)) {
      const replaced = await replace(withMarks(presses.render(at, message))).catch((error) => this.#noTargeted(error));
      return replaced ?? this.#sayInChat(bot, spot, userIn(spot), message);
    }
    const sent = await this.#sayInChat(bot, spot, userIn(spot), message);
    const texts = message.locale === undefined ? this.#texts : textsFor(message.locale);
    await replace(presses.render(at, sentNotice(texts))).catch((error) => this.#noTargeted(error));
    return sent;
  }

  #noTargeted(error: unknown): undefined {
    if (!isBehalfError(error, 'chat.delivery_failed')) throw error;
    this.#options.logger.info({ ...error.details }, 'Teams takes no message for one person there');
  }

  /** Sends what was held for a person whose 1:1 chat is there now. What cannot be sent is held on. */
  async release(bot: BotFramework, place: TeamsPlace): Promise<void> {
    const user = userIn(place);
    const { held } = this.#options;
    const messages = await held.take(user);
    for (const [index, message] of messages.entries()) {
      try {
        const sent = await this.#send(bot, { ...place, direct: true }, message.activity);
        await held.delivered(user, message.id, sent);
      } catch (error) {
        for (const left of messages.slice(index)) await held.hold(user, left);
        throw error;
      }
      await this.#tellSent(bot, place, message);
    }
  }

  /** Keeps the message first, so that nothing is lost, and then says that it is there. */
  async #hold(bot: BotFramework, person: Spot, activity: OutgoingActivity): Promise<TeamsMessagePlace> {
    const { clock, held, installUrl, logger } = this.#options;
    const user = userIn(person);
    const { conversationId } = person;
    const heldId = randomToken(128);
    const known = await held.hold(user, { id: heldId, conversationId, at: clock.now(), activity });
    if (known !== undefined) return { ...person, activityId: known, heldId };
    logger.info({}, 'no 1:1 chat in Teams, so a note is left in the conversation');
    const notice = await this.post(bot, person, waitingNotice(installUrl, this.#texts));
    await held.noticed(user, heldId, notice.activityId);
    return { ...notice, heldId };
  }

  async #updateHeld(
    bot: BotFramework,
    ref: TeamsMessagePlace & { readonly heldId: string },
    message: Message,
  ): Promise<TeamsMessagePlace> {
    const { activityId: noticeId, conversationId, heldId, ...place } = ref;
    const { clock, held } = this.#options;
    const user = userIn(ref);
    const where = await held.placeOf(user, heldId);
    if (where) return this.update(bot, { ...place, ...where, direct: true }, message);
    const activity = renderMessage(message);
    await held.drop(user, heldId);
    const sent = await this.#sendDirectly(bot, { ...ref }, activity);
    const entry = { id: heldId, conversationId, noticeId, at: clock.now(), activity };
    if (!sent) {
      await held.hold(user, entry);
      return ref;
    }
    await held.delivered(user, heldId, sent);
    await this.#tellSent(bot, ref, entry);
    return sent;
  }

  /** Undefined when there is no 1:1 chat with that person and none can be made. */
  async #sendDirectly(
    bot: BotFramework,
    { activityId: _, heldId: __, targeted: ___, ...person }: TeamsPlace & Partial<TeamsMessagePlace>,
    activity: OutgoingActivity | SignInQuestion,
  ): Promise<TeamsMessagePlace | undefined> {
    const { chats } = this.#options;
    const user = userIn(person);
    const known = await chats.find(user);
    if (known === 'gone') return undefined;
    try {
      if (known) return await this.#send(bot, { ...person, ...known, direct: true }, activity);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    try {
      const asked = this.#refreshed({ ...person, direct: false });
      const conversationId = await bot.openDirect(asked, person.userId);
      const sent = await this.#send(bot, { ...asked, conversationId, direct: true }, activity);
      await chats.remember(user, sent);
      return sent;
    } catch (error) {
      if (!isGone(error)) throw error;
      // The app is not installed for this person, or they have removed or blocked it.
      this.#options.logger.info({ ...error.details }, 'a person has no 1:1 chat with the bot in Teams');
      await chats.forget(user);
      return undefined;
    }
  }

  /** The answer is there; what becomes of the note does not matter to it. */
  async #tellSent(bot: BotFramework, place: TeamsPlace, { conversationId, noticeId }: HeldMessage): Promise<void> {
    if (noticeId === undefined) return;
    const target = this.#refreshed({ ...place, conversationId, direct: false });
    await bot.update(target, noticeId, renderMessage(sentNotice(this.#texts))).catch((error: unknown) => {
      this.#options.logger.info({ err: asBehalfError(error) }, 'a note in Teams could not be replaced');
    });
  }

  async #send(bot: BotFramework, spot: Spot, activity: OutgoingActivity | SignInQuestion): Promise<TeamsMessagePlace> {
    const place = this.#refreshed(spot);
    return { ...place, activityId: await bot.send(place, activity) };
  }

  #refreshed(spot: Spot): Spot {
    const serviceUrl = this.#serviceUrls.get(spot.conversationId);
    return serviceUrl === undefined ? spot : { ...spot, serviceUrl };
  }
}

function userIn({ aadObjectId, tenantId }: TeamsPlace): ChatUser {
  return { platform: 'teams', tenantId, userId: aadObjectId };
}

function notInstalled(): BehalfError {
  return new BehalfError('chat.delivery_failed', 'The app is not installed for the person.', {
    details: { code: 'AppNotInstalled' },
  });
}

/** True when the conversation or the message is no more, or not for the bot: nothing that a repetition would change. */
function isGone(error: unknown): error is BehalfError {
  if (!isBehalfError(error, 'chat.delivery_failed')) return false;
  return error.details['status'] === 403 || error.details['status'] === 404;
}

import type { ChatUser } from '../../src/chat/chat-user.js';
import { BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Texts } from '../../src/texts/english.js';
import { textsFor } from '../../src/texts/texts-for.js';
import { type TeamsMessagePlace, userIn } from './address.js';
import type { BotFramework } from './bot-framework.js';
import { type OutgoingActivity, renderMessage } from './cards.js';
import type { HeldOutbox, HeldPlace } from './held-outbox.js';
import type { OpenPresses } from './open-presses.js';
import { sentNotice } from './private-notice.js';
import { isGone, type Sender, type Spot } from './sender.js';
import type { SignInQuestion } from './sign-in-question.js';
import { needsOwnChat, withMarks } from './targeted.js';
import { renderTeamsMessage, type TeamsMessage } from './teams-message.js';

interface OutboxOptions {
  /** What is private is said in channels and group chats, to the person alone. */
  readonly targeted: boolean;
  readonly sender: Sender;
  readonly held: HeldOutbox;
  readonly presses: OpenPresses;
  readonly logger: Logger;
  /** What everybody in a conversation reads. */
  readonly texts: Texts;
}

/**
 * Says things in Teams, in private in the person's 1:1 chat. What is private and cannot be said, because the person does not
 * have the app, is held until they do.
 */
export class Outbox {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** A file that everybody could have goes to the one who asked: Teams gives none in channels and group chats. */
  async post(bot: BotFramework, spot: Spot, message: TeamsMessage): Promise<TeamsMessagePlace> {
    if (message.offer && !spot.direct) return this.#sayInChat(bot, spot, userIn(spot), message);
    return this.#options.sender.send(bot, spot, renderTeamsMessage(message));
  }

  async postPrivately(
    bot: BotFramework,
    spot: Spot,
    user: ChatUser,
    message: TeamsMessage,
  ): Promise<TeamsMessagePlace> {
    const isTheirs = spot.aadObjectId === user.userId;
    if (spot.direct && isTheirs) return this.post(bot, spot, message);
    const isTargeted = this.#options.targeted && isTheirs && !needsOwnChat(message);
    return (isTargeted && (await this.#sendTargeted(bot, spot, message))) || this.#sayInChat(bot, spot, user, message);
  }

  async #sayInChat(bot: BotFramework, spot: Spot, user: ChatUser, message: TeamsMessage): Promise<TeamsMessagePlace> {
    const isTheirs = spot.aadObjectId === user.userId;
    const person = { ...spot, aadObjectId: user.userId, userId: isTheirs ? spot.userId : user.userId };
    const activity = renderTeamsMessage(message);
    const { held, sender } = this.#options;
    const sent = await sender.sendDirectly(bot, person, activity);
    if (sent) return sent;
    if (spot.direct) throw notInstalled();
    return held.hold(bot, person, activity);
  }

  /** Asks in the person's 1:1 chat; undefined where there is none: it is not held. */
  async ask(
    bot: BotFramework,
    spot: Spot,
    user: ChatUser,
    question: SignInQuestion,
  ): Promise<TeamsMessagePlace | undefined> {
    const isTheirs = spot.aadObjectId === user.userId;
    if (spot.direct && isTheirs) return this.#options.sender.send(bot, spot, question);
    const person = { ...spot, aadObjectId: user.userId, userId: isTheirs ? spot.userId : user.userId };
    return this.#options.sender.sendDirectly(bot, person, question);
  }

  async update(bot: BotFramework, ref: TeamsMessagePlace, message: TeamsMessage): Promise<TeamsMessagePlace> {
    const { activityId, heldId, targeted, ...spot } = ref;
    if (heldId !== undefined) return this.#updateHeld(bot, { ...ref, heldId }, message);
    const { sender } = this.#options;
    const place = sender.refreshed(spot);
    if (targeted) return this.#updateTargeted(bot, { ...place, activityId, targeted }, message);
    if (message.offer && !place.direct) {
      await sender.remove(bot, place, activityId);
      return this.#sayInChat(bot, place, userIn(place), message);
    }
    try {
      const at = { ...place, activityId };
      await this.#replace(bot, at, message);
      return at;
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#options.logger.info({ ...error.details }, 'a message in Teams is gone, so it is posted anew');
      return this.post(bot, place, message);
    }
  }

  async #updateHeld(bot: BotFramework, ref: HeldPlace, message: TeamsMessage): Promise<TeamsMessagePlace> {
    const { held } = this.#options;
    const standsAt = await held.placeOf(ref);
    if (standsAt) return this.update(bot, standsAt, message);
    const replaced = await held.replace(bot, ref, renderTeamsMessage(message));
    return 'standsAt' in replaced ? this.update(bot, replaced.standsAt, message) : replaced.at;
  }

  async #replace(bot: BotFramework, at: TeamsMessagePlace, message: TeamsMessage): Promise<void> {
    const { presses } = this.#options;
    if (message.offer) return bot.update(at, at.activityId, renderTeamsMessage(message));
    const activity = presses.render(at, message);
    await bot.update(at, at.activityId, activity);
    presses.replaced(at, activity);
  }

  /** What is held for a person without the app is dropped; its note in the conversation stays. */
  async remove(bot: BotFramework, ref: TeamsMessagePlace): Promise<void> {
    const { activityId, heldId, targeted, ...spot } = ref;
    const { held, sender } = this.#options;
    return heldId === undefined ? sender.remove(bot, spot, activityId, targeted) : held.remove(bot, { ...ref, heldId });
  }

  /** Undefined where Teams refuses: it is a preview, and not everywhere. */
  async #sendTargeted(bot: BotFramework, spot: Spot, message: TeamsMessage): Promise<TeamsMessagePlace | undefined> {
    const place = this.#options.sender.refreshed(spot);
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
  async #updateTargeted(bot: BotFramework, at: TeamsMessagePlace, message: TeamsMessage): Promise<TeamsMessagePlace> {
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
    const texts = message.locale === undefined ? this.#options.texts : textsFor(message.locale);
    await replace(presses.render(at, sentNotice(texts))).catch((error) => this.#noTargeted(error));
    return sent;
  }

  #noTargeted(error: unknown): undefined {
    if (!isBehalfError(error, 'chat.delivery_failed')) throw error;
    this.#options.logger.info({ ...error.details }, 'Teams takes no message for one person there');
  }
}

function notInstalled(): BehalfError {
  return new BehalfError('chat.delivery_failed', 'The app is not installed for the person.', {
    details: { code: 'AppNotInstalled' },
  });
}

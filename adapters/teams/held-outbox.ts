import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError } from '../../src/kernel/errors.js';
import { randomToken } from '../../src/kernel/ids.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Texts } from '../../src/texts/english.js';
import { type TeamsMessagePlace, type TeamsPlace, userIn } from './address.js';
import type { BotFramework } from './bot-framework.js';
import { renderMessage } from './cards.js';
import type { HeldActivity, HeldMessage, HeldMessages } from './held-messages.js';
import { sentNotice, waitingNotice } from './private-notice.js';
import { isGone, type Sender, type Spot } from './sender.js';

interface HeldOutboxOptions {
  /** Opens the dialog that adds the app. */
  readonly installUrl: string;
  readonly held: HeldMessages;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What everybody in a conversation reads. */
  readonly texts: Texts;
}

/** A message that stands for one that is held. */
export type HeldPlace = TeamsMessagePlace & { readonly heldId: string };

/**
 * What is private and cannot be said, because the person does not have the app, until they do. The conversation is told only
 * that there is something.
 */
export class HeldOutbox {
  readonly #options: HeldOutboxOptions;

  constructor(options: HeldOutboxOptions) {
    this.#options = options;
  }

  /** Keeps the message first, so that nothing is lost, and then says that it is there. */
  async hold(bot: BotFramework, person: Spot, activity: HeldActivity): Promise<TeamsMessagePlace> {
    const { clock, held, installUrl, logger, sender, texts } = this.#options;
    const user = userIn(person);
    const { conversationId } = person;
    const heldId = randomToken(128);
    const known = await held.hold(user, { id: heldId, conversationId, at: clock.now(), activity });
    if (known !== undefined) return { ...person, activityId: known, heldId };
    logger.info({}, 'no 1:1 chat in Teams, so a note is left in the conversation');
    const notice = await sender.send(bot, person, renderMessage(waitingNotice(installUrl, texts)));
    await held.noticed(user, heldId, notice.activityId);
    return { ...notice, heldId };
  }

  /** Sends what was held for a person whose 1:1 chat is there now. What cannot be sent is held on. */
  async release(bot: BotFramework, place: TeamsPlace): Promise<void> {
    const user = userIn(place);
    const { clock, held, sender } = this.#options;
    const messages = await held.begin(user, clock.now());
    for (const [index, message] of messages.entries()) {
      try {
        const sent = await sender.send(bot, { ...place, direct: true }, message.activity);
        await this.#settle(bot, message, sent);
      } catch (error) {
        for (const left of messages.slice(index)) await held.giveBack(user, left.id);
        throw error;
      }
    }
  }

  /**
   * Puts another message in place of one that is held: the person gets that one alone. `standsAt`: it has been sent, and is there
   * to be replaced.
   */
  async replace(
    bot: BotFramework,
    ref: HeldPlace,
    activity: HeldActivity,
  ): Promise<{ readonly standsAt: TeamsMessagePlace } | { readonly at: TeamsMessagePlace }> {
    const { clock, held, sender } = this.#options;
    const { activityId: noticeId, conversationId, heldId: id } = ref;
    const user = userIn(ref);
    const now = clock.now();
    const replaced = await held.replace(user, { id, activity, now });
    // Whoever sends the former one finds this one when it is there.
    if (replaced === 'under_way') return { at: ref };
    if (replaced === 'gone') {
      const standsAt = await this.placeOf(ref);
      if (standsAt) return { standsAt };
      await held.hold(user, { id, conversationId, noticeId, at: now, activity, sendingUntil: held.until(now) });
    }
    const sent = await sender.sendDirectly(bot, ref, activity);
    if (!sent) {
      await held.giveBack(user, id);
      return { at: ref };
    }
    await this.#settle(bot, { id, conversationId, noticeId, at: now, activity }, sent);
    return { at: sent };
  }

  /** Where a message has come to stand that was held. */
  async placeOf({ heldId, activityId: _, ...spot }: HeldPlace): Promise<TeamsMessagePlace | undefined> {
    const where = await this.#options.held.placeOf(userIn(spot), heldId);
    return where && { ...spot, ...where, direct: true };
  }

  /** It is not sent any more; what has been sent is taken away. */
  async remove(bot: BotFramework, ref: HeldPlace): Promise<void> {
    const { held, sender } = this.#options;
    // Whoever sends it takes it away when it is not held any more.
    if (await held.drop(userIn(ref), ref.heldId)) return;
    const at = await this.placeOf(ref);
    if (at) await sender.remove(bot, at, at.activityId);
  }

  /** It has been sent: what was said in its place meanwhile is put there. */
  async #settle(bot: BotFramework, message: HeldMessage, sent: TeamsMessagePlace): Promise<void> {
    const { held, sender } = this.#options;
    const user = userIn(sent);
    // First, so that whoever finds it held no longer finds it there.
    await held.delivered(user, message.id, sent);
    const last = await held.settle(user, message.id);
    try {
      if (last === undefined) await sender.remove(bot, sent, sent.activityId);
      else if (JSON.stringify(last) !== JSON.stringify(message.activity))
        await bot.update(sender.refreshed(sent), sent.activityId, last);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    await this.#tellSent(bot, sent, message);
  }

  /** The answer is there; what becomes of the note does not matter to it. */
  async #tellSent(bot: BotFramework, place: TeamsPlace, { conversationId, noticeId }: HeldMessage): Promise<void> {
    if (noticeId === undefined) return;
    const { logger, sender, texts } = this.#options;
    const target = sender.refreshed({ ...place, conversationId });
    await bot.update(target, noticeId, renderMessage(sentNotice(texts))).catch((error: unknown) => {
      logger.info({ err: asBehalfError(error) }, 'a note in Teams could not be replaced');
    });
  }
}

import type { ChatUser } from '../../src/chat/chat-user.js';
import { type Message, textMessage } from '../../src/chat/message.js';
import type { TextFile } from '../../src/chat/text-file.js';
import { asBehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Texts } from '../../src/texts/english.js';
import { spoken, textsFor } from '../../src/texts/texts-for.js';
import { localeOf, type PersonalActivity } from './activity.js';
import { placeOf } from './address.js';
import type { BotFramework } from './bot-framework.js';
import { type OutgoingActivity, renderMessage } from './cards.js';
import { type FileActivity, type FileAnswer, offerOf, readAnswer, renderGiven } from './file-consent.js';
import { uploadFile } from './file-upload.js';
import type { OfferedFiles } from './offered-files.js';
import type { TeamsMessage } from './teams-message.js';

interface FileOffersParts {
  readonly files: OfferedFiles;
  readonly fileClient: HttpClient;
  readonly fileHosts: readonly string[];
  readonly logger: Logger;
  /** Of people whose language is not known or not spoken. */
  readonly defaultLocale: string | undefined;
}

/**
 * Files for people. Teams lets a bot put one into somebody's OneDrive when they have agreed to that very file, in their 1:1 chat;
 * until then it is kept for them, so that any process can hand it over.
 */
export class FileOffers {
  readonly #parts: FileOffersParts;

  constructor(parts: FileOffersParts) {
    this.#parts = parts;
  }

  /** The message as it can be sent to that person: a file as the question whether they want it. */
  async offered(user: ChatUser, message: Message): Promise<TeamsMessage> {
    const { fallback, file } = message;
    if (file === undefined) return message;
    return { ...message, offer: offerOf(file, await this.#parts.files.keep(user, file), fallback) };
  }

  /**
   * The person has said whether they want a file. What is no answer to a card of ours is passed over, and so is a press while
   * another one is at work.
   * @throws BehalfError `store.unavailable`, `chat.delivery_failed`
   */
  async answer(bot: BotFramework, did: PersonalActivity): Promise<void> {
    const answer = readAnswer(did.activity);
    if (answer === undefined) return;
    const { defaultLocale, files } = this.#parts;
    const user: ChatUser = { platform: 'teams', tenantId: did.tenantId, userId: did.aadObjectId };
    const { token } = answer;
    if (!(await files.begin(user, token))) return;
    const { long } = textsFor(spoken(localeOf(did.activity), defaultLocale));
    const file = await files.find(user, token);
    if (file !== undefined) return this.#take(bot, did, { answer, user, file, long });
    await files.giveUp(user, token);
    await bot.send(placeOf(did), renderMessage(textMessage(long.fileGone)));
  }

  async #take(
    bot: BotFramework,
    did: PersonalActivity,
    taken: {
      readonly answer: FileAnswer;
      readonly user: ChatUser;
      readonly file: TextFile;
      readonly long: Texts['long'];
    },
  ): Promise<void> {
    const { answer, file, long, user } = taken;
    const { files, logger } = this.#parts;
    if (answer.kind === 'declined') {
      await files.drop(user, answer.token);
      return this.#replace(bot, did, renderMessage(textMessage(long.fileDeclined(file.name))));
    }
    try {
      await uploadFile(this.#parts, answer.upload.uploadUrl, file);
    } catch (error) {
      logger.warn({ err: asBehalfError(error) }, 'a file could not be put into the OneDrive of a person');
      await files.giveUp(user, answer.token);
      await bot.send(placeOf(did), renderMessage(textMessage(long.notUploaded(file.name))));
      return;
    }
    await files.drop(user, answer.token);
    const name = answer.upload.name || file.name;
    await this.#replace(bot, did, renderGiven(answer.upload, name, long.fileGiven(name)));
  }

  /** Teams leaves the question as it is: it has to be taken away. */
  async #replace(bot: BotFramework, did: PersonalActivity, activity: OutgoingActivity | FileActivity): Promise<void> {
    const place = placeOf(did);
    const { replyToId } = did.activity;
    try {
      if (replyToId) return await bot.update(place, replyToId, activity);
    } catch (error) {
      if (!isBehalfError(error, 'chat.delivery_failed')) throw error;
      this.#parts.logger.info({ ...error.details }, 'the question about a file in Teams could not be replaced');
    }
    await bot.send(place, activity);
  }
}

import type { PostOptions } from '../../src/chat/chat-adapter.port.js';
import { inLanguage, type Message, textMessage } from '../../src/chat/message.js';
import type { TextFile } from '../../src/chat/text-file.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { Complete } from '../../src/kernel/complete.js';
import { isBehalfError } from '../../src/kernel/errors.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { textsFor } from '../../src/texts/texts-for.js';
import type { SlackMessagePlace, SlackPlace } from './address.js';
import { renderMessage, type SlackContent } from './blocks.js';
import { type JsonObject, objectAt, textAt } from './json.js';
import type { SlackMethod } from './scopes.js';
import { fileOrigins, isUploadForbidden, uploadFile } from './upload.js';
import { PATIENCE, type SlackApi, slackErrorOf } from './web-api.js';

/** Why an ephemeral message cannot be shown in place; the direct message is always open. */
const NOT_SHOWN_THERE: readonly (string | undefined)[] = [
  'user_not_in_channel',
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'cannot_reply_to_message',
  'no_permission',
  'restricted_action',
];
/** Why a message cannot be edited any more. */
const NOT_EDITABLE: readonly (string | undefined)[] = [
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'channel_not_found',
  'is_inactive',
];
/** Slack could not draw the message: a picture that it cannot fetch, a table where it knows none. */
const NOT_DRAWABLE: readonly (string | undefined)[] = ['invalid_blocks', 'invalid_attachments', 'msg_blocks_too_long'];
/** It is not there any more, or never was. */
const GONE: readonly (string | undefined)[] = [
  ...NOT_EDITABLE,
  'cant_delete_message',
  'file_not_found',
  'file_deleted',
];
/** A link preview would have Slack open the login page. */
const NO_PREVIEWS = { unfurl_links: false, unfurl_media: false } as const;

/** Puts messages into Slack, in place where Slack can and in the direct message where it cannot. */
export class Outbox {
  readonly #api: SlackApi;
  readonly #apiUrl: string;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(parts: {
    readonly api: SlackApi;
    /** Base of the Web API: files may be sent to hosts that belong to it alone. */
    readonly apiUrl: string;
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    this.#api = parts.api;
    this.#apiUrl = parts.apiUrl;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  async post(to: SlackPlace, message: Message, options: PostOptions = {}): Promise<SlackMessagePlace> {
    const place = options.thread ? inThread(to) : to;
    try {
      return await this.#say(place, message);
    } catch (error) {
      // A slash command can come from a direct message that the bot is not in.
      if (!place.direct || place.user === undefined || slackErrorOf(error) !== 'channel_not_found') throw error;
      return this.#sayDirectly(place, place.user, message);
    }
  }

  async postPrivately(place: SlackPlace, user: string, message: Message): Promise<SlackMessagePlace> {
    if (place.direct) {
      const isTheirs = place.user === undefined || place.user === user;
      return isTheirs ? this.post({ ...place, user }, message) : this.#sayDirectly(place, user, message);
    }
    // What only one person sees in a channel cannot be a file.
    if (message.file !== undefined) return this.#sayDirectly(place, user, message);
    try {
      await this.#send('chat.postEphemeral', { ...target(place), user, ...NO_PREVIEWS }, message);
      return { ...place, user };
    } catch (error) {
      if (!NOT_SHOWN_THERE.includes(slackErrorOf(error))) throw error;
      return this.#sayDirectly(place, user, message);
    }
  }

  async update(sent: SlackMessagePlace, message: Message): Promise<SlackMessagePlace> {
    if (sent.file !== undefined || message.file !== undefined) return this.#exchange(sent, message);
    if (sent.ts === undefined) return this.#updateEphemeral(sent, message);
    try {
      await this.#send('chat.update', { channel: sent.channel, ts: sent.ts }, message);
      return sent;
    } catch (error) {
      if (!NOT_EDITABLE.includes(slackErrorOf(error))) throw error;
      return this.post(withoutMessage(sent), message);
    }
  }

  /** An ephemeral message stays: Slack lets nobody but its reader take it away. */
  async remove({ channel, file, ts }: SlackMessagePlace): Promise<void> {
    try {
      if (file !== undefined) await this.#api.call('files.delete', { file }, PATIENCE.message);
      else if (ts !== undefined) await this.#api.call('chat.delete', { channel, ts }, PATIENCE.message);
    } catch (error) {
      if (!GONE.includes(slackErrorOf(error))) throw error;
    }
  }

  /** A file cannot become another one, nor a message a file. */
  async #exchange(sent: SlackMessagePlace, message: Message): Promise<SlackMessagePlace> {
    await this.remove(sent);
    const place = withoutMessage(sent);
    const isEphemeral = sent.ts === undefined && sent.file === undefined;
    return isEphemeral && place.user !== undefined
      ? this.postPrivately(place, place.user, message)
      : this.post(place, message);
  }

  /** Only a click on it gives access to an ephemeral message, for half an hour and five times. */
  async #updateEphemeral(sent: SlackMessagePlace, message: Message): Promise<SlackMessagePlace> {
    const { responseUrl, responseUntil = 0, user } = sent;
    if (responseUrl !== undefined && this.#clock.now() < responseUntil) {
      try {
        // What it does not take is not told here, so nothing is risked.
        await this.#api.respond(responseUrl, { replace_original: true, ...renderMessage(message, { plain: true }) });
        return sent;
      } catch (error) {
        if (!isBehalfError(error, 'chat.delivery_failed')) throw error;
        this.#logger.info({ slackError: slackErrorOf(error) }, 'ephemeral message cannot be replaced, posting anew');
      }
    }
    const place = withoutMessage(sent);
    return user === undefined ? this.post(place, message) : this.postPrivately(place, user, message);
  }

  async #sayDirectly({ workspace }: SlackPlace, user: string, message: Message): Promise<SlackMessagePlace> {
    const channel = await this.#openDirect(user);
    return this.#say({ ...(workspace === undefined ? {} : { workspace }), channel, direct: true, user }, message);
  }

  async #openDirect(user: string): Promise<string> {
    const opened = await this.#api.call('conversations.open', { users: user }, PATIENCE.message);
    return textAt(objectAt(opened, 'channel'), 'id') ?? user;
  }

  async #say(place: SlackPlace, message: Message): Promise<SlackMessagePlace> {
    if (message.file !== undefined) return this.#attach(place, message, message.file);
    const { direct, heardTs, threadTs, user, workspace } = place;
    const args: SlackMessage = {
      channel: place.channel,
      thread_ts: threadTs,
      unfurl_links: false,
      unfurl_media: false,
    };
    const answer = await this.#send('chat.postMessage', args, message);
    const channel = textAt(answer, 'channel') ?? place.channel;
    return { workspace, channel, direct, user, threadTs, heardTs, ts: textAt(answer, 'ts') };
  }

  async #attach(to: SlackPlace, { fallback: comment, locale }: Message, file: TextFile): Promise<SlackMessagePlace> {
    const uploading = { api: this.#api, origins: fileOrigins(this.#apiUrl) };
    // Unlike messages, files go to conversations alone: a person's id is refused.
    const place = isPerson(to.channel) ? { ...to, channel: await this.#openDirect(to.channel) } : to;
    try {
      return { ...place, file: await uploadFile(uploading, target(place), { comment, file }) };
    } catch (error) {
      if (!isUploadForbidden(error)) throw error;
      this.#logger.warn({ slackError: slackErrorOf(error) }, 'Slack does not let the app attach files');
      const { notAttached } = textsFor(locale).long;
      return this.#say(place, inLanguage(textMessage(notAttached(file.name, file.text.length)), locale));
    }
  }

  /** Sends the message as it is meant; refused for its pictures or tables, once more without them. */
  async #send(method: SlackMethod, args: SlackMessage, message: Message): Promise<JsonObject> {
    try {
      return await this.#api.call(method, withContent(args, renderMessage(message)), PATIENCE.message);
    } catch (error) {
      const slackError = slackErrorOf(error);
      const hasPlainForm = message.blocks.some(({ kind }) => kind === 'image' || kind === 'table');
      if (!hasPlainForm || !NOT_DRAWABLE.includes(slackError)) throw error;
      this.#logger.info(
        { method, slackError },
        'Slack cannot draw a message, so its tables and pictures are sent as text',
      );
      return this.#api.call(method, withContent(args, renderMessage(message, { plain: true })), PATIENCE.message);
    }
  }
}

/** Slack takes the id of a person for the direct message with them, where that is not known. */
function isPerson(channel: string): boolean {
  return /^[UW]/.test(channel);
}

/** The thread that the message which was heard is in, or one below it. A message that nobody wrote, as a slash command, has none. */
function inThread(place: SlackPlace): SlackPlace {
  const { heardTs } = place;
  return heardTs === undefined || place.threadTs !== undefined ? place : { ...place, threadTs: heardTs };
}

/** Arguments of a message beside what it says. */
interface SlackMessage {
  readonly channel: string;
  readonly thread_ts?: string | undefined;
  readonly ts?: string | undefined;
  readonly user?: string | undefined;
  /** See `NO_PREVIEWS`. */
  readonly unfurl_links?: false | undefined;
  readonly unfurl_media?: false | undefined;
}

/** Written out; what is undefined is not sent. */
function withContent(
  { channel, thread_ts, ts, unfurl_links, unfurl_media, user }: SlackMessage,
  { blocks, text }: SlackContent,
): JsonObject {
  return { channel, thread_ts, ts, user, unfurl_links, unfurl_media, text, blocks } satisfies Complete<SlackMessage> &
    SlackContent;
}

function target({ channel, threadTs }: SlackPlace): { readonly channel: string; readonly thread_ts?: string } {
  return { channel, ...(threadTs === undefined ? {} : { thread_ts: threadTs }) };
}

function withoutMessage({ channel, direct, user, threadTs, workspace }: SlackMessagePlace): SlackPlace {
  return {
    ...(workspace === undefined ? {} : { workspace }),
    channel,
    direct,
    ...(user === undefined ? {} : { user }),
    ...(threadTs === undefined ? {} : { threadTs }),
  };
}

import { setMaxListeners } from 'node:events';
import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Platform } from '../chat/chat-user.js';
import { pauseBeforeDelivery } from '../jobs/deliver-reply.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, BehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';

interface PatientChatsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

type FindChat = (platform: Platform) => ChatAdapter;

/** Whether words that wait are still to be said. */
export type IsWanted = () => Promise<boolean>;

/** The chat of a platform. What waits to be said in it is dropped when it is not wanted any more: it rejects. */
export type FindPatientChat = (platform: Platform, isWanted?: IsWanted) => ChatAdapter;

/** Words that wait in a process, of all platforms: half of the events of one that are worked on at once. */
const MOST_WAITING = 500;

/**
 * Chats that say once more, later, what their platform does not take now, at the times at which jobs repeat their answers. What
 * is said resolves when it stands in the chat, and rejects when it does not get there. Only where it was cut short, by {@link stop}
 * or because too much waits already, does the error say that a repeat may help.
 */
export class PatientChats {
  /** The same chats, found in the same way. */
  readonly chats: FindPatientChat;
  readonly #deps: PatientChatsDeps;
  readonly #mostWaiting: number;
  readonly #stopping = new AbortController();
  /** When words were last not taken, in ms since the epoch. */
  readonly #refusedAt = new Map<Platform, number>();
  #waiting = 0;

  constructor(chats: FindChat, deps: PatientChatsDeps, mostWaiting = MOST_WAITING) {
    this.#deps = deps;
    this.#mostWaiting = mostWaiting;
    // Each pause listens to it.
    setMaxListeners(0, this.#stopping.signal);
    const made = new Map<Platform, ChatAdapter>();
    this.chats = (platform, isWanted) => {
      if (isWanted) return this.#patient(chats(platform), isWanted);
      const chat = made.get(platform) ?? this.#patient(chats(platform));
      made.set(platform, chat);
      return chat;
    };
  }

  /** True when the chat has not taken words since `at` (ms since the epoch): what is longer under way may have waited for it. */
  hasRefusedSince(platform: Platform, at: number): boolean {
    return (this.#refusedAt.get(platform) ?? Number.NEGATIVE_INFINITY) >= at;
  }

  /** Whatever still waits is given up now. */
  stop(): void {
    this.#stopping.abort();
  }

  #patient(chat: ChatAdapter, isWanted?: IsWanted): ChatAdapter {
    const {
      asidesInOwnChat = false,
      files,
      home,
      long,
      platform,
      popUpScripts,
      routes,
      silentSignIn,
      workingSign,
    } = chat;
    const later = <T>(say: () => Promise<T>): Promise<T> => this.#untilSaid(platform, say, isWanted);
    return whole({
      ...{ asidesInOwnChat, files, long, platform, routes },
      ...(home ? { home } : {}),
      ...(popUpScripts ? { popUpScripts } : {}),
      ...(silentSignIn ? { silentSignIn } : {}),
      ...(workingSign ? { workingSign } : {}),
      ...(chat.isInGroup ? { isInGroup: chat.isInGroup.bind(chat) } : {}),
      channelOf: (conversation) => chat.channelOf(conversation),
      describeUser: (user, conversation) => chat.describeUser(user, conversation),
      post: (to, message, options) => later(() => chat.post(to, message, options)),
      postPrivately: (to, user, message) => later(() => chat.postPrivately(to, user, message)),
      start: (handler, admits, onLifecycle) => chat.start(handler, admits, onLifecycle),
      stop: () => chat.stop(),
      update: (ref, message) => later(() => chat.update(ref, message)),
    });
  }

  async #untilSaid<T>(platform: Platform, say: () => Promise<T>, isWanted?: IsWanted): Promise<T> {
    const { logger } = this.#deps;
    for (let failures = 1; ; failures += 1) {
      try {
        return await say();
      } catch (error) {
        const err = asBehalfError(error);
        this.#refusedAt.set(platform, this.#deps.clock.now());
        const pauseMs = pauseBeforeDelivery(err, failures);
        if (pauseMs === undefined) throw forGood(err);
        if (this.#waiting >= this.#mostWaiting) throw err;
        logger.warn({ platform, pauseMs, err }, 'words that a chat does not take are said again later');
        await this.#pause(pauseMs, err);
        // Where nobody knows, it is said.
        if (isWanted && !(await isWanted().catch(() => true))) throw forGood(err);
      }
    }
  }

  async #pause(ms: number, error: BehalfError): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#deps.clock.sleep(ms, this.#stopping.signal);
    } catch {
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }
}

/** Does not compile while a part of the port is left out, be it one that only some chats have. */
function whole<Parts extends ChatAdapter>(
  parts: Parts & { readonly [Part in Exclude<keyof ChatAdapter, keyof Parts>]: ChatAdapter[Part] },
): ChatAdapter {
  return parts;
}

/** The same without the advice to repeat it. */
function forGood(error: BehalfError): BehalfError {
  if (error.retryAfterMs === undefined) return error;
  return new BehalfError(error.code, error.message, { details: error.details });
}

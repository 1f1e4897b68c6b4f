import type { ActionEvent, HomeEvent } from '../chat/chat-event.js';
import { type ChatUser, chatUserKey, type Platform } from '../chat/chat-user.js';
import type { Click } from '../chat/clicks.js';
import type { HomePage } from '../chat/home-page.port.js';
import { isPerson, type JobOwner } from '../chat/job-owner.js';
import { inLanguage, type Message, textMessage } from '../chat/message.js';
import { Turns } from '../jobs/turns.js';
import type { WaitingJobs } from '../jobs/waiting-jobs.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, isBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import { errorText } from '../texts/error-text.js';
import { textsFor } from '../texts/texts-for.js';
import type { EventClaims } from './event-claims.js';
import type { Help } from './help.js';
import type { HomeMark, HomeMarks } from './home-marks.js';
import { homeMessage } from './home-messages.js';
import type { PersonalConnections } from './personal-connections.js';
import type { WaitingView } from './waiting-view.js';

/** Changes that come together are shown together: a login, for one, wakes jobs that end at once. */
const GATHER_MS = 300;

interface HomeDeps {
  readonly pageOf: (platform: Platform) => HomePage | undefined;
  readonly marks: HomeMarks;
  readonly connections: PersonalConnections;
  readonly help: Help;
  readonly waiting: WaitingJobs;
  readonly waitingView: WaitingView;
  readonly claims: EventClaims;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What stands in the home in place of what would stand there by itself. */
interface Shown {
  /** What was just done, or why not. */
  readonly notice?: string;
  readonly connections?: Message;
  readonly help?: Message;
}

/**
 * The page that a platform keeps for the bot and one person: what waits for them, their connections, the commands that they may
 * run. It is drawn anew when they open it or press something there, and after each change while they have looked at it lately.
 */
export class Home {
  readonly #deps: HomeDeps;
  readonly #turns = new Turns();
  /** Changes that are about to be shown, by person. */
  readonly #gathering = new Map<string, AbortController>();

  constructor(deps: HomeDeps) {
    this.#deps = deps;
  }

  /**
   * Somebody has opened their home. Nobody is told in the chat of what goes wrong: they have asked nothing there.
   * @throws BehalfError `chat.under_way` as {@link EventClaims.claim} does
   */
  async opened(event: HomeEvent): Promise<void> {
    const { claims, logger } = this.#deps;
    try {
      if (!(await claims.claim(event))) return;
      await this.#show(event, {});
    } catch (error) {
      if (isBehalfError(error, 'chat.under_way')) throw error;
      const err = asBehalfError(error);
      logger.error({ platform: event.user.platform, eventId: event.id, err }, 'a home could not be drawn');
      const texts = textsFor(event.locale);
      const words = textMessage(texts.commands.withReference(errorText(err, texts), err.ref));
      await this.#pageOf(event.user)
        ?.publish(event.conversation, event.user, inLanguage(words, event.locale))
        .catch(() => {});
    }
  }

  /** Carries out a press on something of the page that is drawn there; tells whether it was such a press. */
  async press(event: ActionEvent, click: Click): Promise<boolean> {
    const { connections, help, waiting } = this.#deps;
    switch (click.kind) {
      case 'connections':
        await this.#show(event, {});
        return true;
      case 'connection': {
        const chosen = click.connection ?? connections.chosenIn(event.values);
        await this.#show(event, { connections: await connections.press(event, click.do, chosen) });
        return true;
      }
      case 'own-data':
        await this.#show(event, { connections: await connections.ownData.press(event, click) });
        connections.ownData.begin(click);
        return true;
      case 'help':
        await this.#show(event, { help: await help.all(event, click) });
        return true;
      case 'cancel-job': {
        const outcome = await waiting.cancel(event.user, click.job);
        const { commands } = textsFor(event.locale);
        await this.tell(event, outcome === 'cancelled' ? commands.cancelled : commands.notWaiting);
        return true;
      }
      default:
        return false;
    }
  }

  /** Says something at the top of the page, where a press gave nothing else to show. */
  tell(event: ActionEvent, notice: string): Promise<void> {
    return this.#show(event, { notice });
  }

  /** Something has changed that the home of this person shows. Returns at once; what goes wrong is logged. */
  changed(owner: JobOwner): void {
    if (!isPerson(owner) || !this.#pageOf(owner)) return;
    const key = chatUserKey(owner);
    if (this.#gathering.has(key)) return;
    const overtaken = new AbortController();
    this.#gathering.set(key, overtaken);
    void this.#refreshLater(owner, overtaken).catch((error: unknown) => this.#warn(owner, error));
  }

  async #refreshLater(user: ChatUser, overtaken: AbortController): Promise<void> {
    await this.#deps.clock.sleep(GATHER_MS, overtaken.signal).catch(() => {});
    if (overtaken.signal.aborted) return;
    this.#gathering.delete(chatUserKey(user));
    await this.#turns.take(chatUserKey(user), async () => {
      const mark = await this.#deps.marks.changed(user);
      if (mark) await this.#publish(user, mark, {});
    });
  }

  /** Draws the page that the person is looking at now; what has just changed is on it. */
  async #show(event: ActionEvent | HomeEvent, shown: Shown): Promise<void> {
    const { user } = event;
    const key = chatUserKey(user);
    this.#gathering.get(key)?.abort();
    this.#gathering.delete(key);
    await this.#turns.take(key, async () => {
      const mark = await this.#deps.marks.seen(event);
      await this.#publish(user, mark, shown);
    });
  }

  /** Again, where another process has noted a change in the meantime: what was read here may be older than that. */
  async #publish(user: ChatUser, mark: HomeMark, shown: Shown): Promise<void> {
    const page = this.#pageOf(user);
    if (!page) return;
    const content = await this.#contentFor(user, mark, shown);
    try {
      await page.publish(mark.directChat, user, inLanguage(content, mark.locale));
    } catch (error) {
      if (!isBehalfError(error, 'chat.delivery_failed')) throw error;
      return this.#warn(user, error);
    }
    const now = await this.#deps.marks.find(user);
    if (now && now.stamp !== mark.stamp) await this.#publish(user, now, {});
  }

  async #contentFor(user: ChatUser, { directChat, locale, person }: HomeMark, shown: Shown): Promise<Message> {
    const { clock, connections, help, waitingView } = this.#deps;
    const asked = { user, conversation: directChat, locale, ...(person === undefined ? {} : { person }) };
    // One after the other: both may want the same login link.
    const waits = await waitingView.of(asked);
    const list = shown.connections ?? (await connections.list(asked));
    return homeMessage({
      ...(shown.notice === undefined ? {} : { notice: shown.notice }),
      ...waits,
      connections: list,
      help: shown.help ?? (await help.all(asked)),
      now: clock.now(),
      texts: textsFor(locale),
    });
  }

  #pageOf({ platform }: ChatUser): HomePage | undefined {
    return this.#deps.pageOf(platform);
  }

  #warn({ platform }: ChatUser, error: unknown): void {
    this.#deps.logger.warn({ platform, err: asBehalfError(error) }, 'a home could not be brought up to date');
  }
}

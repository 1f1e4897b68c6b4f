import { setMaxListeners } from 'node:events';
import type { App, LogLevel, Logger as SlackLogger } from '@slack/bolt';
import type { Admits, ChatAdapter, PostOptions } from '../../src/chat/chat-adapter.port.js';
import type { ChatEventHandler } from '../../src/chat/chat-event.js';
import type { ChatUser, ChatUserProfile } from '../../src/chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../../src/chat/conversation.js';
import { type Message, textMessage } from '../../src/chat/message.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpRoute } from '../../src/kernel/http.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { readConversation, readMessageRef, toMessageRef } from './address.js';
import { SlackFiles } from './files.js';
import { Groups } from './groups.js';
import {
  type Heard,
  type HearingContext,
  hearMessage,
  hearPress,
  hearSlashCommand,
  hearSubmission,
  hearSuggestion,
} from './inbound.js';
import { isJsonObject, type JsonObject } from './json.js';
import { Outbox } from './outbox.js';
import { People, type Standing, type Workspace } from './people.js';
import { SlackReceiver } from './receiver.js';
import { toEvent, withFiles } from './to-event.js';
import { SlackApi } from './web-api.js';

export interface SlackConfig {
  readonly signingSecret: Secret;
  /** Bot User OAuth Token (`xoxb-…`) of the one workspace. */
  readonly botToken: Secret;
  /** Base of the Web API; `https://slack.com/api/` unless told. */
  readonly apiUrl?: string;
}

export interface SlackDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For the calls to Slack. Its owner closes it. */
  readonly httpClient: HttpClient;
}

const SLACK_API_URL = 'https://slack.com/api/';
/** Where Slack's response URLs lead, on the commercial and on the government cloud. */
const RESPONSE_ORIGINS = ['https://hooks.slack.com', 'https://hooks.slack-gov.com'];
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 60_000;

const REFUSALS: Readonly<Record<Exclude<Standing, 'member' | 'bot'>, string>> = {
  guest: "Sorry, I don't work for guest accounts. Please ask a full member of this workspace.",
  external: 'Sorry, I only work for members of the workspace that I belong to.',
};

/** What exists between start and stop. */
interface Running {
  readonly api: SlackApi;
  readonly people: People;
  readonly groups: Groups;
  readonly admits: Admits;
  readonly outbox: Outbox;
  readonly stopping: AbortController;
}

type Hear = (body: JsonObject, context: HearingContext) => Heard;
/** Says what Slack's request is answered with. */
type Answer = (body: JsonObject) => Promise<void>;

/** {@link ChatAdapter} for one Slack workspace, on Bolt. Bolt and its types stay in this folder. */
export class SlackAdapter implements ChatAdapter {
  readonly platform = 'slack' as const;
  readonly routes: readonly HttpRoute[];
  readonly files: SlackFiles;
  readonly #config: SlackConfig;
  readonly #dependencies: SlackDependencies;
  readonly #receiver: SlackReceiver;
  readonly #apiUrl: string;
  readonly #background = new Set<Promise<void>>();
  #running: Running | undefined;
  #stopped: Promise<void> | undefined;

  constructor(config: SlackConfig, dependencies: SlackDependencies) {
    this.#config = config;
    this.#dependencies = { ...dependencies, logger: dependencies.logger.child({ platform: 'slack' }) };
    this.#apiUrl = config.apiUrl ?? SLACK_API_URL;
    this.files = new SlackFiles({ api: () => this.#parts().api, apiUrl: this.#apiUrl });
    this.#receiver = new SlackReceiver({ signingSecret: config.signingSecret, ...this.#dependencies });
    this.routes = [this.#receiver.route];
  }

  async start(handler: ChatEventHandler, admits: Admits = () => false): Promise<void> {
    // Loaded only now: half a second that a process without Slack does not spend.
    const { App, LogLevel } = await import('@slack/bolt');
    const { clock, httpClient, logger } = this.#dependencies;
    const stopping = new AbortController();
    // Every pause before a repeat listens to it.
    setMaxListeners(0, stopping.signal);
    const api = new SlackApi({
      baseUrl: this.#apiUrl.endsWith('/') ? this.#apiUrl : `${this.#apiUrl}/`,
      botToken: this.#config.botToken,
      httpClient,
      clock,
      logger,
      stopping: stopping.signal,
    });
    const running: Running = {
      api,
      stopping,
      people: new People(api, clock),
      groups: new Groups(api, clock),
      admits,
      outbox: new Outbox({ api, clock, logger }),
    };
    this.#running = running;
    const app = new App({
      receiver: this.#receiver,
      // Without a token here Bolt keeps no client per workspace.
      authorize: async () => ({}),
      convoStore: false,
      ignoreSelf: false,
      tokenVerificationEnabled: false,
      logger: silentLogger(LogLevel.INFO),
      clientOptions: { slackApiUrl: this.#apiUrl },
    });
    this.#listen(app, handler, running);
    await this.#identify(running);
    await this.#receiver.start();
  }

  /** May be called more than once. */
  async stop(): Promise<void> {
    if (this.#running) this.#stopped ??= this.#shutDown(this.#running);
    await this.#stopped;
  }

  async #shutDown(running: Running): Promise<void> {
    await this.#receiver.stop();
    running.stopping.abort();
    await Promise.all(this.#background);
  }

  async post(to: ConversationRef, message: Message, options?: PostOptions): Promise<MessageRef> {
    return toMessageRef(await this.#parts().outbox.post(readConversation(to), message, options));
  }

  async postPrivately(to: ConversationRef, user: ChatUser, message: Message): Promise<MessageRef> {
    return toMessageRef(await this.#parts().outbox.postPrivately(readConversation(to), user.userId, message));
  }

  async update(ref: MessageRef, message: Message): Promise<MessageRef> {
    return toMessageRef(await this.#parts().outbox.update(readMessageRef(ref), message));
  }

  channelOf(conversation: ConversationRef): string {
    return readConversation(conversation).channel;
  }

  isInGroup(user: ChatUser, group: string): Promise<boolean> {
    return this.#parts().groups.has(group, user.userId);
  }

  async describeUser(user: ChatUser, _conversation: ConversationRef): Promise<ChatUserProfile> {
    const { people } = this.#parts();
    const { name, confirmedEmail } = await people.profile(user.userId);
    const { teamName: place } = await people.workspace();
    return { name, place, ...(confirmedEmail === undefined ? {} : { confirmedEmail }) };
  }

  /** One listener per kind of event: Bolt runs every listener for every request. */
  #listen(app: App, handler: ChatEventHandler, running: Running): void {
    const take = (hear: Hear, body: unknown, answer: Answer = async () => {}): Promise<void> =>
      this.#take(hear, isJsonObject(body) ? body : {}, { handler, running, answer });
    app.event('message', ({ body }) => take(hearMessage, body));
    app.event('app_mention', ({ body }) => take(hearMessage, body));
    app.action({ type: 'block_actions' }, ({ body }) => take(hearPress, body));
    app.view({ type: 'view_submission' }, ({ body, ack }) => take(hearSubmission, body, answering(ack)));
    app.options({ type: 'block_suggestion' }, ({ body, ack }) => take(hearSuggestion, body, answering(ack)));
    app.command(/./, ({ body }) => take(hearSlashCommand, body));
    app.error(async (error) => {
      throw error;
    });
  }

  async #take(
    hear: Hear,
    body: JsonObject,
    to: { readonly handler: ChatEventHandler; readonly running: Running; readonly answer: Answer },
  ): Promise<void> {
    const { people } = to.running;
    const workspace = await people.workspace();
    const heard = hear(body, {
      botUserId: workspace.botUserId,
      nowMs: this.#dependencies.clock.now(),
      responseOrigins: [...RESPONSE_ORIGINS, new URL(this.#apiUrl).origin],
    });
    const standing = await people.standing(heard.userId, heard.userTeam);
    if (standing === 'bot') return;
    if (standing !== 'member' && !to.running.admits(standing)) return this.#turnAway(heard, standing, to.running);
    const person = standing === 'member' ? {} : { person: standing };
    const tenantId = workspace.enterpriseId ?? workspace.teamId;
    const user: ChatUser = { platform: 'slack', tenantId, userId: heard.userId };
    const { answer, event } = toEvent(
      { ...(await withFiles(heard, to.running.api)), ...person, ...zoneOf(people.timeZone(heard.userId)) },
      user,
      to.running.api,
    );
    await to.handler(event);
    const given = answer();
    if (given) await to.answer(given);
  }

  /** Guests and people of other organisations: they are told so, after the ack, and nothing else happens. */
  #turnAway(heard: Heard, standing: Exclude<Standing, 'member' | 'bot'>, { outbox }: Running): void {
    const { logger, metrics } = this.#dependencies;
    metrics.count('chat_requests_refused', { platform: 'slack', reason: standing });
    logger.info({ eventId: heard.event.id, reason: standing }, 'person turned away');
    this.#inBackground(
      outbox.postPrivately(heard.place, heard.userId, textMessage(REFUSALS[standing])).then(
        () => {},
        (error: unknown) => logger.warn({ err: asBehalfError(error) }, 'refusal could not be delivered'),
      ),
    );
  }

  /** Fails for a token that Slack refuses. When Slack cannot be reached the service starts and keeps asking. */
  async #identify(running: Running): Promise<void> {
    const { logger } = this.#dependencies;
    try {
      this.#reportConnected(await running.people.workspace());
    } catch (error) {
      if (isBehalfError(error, 'config.invalid')) {
        await this.stop();
        throw error;
      }
      logger.warn({ err: asBehalfError(error) }, 'Slack cannot be reached yet; trying again in the background');
      this.#inBackground(this.#keepIdentifying(running));
    }
  }

  async #keepIdentifying({ people, stopping }: Running): Promise<void> {
    const { clock, logger } = this.#dependencies;
    for (let pause = FIRST_RETRY_MS; !stopping.signal.aborted; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
      await clock.sleep(pause, stopping.signal).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        return this.#reportConnected(await people.workspace());
      } catch (error) {
        const err = asBehalfError(error);
        if (err.code === 'config.invalid') return logger.error({ err }, 'Slack refuses the bot token');
        logger.debug({ err }, 'Slack still cannot be reached');
      }
    }
  }

  #reportConnected({ teamId, enterpriseId, botUserId, missingScopes }: Workspace): void {
    const { logger } = this.#dependencies;
    logger.info({ teamId, enterpriseId, botUserId }, 'connected to Slack');
    if (missingScopes.length > 0)
      logger.warn({ missingScopes }, 'the Slack app lacks scopes: update it from manifest.json and reinstall it');
  }

  #inBackground(work: Promise<void>): void {
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }

  #parts(): Running {
    if (!this.#running) throw new BehalfError('internal', 'The Slack adapter has not been started');
    return this.#running;
  }
}

function zoneOf(timeZone: string | undefined): Pick<Heard, 'timeZone'> {
  return timeZone === undefined ? {} : { timeZone };
}

/** Bolt's own types of answers are narrower than what the receiver passes on. */
function answering(ack: (response?: never) => Promise<void>): Answer {
  return (body) => ack(body as JsonObject & never);
}

/** Slack's libraries log texts and bodies; every failure reaches us as an error anyway. */
function silentLogger(level: LogLevel): SlackLogger {
  const nothing = (): void => {};
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setName: nothing,
    setLevel: nothing,
    getLevel: () => level,
  };
}

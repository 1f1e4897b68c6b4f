import { setMaxListeners } from 'node:events';
import type { LogLevel, Logger as SlackLogger } from '@slack/bolt';
import type { Admits, ChatAdapter, PostOptions } from '../../src/chat/chat-adapter.port.js';
import type { ChatEventHandler } from '../../src/chat/chat-event.js';
import type { ChatUser, ChatUserProfile } from '../../src/chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../../src/chat/conversation.js';
import type { LifecycleHandler } from '../../src/chat/lifecycle-event.js';
import type { LongMessages } from '../../src/chat/long-messages.port.js';
import type { Message } from '../../src/chat/message.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpRoute } from '../../src/kernel/http.js';
import { readConversation, readMessageRef, toMessageRef } from './address.js';
import { apiUrlOf, type SlackConfig, type SlackDependencies } from './config.js';
import { SlackFiles } from './files.js';
import { listen } from './hearing.js';
import { SlackHome } from './home.js';
import { type Install, installRoutes } from './install.js';
import { InstalledWorkspaces } from './installed-workspaces.js';
import { Intake } from './intake.js';
import type { JsonObject } from './json.js';
import { takeLifecycle } from './lifecycle.js';
import { divideForSlack } from './long-messages.js';
import { SlackOAuth } from './oauth.js';
import { OneWorkspace } from './one-workspace.js';
import { knownPeople } from './people.js';
import { receiverRoute } from './receiver.js';
import type { Session, SessionParts } from './session.js';
import { SocketMode } from './socket-mode.js';
import { tenantOf } from './workspace.js';
import type { Workspaces } from './workspaces.js';

/** Where Slack's response URLs lead, on the commercial and on the government cloud. */
const RESPONSE_ORIGINS = ['https://hooks.slack.com', 'https://hooks.slack-gov.com'];

/** What exists between start and stop. */
interface Running {
  readonly workspaces: Workspaces;
  /** The same, where the app is installed in many. */
  readonly installed?: InstalledWorkspaces;
  readonly onLifecycle: LifecycleHandler;
  readonly stopping: AbortController;
}

/** {@link ChatAdapter} for Slack, on Bolt, for one workspace or for all that the app is installed in. Bolt stays in this folder. */
export class SlackAdapter implements ChatAdapter {
  readonly platform = 'slack' as const;
  readonly routes: readonly HttpRoute[];
  readonly files: SlackFiles;
  readonly home: SlackHome;
  readonly long: LongMessages = {
    divide: divideForSlack,
    remove: async (ref) => {
      const sent = readMessageRef(ref);
      await (await this.#speaking(sent.workspace)).outbox.remove(sent);
    },
  };
  readonly #config: SlackConfig;
  readonly #dependencies: SlackDependencies;
  readonly #intake: Intake;
  readonly #apiUrl: string;
  readonly #install: Install | undefined;
  readonly #socketMode: SocketMode | undefined;
  readonly #background = new Set<Promise<void>>();
  #running: Running | undefined;
  #stopped: Promise<void> | undefined;

  constructor(config: SlackConfig, dependencies: SlackDependencies) {
    this.#config = config;
    this.#dependencies = { ...dependencies, logger: dependencies.logger.child({ platform: 'slack' }) };
    this.#apiUrl = apiUrlOf(config);
    this.files = new SlackFiles({
      apiOf: async (workspace) => (await this.#speaking(workspace)).api,
      apiUrl: this.#apiUrl,
    });
    this.home = new SlackHome((workspace) => this.#speaking(workspace));
    this.#install = this.#installing();
    this.#intake = new Intake({ ...this.#dependencies, onLifecycle: (body) => this.#takeLifecycle(body) });
    const { appToken, signingSecret } = config;
    this.#socketMode =
      appToken && new SocketMode({ ...this.#dependencies, apiUrl: this.#apiUrl, appToken, intake: this.#intake });
    this.routes = [
      ...(signingSecret ? [receiverRoute({ ...this.#dependencies, signingSecret }, this.#intake)] : []),
      ...(this.#install ? installRoutes(this.#install) : []),
    ];
  }

  async start(
    handler: ChatEventHandler,
    admits: Admits = () => false,
    onLifecycle: LifecycleHandler = async () => {},
  ): Promise<void> {
    // Loaded only now: half a second that a process without Slack does not spend.
    const { App, LogLevel } = await import('./bolt.js');
    const stopping = new AbortController();
    // Every pause before a repeat listens to it.
    setMaxListeners(0, stopping.signal);
    const running = { ...this.#openWorkspaces(stopping.signal, onLifecycle), onLifecycle, stopping };
    const { workspaces } = running;
    this.#running = running;
    const app = new App({
      receiver: { init: (made) => this.#intake.init(made), start: async () => {}, stop: async () => {} },
      // Without a token here Bolt keeps no client per workspace.
      authorize: async () => ({}),
      convoStore: false,
      ignoreSelf: false,
      tokenVerificationEnabled: false,
      logger: silentLogger(LogLevel.INFO),
      clientOptions: { slackApiUrl: this.#apiUrl },
    });
    const responseOrigins = [...RESPONSE_ORIGINS, new URL(this.#apiUrl).origin];
    const inBackground = (work: Promise<void>) => this.#inBackground(work);
    const { defaultLocale } = this.#config;
    const { allowedTeams = [] } = this.#install ?? {};
    const ours = { workspaces, handler, admits, allowedTeams, responseOrigins, inBackground, defaultLocale };
    listen(app, { ...this.#dependencies, ...ours });
    try {
      await workspaces.start();
      this.#intake.open();
      await this.#socketMode?.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** May be called more than once. */
  async stop(): Promise<void> {
    if (this.#running) this.#stopped ??= this.#shutDown(this.#running);
    await this.#stopped;
  }

  async #shutDown(running: Running): Promise<void> {
    await this.#intake.close();
    await this.#socketMode?.stop();
    running.stopping.abort();
    await Promise.all(this.#background);
  }

  async post(to: ConversationRef, message: Message, options?: PostOptions): Promise<MessageRef> {
    const place = readConversation(to);
    const { outbox } = await this.#speaking(place.workspace);
    return toMessageRef(await outbox.post(place, message, options));
  }

  async postPrivately(to: ConversationRef, user: ChatUser, message: Message): Promise<MessageRef> {
    const place = readConversation(to);
    const { outbox } = await this.#speaking(place.workspace);
    return toMessageRef(await outbox.postPrivately(place, user.userId, message));
  }

  async update(ref: MessageRef, message: Message): Promise<MessageRef> {
    const sent = readMessageRef(ref);
    const { outbox } = await this.#speaking(sent.workspace);
    return toMessageRef(await outbox.update(sent, message));
  }

  channelOf(conversation: ConversationRef): string {
    return readConversation(conversation).channel;
  }

  async isInGroup(user: ChatUser, group: string, conversation: ConversationRef): Promise<boolean> {
    const { groups } = await this.#speaking(readConversation(conversation).workspace);
    return groups.has(group, user.userId);
  }

  async describeUser(user: ChatUser, conversation: ConversationRef): Promise<ChatUserProfile> {
    const session = await this.#speaking(readConversation(conversation).workspace);
    const { name, confirmedEmail } = await session.people.profile(user.userId);
    const { teamName: place } = await session.workspace();
    return { name, place, ...(confirmedEmail === undefined ? {} : { confirmedEmail }) };
  }

  #installing(): Install | undefined {
    const { allowedTeams = [], botToken, client, publicUrl = '' } = this.#config;
    const { installing } = this.#dependencies;
    // The token of one workspace says that there is no other.
    if (client === undefined || botToken !== undefined || !installing) return undefined;
    const oauth = new SlackOAuth({ ...this.#dependencies, apiUrl: this.#apiUrl, client });
    return {
      ...this.#dependencies,
      ...installing,
      allowedTeams,
      publicUrl,
      oauth,
      installations: installing.installations('slack', (tokens) => oauth.refresh(tokens)),
      onInstalled: async ({ organization, tenantId }) => {
        const { installed, onLifecycle } = this.#parts();
        installed?.forget(tenantId);
        await onLifecycle({ kind: 'tenant-back', platform: 'slack', tenantId: organization ?? tenantId });
      },
    };
  }

  #openWorkspaces(stopping: AbortSignal, onLifecycle: LifecycleHandler): Pick<Running, 'workspaces' | 'installed'> {
    const { botToken } = this.#config;
    const held = { count: 0 };
    this.#dependencies.metrics.level('chat_calls_held', () => held.count, { platform: 'slack' });
    const parts: SessionParts = { ...this.#dependencies, apiUrl: this.#apiUrl, known: knownPeople(), stopping, held };
    if (this.#install) {
      const installed = new InstalledWorkspaces(parts, this.#install.installations);
      return { workspaces: installed, installed };
    }
    if (botToken === undefined) throw new BehalfError('internal', 'There is neither a token nor a client of Slack');
    const workspaces = new OneWorkspace(parts, {
      botToken,
      inBackground: (work) => this.#inBackground(work),
      onKnown: (workspace) => onLifecycle({ kind: 'tenant-back', platform: 'slack', tenantId: tenantOf(workspace) }),
    });
    return { workspaces };
  }

  #takeLifecycle(body: JsonObject): Promise<void> {
    const { installed, onLifecycle, workspaces } = this.#parts();
    const parts = { workspaces, onLifecycle, logger: this.#dependencies.logger };
    if (!this.#install || !installed) return takeLifecycle(parts, body);
    const { installations } = this.#install;
    return takeLifecycle({ ...parts, installed: { installations, forget: (id) => installed.forget(id) } }, body);
  }

  #speaking(workspace: string | undefined): Promise<Session> {
    return this.#parts().workspaces.speaking(workspace);
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

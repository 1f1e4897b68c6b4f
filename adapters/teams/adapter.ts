import type { Admits, ChatAdapter } from '../../src/chat/chat-adapter.port.js';
import type { ChatEventHandler } from '../../src/chat/chat-event.js';
import type { ChatUser, ChatUserProfile } from '../../src/chat/chat-user.js';
import type { ConversationRef, MessageRef } from '../../src/chat/conversation.js';
import type { LifecycleHandler } from '../../src/chat/lifecycle-event.js';
import type { LongMessages } from '../../src/chat/long-messages.port.js';
import { type Message, textMessage } from '../../src/chat/message.js';
import type { SilentSignIn } from '../../src/chat/silent-sign-in.port.js';
import type { WorkingSign } from '../../src/chat/working-sign.port.js';
import { asBehalfError, BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpRoute } from '../../src/kernel/http.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { spoken, textsFor } from '../../src/texts/texts-for.js';
import { localeOf, type PersonalActivity } from './activity.js';
import { placeOf, readConversation, readMessageRef, type TeamsPlace, toMessageRef, userIn } from './address.js';
import type { BotFramework } from './bot-framework.js';
import { BotToken } from './bot-token.js';
import { readCertificate } from './client-assertion.js';
import { endpointsOf, installUrlOf, type TeamsConfig, type TeamsDeps, tenantsOf } from './config.js';
import { ConnectorTransport } from './connector-transport.js';
import { type DirectChat, DirectChats } from './direct-chats.js';
import { FileOffers } from './file-offers.js';
import { TeamsFiles } from './files.js';
import { HeldMessages } from './held-messages.js';
import { HeldOutbox } from './held-outbox.js';
import { Lifecycle } from './lifecycle.js';
import { dividerFor } from './long-messages.js';
import type { TeamsNews } from './news.js';
import { OfferedFiles } from './offered-files.js';
import { OpenPresses } from './open-presses.js';
import { Outbox } from './outbox.js';
import { People, type Standing } from './people.js';
import { POP_UP_SCRIPTS, popUpRoutes } from './pop-up.js';
import { TeamsReceiver } from './receiver.js';
import { isGone, Sender, type Spot } from './sender.js';
import { ServiceHosts } from './service-hosts.js';
import { createSilentSignIn, createVouching } from './silent-sign-in.js';

/** What exists between start and stop. */
interface Running {
  readonly bot: BotFramework;
  readonly transport: ConnectorTransport;
  readonly admits: Admits;
  readonly onLifecycle: LifecycleHandler;
}

/** {@link ChatAdapter} for Microsoft Teams, on botbuilder. botbuilder and its types stay in this folder. */
export class TeamsAdapter implements ChatAdapter {
  readonly platform = 'teams' as const;
  readonly routes: readonly HttpRoute[];
  readonly files: TeamsFiles;
  readonly long: LongMessages;
  readonly popUpScripts = POP_UP_SCRIPTS;
  readonly workingSign: WorkingSign = {
    show: async (to) => {
      const place = readConversation(to);
      if (place.direct) await this.#bot().showTyping(place);
    },
  };
  readonly silentSignIn?: SilentSignIn;
  readonly asidesInOwnChat: boolean;
  readonly #config: TeamsConfig;
  readonly #deps: TeamsDeps;
  readonly #logger: Logger;
  readonly #hosts: ServiceHosts;
  readonly #receiver: TeamsReceiver;
  readonly #sender: Sender;
  readonly #outbox: Outbox;
  readonly #offers: FileOffers;
  readonly #lifecycle: Lifecycle;
  readonly #people: People;
  readonly #chats: DirectChats;
  readonly #background = new Set<Promise<void>>();
  #running: Running | undefined;

  constructor(config: TeamsConfig, deps: TeamsDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#logger = deps.logger.child({ platform: 'teams' });
    this.#hosts = new ServiceHosts(endpointsOf(config).serviceHosts);
    const { clock, store, vault } = deps;
    const chats = new DirectChats(store);
    this.#chats = chats;
    const presses = new OpenPresses();
    const { defaultLocale, targetedMessages: targeted = false } = config;
    this.asidesInOwnChat = !targeted;
    const logger = this.#logger;
    const sender = new Sender(chats, logger);
    this.#sender = sender;
    const installUrl = installUrlOf(config);
    const texts = textsFor(defaultLocale);
    const held = new HeldOutbox({ installUrl, held: new HeldMessages(store, vault), sender, clock, logger, texts });
    this.#outbox = new Outbox({ targeted, sender, held, presses, logger, texts });
    this.long = {
      divide: dividerFor(config.cloud),
      remove: (ref) => this.#outbox.remove(this.#bot(), readMessageRef(ref)),
    };
    const { fileHosts } = endpointsOf(config);
    const offered = new OfferedFiles(store, vault);
    this.#offers = new FileOffers({ files: offered, fileClient: deps.fileClient, fileHosts, logger, defaultLocale });
    this.files = new TeamsFiles({
      fileHosts,
      serviceHosts: this.#hosts,
      fileClient: deps.fileClient,
      transport: () => this.#parts().transport,
    });
    this.#people = new People(deps.clock);
    const tell: LifecycleHandler = async (event) => this.#running?.onLifecycle(event);
    this.#lifecycle = new Lifecycle({ chats, held, store, people: this.#people, tell, defaultLocale });
    this.#receiver = new TeamsReceiver({
      ...deps,
      logger: this.#logger,
      hosts: this.#hosts,
      presses,
      tenantIds: tenantsOf(config),
      defaultLocale,
      onPerson: (did) => this.#heard(did),
      admit: (did) => this.#admit(did),
      onNews: (news) => this.#follow(news),
      onFileAnswer: (did) => this.#offers.answer(this.#bot(), did),
      vouches: createVouching(config, deps, this.#logger),
    });
    const { signInResource: resource } = config;
    if (resource !== undefined)
      this.silentSignIn = createSilentSignIn({ resource, outbox: this.#outbox, bot: () => this.#bot() });
    this.routes = [this.#receiver.route, ...popUpRoutes()];
  }

  async start(
    handler: ChatEventHandler,
    admits: Admits = () => false,
    onLifecycle: LifecycleHandler = async () => {},
  ): Promise<void> {
    // Loaded only now: 200 ms and 16 MB that a process without Teams does not spend.
    const { BotFramework } = await import('./bot-framework.js');
    const { clock, httpClient, metrics } = this.#deps;
    const { appId, credential } = this.#config;
    if (credential.kind === 'certificate') await readCertificate(credential);
    const endpoints = endpointsOf(this.#config);
    const logger = this.#logger;
    const { audience, tokenUrl } = endpoints;
    const token = new BotToken({ tokenUrl, audience, appId, credential, httpClient, clock, logger });
    const transport = new ConnectorTransport({ token, httpClient, clock, logger, metrics });
    const bot = new BotFramework({ appId, endpoints, hosts: this.#hosts, transport, clock });
    this.#running = { bot, transport, admits, onLifecycle };
    this.#receiver.start({ handler, verify: (header, activity, turn) => bot.receive(header, activity, turn) });
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    await this.#receiver.stop();
    await Promise.all(this.#background);
    this.#running = undefined;
  }

  /** What is said in a channel is always in the thread of the message that was answered; a 1:1 chat has no threads. */
  async post(to: ConversationRef, message: Message): Promise<MessageRef> {
    const place = readConversation(to);
    const said = await this.#offers.offered(userIn(place), message);
    return toMessageRef(await this.#outbox.post(this.#bot(), place, said));
  }

  async postPrivately(to: ConversationRef, user: ChatUser, message: Message): Promise<MessageRef> {
    const said = await this.#offers.offered(user, message);
    return toMessageRef(await this.#outbox.postPrivately(this.#bot(), readConversation(to), user, said));
  }

  async update(ref: MessageRef, message: Message): Promise<MessageRef> {
    const place = readMessageRef(ref);
    const said = await this.#offers.offered(userIn(place), message);
    return toMessageRef(await this.#outbox.update(this.#bot(), place, said));
  }

  channelOf(conversation: ConversationRef): string {
    return channelIn(readConversation(conversation));
  }

  async describeUser(user: ChatUser, conversation: ConversationRef): Promise<ChatUserProfile> {
    return this.#people.describe(user, () => this.#look(user, readConversation(conversation)));
  }

  async #look(user: ChatUser, place: TeamsPlace): Promise<unknown> {
    const memberId = place.aadObjectId === user.userId ? place.userId : user.userId;
    try {
      // The roster is that of the channel, not of a thread in it.
      return await this.#bot().member({ serviceUrl: place.serviceUrl, conversationId: channelIn(place) }, memberId);
    } catch (error) {
      // Shortcuts come from chats that the bot is not in, and people choose others in their own: the bot's chat with them says who they are.
      const own = isGone(error) ? await this.#ownChat(user, { ...place, userId: memberId }) : undefined;
      if (!own || own.conversationId === place.conversationId) throw error;
      return this.#bot().member(own, memberId);
    }
  }

  /** The chat of the person with the bot. It may have to be found: nobody has said anything in it yet, or for long. */
  async #ownChat(user: ChatUser, place: TeamsPlace): Promise<DirectChat | undefined> {
    const known = await this.#chats.find(user);
    if (known) return known === 'gone' ? undefined : known;
    try {
      return { conversationId: await this.#bot().openDirect(place, place.userId), serviceUrl: place.serviceUrl };
    } catch (error) {
      if (isBehalfError(error, 'chat.delivery_failed')) return undefined;
      throw error;
    }
  }

  #heard(did: PersonalActivity): void {
    this.#sender.remember(did);
    if (this.#lifecycle.knows(did)) return;
    const noted = this.#lifecycle.heard(this.#bot(), did);
    this.#inBackground(noted, 'the chat of a person in Teams could not be noted');
  }

  async #follow(news: TeamsNews): Promise<void> {
    await this.#lifecycle.report(news);
    this.#inBackground(this.#lifecycle.follow(this.#bot(), news), 'news of the app in Teams could not be followed');
  }

  /** Guests and people of other organisations: they are told so, after the answer, and nothing else happens. */
  async #admit(did: PersonalActivity): Promise<Standing | undefined> {
    const user: ChatUser = { platform: 'teams', tenantId: did.tenantId, userId: did.aadObjectId };
    const standing =
      this.#people.knownStanding(user) ?? (await this.#people.standing(user, () => this.#look(user, spotOf(did))));
    if (standing === 'member' || this.#running?.admits(standing)) return standing;
    this.#deps.metrics.count('chat_requests_refused', { platform: 'teams', reason: standing });
    this.#logger.info({ reason: standing }, 'person turned away');
    const { chat } = textsFor(spoken(localeOf(did.activity), this.#config.defaultLocale));
    const words = textMessage(standing === 'guest' ? chat.noGuestsOfOrganisation : chat.onlyMembersOfOrganisation);
    // Nobody waits for choices in a list: refusing each letter would be noise.
    if (did.activity.name !== 'application/search')
      this.#inBackground(
        this.#outbox.postPrivately(this.#bot(), spotOf(did), user, words),
        'refusal could not be delivered',
      );
    return undefined;
  }

  #inBackground(work: Promise<unknown>, failure: string): void {
    const done = work.then(
      () => undefined,
      (error: unknown) => this.#logger.warn({ err: asBehalfError(error) }, failure),
    );
    const settled = done.finally(() => this.#background.delete(settled));
    this.#background.add(settled);
  }

  #bot(): BotFramework {
    return this.#parts().bot;
  }

  #parts(): Running {
    if (this.#running) return this.#running;
    throw new BehalfError('chat.delivery_failed', 'The Teams adapter is not running.');
  }
}

function spotOf(did: PersonalActivity): Spot {
  return { ...placeOf(did), direct: did.isDirect };
}

/** Without `;messageid=` of a thread. */
function channelIn({ conversationId }: TeamsPlace): string {
  const [channel = ''] = conversationId.split(';');
  return channel;
}

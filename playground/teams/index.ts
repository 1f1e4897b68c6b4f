import { createServer } from 'node:http';
import type { Conversations, PlaygroundMessage } from '../conversations.js';
import { closeServer, listen } from '../http.js';
import type { Person } from '../people.js';
import { messageActivity, type Scene } from './activities.js';
import { BotEndpoint, type DeliveryTiming, REAL_TIMING } from './bot-endpoint.js';
import type { BotProof } from './bot-login.js';
import { Chats } from './chats.js';
import { type ButtonChoice, type RawAction, type SayOptions, type ShortcutPlace, TeamsClient } from './client.js';
import { Connector } from './connector.js';
import type { Dialogs } from './dialogs.js';
import { Faults } from './faults.js';
import { type ConsentAction, consentInvoke } from './file-consent.js';
import { TeamsFiles } from './files.js';
import { OneDrive } from './one-drive.js';
import { channelServer } from './server.js';
import { BotTokens, CHANNEL_ISSUER, makeChannelToken, type TokenOverrides } from './tokens.js';
import type {
  AccountOverrides,
  CardFinding,
  ChannelActivity,
  Delivery,
  LoggedRequest,
  PressResult,
  SeenMessage,
} from './types.js';

export interface TeamsEmulatorOptions {
  readonly appId: string;
  readonly appPassword: string;
  readonly tenantId: string;
  /** What the bot may prove itself by beside its password. */
  readonly botProof?: BotProof;
  /** The bot's messaging endpoint; a function when it is not known yet. */
  readonly messagesUrl: string | (() => string);
  readonly people: readonly Person[];
  readonly conversations: Conversations;
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  readonly timing?: DeliveryTiming;
}

/** A running emulator of Microsoft Teams, the Bot Connector and the login of both. */
export interface TeamsEmulator {
  /** Base URL of the Bot Connector, as activities carry it. */
  readonly serviceUrl: string;
  /** `host:port` of the service URL. */
  readonly serviceHost: string;
  readonly openIdMetadataUrl: string;
  /** Token endpoint (client credentials) for the bot's own calls. */
  readonly tokenUrl: string;
  /** Where a managed identity gets its tokens. */
  readonly identityUrl: string;
  readonly issuer: string;
  readonly faults: Faults;
  /** What people have sent along, and how reading it goes wrong. */
  readonly files: TeamsFiles;
  /** What the bot has put into people's OneDrive. */
  readonly oneDrive: OneDrive;
  /** HTTP between channel and bot, oldest first; the last 5,000. */
  readonly requests: readonly LoggedRequest[];
  /** Everything that was wrong with a card the bot sent. */
  readonly cardFindings: readonly { readonly findings: readonly CardFinding[]; readonly card: unknown }[];
  /** Where people saw "Something went wrong". */
  readonly failures: readonly { readonly person: string; readonly reason: string }[];
  readonly toasts: readonly { readonly person: string; readonly text: string }[];
  /** How often the bot asked for an access token. */
  tokenCalls(): number;
  /** Makes every access token of the bot invalid at once. */
  revokeBotTokens(): void;
  /** Changes what the roster says of a person. */
  changeAccount(personId: string, change: AccountOverrides): void;
  /** Types a message. Undefined when the bot was not mentioned and so hears nothing. */
  say(personId: string, text: string, options?: SayOptions): Promise<Delivery | undefined>;
  press(
    personId: string,
    messageId: string,
    choice: ButtonChoice,
    inputs?: Readonly<Record<string, string>>,
  ): Promise<PressResult>;
  /** Sends an action as it is, even one that no card offers. */
  act(personId: string, raw: RawAction): Promise<PressResult>;
  verifyState(personId: string, state: string, options?: SayOptions): Promise<PressResult>;
  invoke(
    personId: string,
    invoke: { readonly name: string; readonly value: unknown; readonly replyToId?: string },
    options?: SayOptions,
  ): Promise<PressResult>;
  /** Answers the question of the bot whether the person wants a file; `name`: Teams calls it so in OneDrive. */
  consent(personId: string, messageId: string, action: ConsentAction, name?: string): Promise<PressResult>;
  /** Chooses a command of the message extension; `message` is the payload of the message that it is chosen on. */
  shortcut(personId: string, commandId: string, where?: ShortcutPlace): Promise<PressResult>;
  shortcutOn(personId: string, commandId: string, messageId: string): Promise<PressResult>;
  /** The dialogs (task modules) in people's clients. */
  readonly dialogs: Dialogs;
  install(personId: string): Promise<void>;
  uninstall(personId: string): Promise<void>;
  /** A well-formed message activity to spoil and send with `sendRaw`. */
  activity(personId: string, text: string, options?: SayOptions): ChannelActivity;
  /** Posts anything to the bot. `token: null` sends none; undefined sends a good one for the activity's serviceUrl. */
  sendRaw(raw: {
    readonly activity: unknown;
    readonly token?: string | null;
    readonly headers?: Readonly<Record<string, string>>;
  }): Promise<{ readonly status: number; readonly body: unknown }>;
  /** A token for the bot, wrong in whatever way is asked for. */
  makeToken(overrides?: TokenOverrides): string;
  redeliver(activityId: string): Promise<Delivery>;
  setTiming(timing: DeliveryTiming): void;
  /** Id of a person's 1:1 chat with the bot. */
  chatOf(personId: string): string;
  messages(): SeenMessage[];
  /** A number that every later change of a message exceeds; for `since`. */
  mark(): number;
  /** Waits for a message that fits, one that is there already included; only changes after `since` when given. */
  waitForMessage(
    predicate: (message: SeenMessage) => boolean,
    options?: { readonly timeoutMs?: number; readonly since?: number },
  ): Promise<SeenMessage>;
  /** A message as one person sees it. */
  viewFor(personId: string, message: PlaygroundMessage): PlaygroundMessage;
  stop(): Promise<void>;
}

const LOGGED = 5_000;

/** Starts the emulator on the loopback interface. */
export async function startTeamsEmulator(options: TeamsEmulatorOptions): Promise<TeamsEmulator> {
  const { appId, tenantId, people, messagesUrl } = options;
  const requests: LoggedRequest[] = [];
  const cardFindings: { findings: readonly CardFinding[]; card: unknown }[] = [];
  const log = (entry: LoggedRequest): void => {
    requests.push(entry);
    if (requests.length > LOGGED) requests.shift();
  };
  const onCard = (findings: readonly CardFinding[], card: unknown): void => void cardFindings.push({ findings, card });
  const chats = new Chats(people, options.conversations);
  const faults = new Faults();
  const files = new TeamsFiles(() => urls.serviceUrl);
  const oneDrive = new OneDrive(() => urls.serviceUrl);
  const tokens = new BotTokens();
  const accounts = new Map<string, AccountOverrides>();
  const accountOf = ({ id, isGuest }: Person): AccountOverrides => ({
    ...(isGuest ? { userRole: 'guest' } : {}),
    ...accounts.get(id),
  });
  const connector = new Connector({ chats, people, tenantId, serviceUrl: () => urls.serviceUrl, accountOf, onCard });
  const counters = { tokenCalls: 0 };
  const server = createServer(channelServer({ ...options, connector, faults, files, oneDrive, tokens, log, counters }));
  const port = await listen(server, options.port ?? 0, '127.0.0.1');
  const urls = addresses(port, tenantId);
  const endpoint = new BotEndpoint({
    messagesUrl: typeof messagesUrl === 'function' ? messagesUrl : () => messagesUrl,
    appId,
    timing: options.timing ?? REAL_TIMING,
    log,
  });
  const facts = { appId, tenantId, serviceUrl: urls.serviceUrl };
  const client = new TeamsClient({ facts, chats, people, endpoint, files, onCard });
  return {
    ...urls,
    issuer: CHANNEL_ISSUER,
    faults,
    files,
    oneDrive,
    requests,
    cardFindings,
    failures: client.failures,
    toasts: client.toasts,
    tokenCalls: () => counters.tokenCalls,
    revokeBotTokens: () => tokens.revokeAll(),
    changeAccount: (personId, change) => void accounts.set(personId, change),
    ...personControls(client, chats, oneDrive),
    activity: (personId, text, more = {}) => {
      const scene: Scene = client.scene(personId, more);
      return messageActivity(facts, scene, { id: chats.nextId(), text });
    },
    sendRaw: ({ activity, ...how }) => endpoint.post(activity, how),
    makeToken: (overrides) => makeChannelToken({ audience: appId, serviceUrl: urls.serviceUrl }, overrides),
    redeliver: (activityId) => endpoint.redeliver(activityId),
    setTiming: (timing) => {
      endpoint.timing = timing;
    },
    stop: async () => {
      endpoint.stop();
      await closeServer(server);
    },
  };
}

function addresses(port: number, tenantId: string) {
  const base = `http://127.0.0.1:${port}`;
  return {
    serviceUrl: `${base}/teams/`,
    serviceHost: `127.0.0.1:${port}`,
    openIdMetadataUrl: `${base}/v1/.well-known/openidconfiguration`,
    tokenUrl: `${base}/${tenantId}/oauth2/v2.0/token`,
    identityUrl: `${base}/msi/token`,
  };
}

function personControls(client: TeamsClient, chats: Chats, oneDrive: OneDrive) {
  return {
    say: client.say.bind(client),
    press: client.press.bind(client),
    act: client.act.bind(client),
    verifyState: client.verifyState.bind(client),
    invoke: client.invoke.bind(client),
    consent: (personId: string, messageId: string, action: ConsentAction, name?: string) =>
      client.invoke(personId, consentInvoke(chats.message(messageId), { personId, action, name }, oneDrive)),
    shortcut: client.shortcut.bind(client),
    shortcutOn: client.shortcutOn.bind(client),
    dialogs: client.dialogs,
    install: client.install.bind(client),
    uninstall: client.uninstall.bind(client),
    chatOf: (personId: string) => chats.personal(personId).id,
    messages: () => chats.messages(),
    mark: () => chats.mark(),
    waitForMessage: (
      predicate: (message: SeenMessage) => boolean,
      { timeoutMs = 10_000, since = -1 }: { readonly timeoutMs?: number; readonly since?: number } = {},
    ) => chats.waitFor(() => chats.messages().find((m) => m.sequence > since && predicate(m)), timeoutMs),
    viewFor: (personId: string, message: PlaygroundMessage) => chats.viewFor(personId, message),
  };
}

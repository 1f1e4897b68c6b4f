import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedStores } from '../../../adapters/embedded/index.js';
import { createHttpServer } from '../../../adapters/node-http/index.js';
import { createLogger } from '../../../adapters/pino/index.js';
import { createTeamsAdapter, type TeamsConfig } from '../../../adapters/teams/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { Conversations } from '../../../playground/conversations.js';
import { PEOPLE, TEAMS_APP_ID, TEAMS_TENANT_ID } from '../../../playground/people.js';
import type { BotProof } from '../../../playground/teams/bot-login.js';
import { readCard } from '../../../playground/teams/cards.js';
import { GROUP_CHAT, TEAM } from '../../../playground/teams/chats.js';
import { startTeamsEmulator, type TeamsEmulator } from '../../../playground/teams/index.js';
import type { SeenMessage } from '../../../playground/teams/types.js';
import type { Admits } from '../../../src/chat/chat-adapter.port.js';
import type { ChatEventHandler } from '../../../src/chat/chat-event.js';
import type { ChatUser } from '../../../src/chat/chat-user.js';
import type { LifecycleHandler } from '../../../src/chat/lifecycle-event.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import type { ExpiringStore } from '../../../src/kernel/expiring-store.port.js';
import type { HttpClient } from '../../../src/kernel/http-client.port.js';
import type { Metrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault, type Vault } from '../../../src/kernel/vault.js';
import type { ChatBench, ChatDriver, ShownMessage } from './chat-adapter.contract.js';

const APP_PASSWORD = 'the-app-password-of-the-tests';

export interface TeamsBench extends ChatBench {
  readonly teams: TeamsEmulator;
  /** Where the service answers. */
  readonly baseUrl: string;
  /** Every log line as JSON. */
  readonly logLines: readonly string[];
  readonly store: ExpiringStore;
  readonly vault: Vault;
  /** Where that store keeps its files. */
  readonly directory: string;
  /** Reasons for which requests were refused, as counted. */
  readonly refusals: readonly string[];
}

export interface TeamsBenchOptions {
  readonly handler?: ChatEventHandler;
  readonly admits?: Admits;
  readonly onLifecycle?: LifecycleHandler;
  readonly clock?: Clock;
  /** By which records in the store grow old. */
  readonly storeClock?: Clock;
  readonly config?: Partial<TeamsConfig> | ((teams: TeamsEmulator) => Partial<TeamsConfig>);
  readonly botProof?: BotProof;
  /** Told of what can be read of what waits. */
  readonly level?: Metrics['level'];
  /** For files; the caller closes it. */
  readonly fileClient?: HttpClient;
}

/** The adapter on the product's HTTP server, and the emulator of Teams, both over real HTTP. */
export async function startTeamsBench(options: TeamsBenchOptions = {}): Promise<TeamsBench> {
  const logLines: string[] = [];
  const refusals: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => logLines.push(line) } });
  const metrics: Metrics = {
    count: (name, labels) => {
      if (name === 'chat_requests_refused') refusals.push(labels?.['reason'] ?? '');
    },
    time: () => {},
    gauge: () => {},
    level: options.level ?? (() => {}),
  };
  let baseUrl = '';
  const teams = await startTeamsEmulator({
    appId: TEAMS_APP_ID,
    appPassword: APP_PASSWORD,
    tenantId: TEAMS_TENANT_ID,
    ...(options.botProof ? { botProof: options.botProof } : {}),
    messagesUrl: () => `${baseUrl}/api/messages`,
    people: PEOPLE,
    conversations: new Conversations(),
    timing: { timeoutMs: 5_000, redeliveryDelaysMs: [10, 20] },
  });
  const config: TeamsConfig = {
    appId: TEAMS_APP_ID,
    credential: { kind: 'secret', password: new Secret(APP_PASSWORD) },
    tenantId: TEAMS_TENANT_ID,
    cloud: 'public',
    openIdMetadataUrl: teams.openIdMetadataUrl,
    tokenUrl: teams.tokenUrl,
    serviceHosts: [teams.serviceHost],
    fileHosts: [teams.serviceHost],
    publicUrl: 'https://behalf.example.com',
    ...(typeof options.config === 'function' ? options.config(teams) : options.config),
  };
  const clock = options.clock ?? systemClock;
  const httpClient = createHttpClient({ allowPrivateHosts: 'all', logger, clock });
  const directory = await mkdtemp(join(tmpdir(), 'behalf-teams-'));
  const stores = await createEmbeddedStores({ directory, clock: options.storeClock ?? systemClock, logger, metrics });
  const store = stores.expiring;
  const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
  const adapter = createTeamsAdapter(config, {
    clock,
    logger,
    metrics,
    httpClient,
    fileClient: options.fileClient ?? httpClient,
    store,
    vault,
  });
  const server = createHttpServer({ logger, host: '127.0.0.1' });
  baseUrl = `http://127.0.0.1:${await server.listen(adapter.routes, 0)}`;
  const stop = async (): Promise<void> => {
    await adapter.stop();
    await httpClient.close();
    await teams.stop();
    await server.close();
    await stores.health.close();
    await rm(directory, { recursive: true, force: true });
  };
  await adapter
    .start(options.handler ?? (async () => {}), options.admits, options.onLifecycle)
    .catch(async (error: unknown) => {
      await stop();
      throw error;
    });
  return {
    teams,
    baseUrl,
    logLines,
    refusals,
    store,
    vault,
    directory,
    adapter,
    stop,
    ...controls(teams, () => baseUrl),
  };
}

/** The driver of the contract suite that all chat adapters share. */
export const teamsDriver: ChatDriver = {
  platform: 'teams',
  user: teamsUser,
  formAnswerMs: 4000,
  start: (handler, clock) => startTeamsBench({ handler, clock }),
};

export function teamsUser(personId: string): ChatUser {
  const person = PEOPLE.find(({ id }) => id === personId);
  return { platform: 'teams', tenantId: TEAMS_TENANT_ID, userId: person?.aadObjectId ?? '' };
}

function controls(teams: TeamsEmulator, baseUrl: () => string): Omit<ChatBench, 'adapter' | 'stop'> {
  return {
    async personSays(personId, text, where = 'direct') {
      const conversation = { direct: teams.chatOf(personId), channel: TEAM.channelId, group: GROUP_CHAT }[where];
      const delivery = await teams.say(personId, text, { conversation });
      const id = delivery?.activityId ?? '';
      return { delivery: id, message: id, accepted: delivery?.status === 200 };
    },
    async redeliver(delivery) {
      return { delivery, accepted: (await teams.redeliver(delivery)).status === 200 };
    },
    async personPresses(personId, messageId, label, choices) {
      const result = await teams.press(personId, messageId, { title: label }, choices);
      switch (result.kind) {
        case 'sign-in':
        case 'open-url':
          return { accepted: true, openedUrl: result.url };
        case 'sent':
          return { accepted: result.delivery.status === 200 };
        case 'invoked':
          return { accepted: result.outcome.kind !== 'failed' };
      }
    },
    formShownTo(personId) {
      const dialog = teams.dialogs.openOf(personId);
      return dialog && { title: dialog.title, text: JSON.stringify(dialog.card) };
    },
    async personSubmits(personId, values) {
      const inputs = Object.entries(values).map(([name, value]) => [`field.${name}`, value]);
      const { outcome } = await teams.dialogs.submit(personId, Object.fromEntries(inputs));
      return { accepted: outcome.kind !== 'failed' };
    },
    async personSearches(personId, field, query) {
      const choices = await teams.dialogs.search(personId, `field.${field}`, query);
      return choices.map(({ title }) => title);
    },
    async sendOddForm(personId) {
      const result = await teams.invoke(personId, { name: 'task/submit', value: { data: { behalfToken: 7 } } });
      return result.kind === 'invoked' ? result.delivery.status : 0;
    },
    shownTo: (personId) =>
      teams
        .messages()
        .filter((message) => isShownTo(teams, message, personId))
        .map(readMessage),
    async sendForged() {
      const token = teams.makeToken({ key: 'stranger' });
      return (await teams.sendRaw({ activity: teams.activity('rita', 'help'), token })).status;
    },
    async sendMalformed() {
      const headers = { authorization: `Bearer ${teams.makeToken()}`, 'content-type': 'application/json' };
      const response = await fetch(`${baseUrl()}/api/messages`, {
        method: 'POST',
        headers,
        body: '{"type":"message","text":',
      });
      return response.status;
    },
    refuseMessages: () => teams.faults.fail({ status: 403, code: 'MessageWritesBlocked', message: 'Blocked.' }, 1_000),
    limitMessages: (retryAfterSeconds) => teams.faults.throttle({ times: 1, retryAfterSeconds }),
    loseMessage: () => teams.faults.fail({ status: 404, code: 'ActivityNotFoundInConversation', message: 'Gone.' }),
  };
}

function isShownTo(teams: TeamsEmulator, message: SeenMessage, personId: string): boolean {
  const mine: readonly string[] = [TEAM.channelId, teams.chatOf(personId), ...(personId === 'max' ? [] : [GROUP_CHAT])];
  const isMeant = message.onlyFor === undefined || message.onlyFor === personId;
  return message.author === 'bot' && mine.includes(message.conversationId) && isMeant;
}

function readMessage(message: SeenMessage): ShownMessage {
  const [card] = message.cards;
  const shown = card === undefined ? undefined : readCard(card);
  const labels = shown?.inputs.map((input) => labelOf(card, input.id)) ?? [];
  return {
    id: message.id,
    where: whereIs(message.conversationId),
    ...(message.threadId === undefined ? {} : { thread: message.threadId }),
    text: shown ? [readEscaped(shown.text), ...labels].join('\n') : message.text,
    buttons: shown?.actions.filter(({ title }) => title !== '').map(({ title }) => title) ?? [],
  };
}

function whereIs(conversationId: string): ShownMessage['where'] {
  if (conversationId === GROUP_CHAT) return 'group';
  return conversationId === TEAM.channelId ? 'channel' : 'direct';
}

function labelOf(card: unknown, id: string): string {
  const [, label = ''] = new RegExp(`"id":"${id}","label":"([^"]*)"`).exec(JSON.stringify(card)) ?? [];
  return label;
}

/** What markdown shows of escaped signs. */
function readEscaped(text: string): string {
  return text.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
}

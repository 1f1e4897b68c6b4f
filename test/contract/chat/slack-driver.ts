import { createHttpServer } from '../../../adapters/node-http/index.js';
import { createLogger } from '../../../adapters/pino/index.js';
import { createSlackAdapter } from '../../../adapters/slack/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { Conversations, type PlaygroundMessage } from '../../../playground/conversations.js';
import { PEOPLE, SLACK_TEAM_ID } from '../../../playground/people.js';
import { type SlackEmulator, startSlackEmulator } from '../../../playground/slack/emulator.js';
import { GROUP_MESSAGE, SALES_CHANNEL } from '../../../playground/slack/workspace.js';
import type { Admits } from '../../../src/chat/chat-adapter.port.js';
import type { ChatEventHandler } from '../../../src/chat/chat-event.js';
import type { ChatUser } from '../../../src/chat/chat-user.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { type Metrics, noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import type { ChatBench, ChatDriver, ShownMessage } from './chat-driver.js';

export const SIGNING_SECRET = 'the-signing-secret-of-the-tests';
export const BOT_TOKEN = 'xoxb-the-bot-token-of-the-tests';

export interface SlackBench extends ChatBench {
  readonly slack: SlackEmulator;
  /** Every log line as JSON. */
  readonly logLines: readonly string[];
  /** The bot's files that this person sees now, oldest first. */
  filesShownTo(personId: string): readonly ShownFile[];
}

interface ShownFile {
  readonly name: unknown;
  readonly where: ShownMessage['where'];
  readonly isInThread: boolean;
  readonly comment: string;
}

export interface SlackBenchOptions {
  readonly handler?: ChatEventHandler;
  readonly admits?: Admits;
  readonly clock?: Clock;
  readonly metrics?: Metrics;
  readonly retryDelaysMs?: readonly number[];
  readonly scopes?: readonly string[];
  /** Called before the adapter starts. */
  readonly prepare?: (slack: SlackEmulator) => void;
}

/** The adapter on the product's HTTP server, and the emulator of Slack, both over real HTTP. */
export async function startSlackBench(options: SlackBenchOptions = {}): Promise<SlackBench> {
  const clock = options.clock ?? systemClock;
  const logLines: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => logLines.push(line) } });
  const shown = new Conversations();
  let eventsUrl = '';
  const slack = await startSlackEmulator({
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    eventsUrl: () => eventsUrl,
    people: PEOPLE,
    conversations: shown,
    now: () => clock.now(),
    retryDelaysMs: options.retryDelaysMs ?? [0, 20, 50],
    ...(options.scopes ? { scopes: options.scopes } : {}),
  });
  options.prepare?.(slack);
  const config = { signingSecret: new Secret(SIGNING_SECRET), botToken: new Secret(BOT_TOKEN), apiUrl: slack.apiUrl };
  const httpClient = createHttpClient({ allowPrivateHosts: 'all', logger, clock });
  const adapter = createSlackAdapter(config, { clock, logger, httpClient, metrics: options.metrics ?? noMetrics });
  const server = createHttpServer({ logger, host: '127.0.0.1' });
  eventsUrl = `http://127.0.0.1:${await server.listen(adapter.routes, 0)}/slack/events`;
  const stop = async (): Promise<void> => {
    await adapter.stop();
    await httpClient.close();
    await slack.stop();
    await server.close();
  };
  await adapter.start(options.handler ?? (async () => {}), options.admits).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const filesShownTo = (personId: string) => visibleMessages(shown, personId).flatMap(shownFiles);
  return { slack, logLines, filesShownTo, adapter, stop, ...controls(slack, shown) };
}

/** The driver of the contract suite that all chat adapters share. */
export const slackDriver: ChatDriver = {
  platform: 'slack',
  user: slackUser,
  formAnswerMs: 2500,
  start: (handler, clock) => startSlackBench({ handler, clock }),
};

export function slackUser(personId: string): ChatUser {
  const person = PEOPLE.find(({ id }) => id === personId);
  return { platform: 'slack', tenantId: SLACK_TEAM_ID, userId: person?.slackUserId ?? '' };
}

function controls(slack: SlackEmulator, shown: Conversations): Omit<ChatBench, 'adapter' | 'stop'> {
  return {
    async personSays(personId, text, where = 'direct') {
      const channel = { direct: undefined, channel: SALES_CHANNEL, group: GROUP_MESSAGE }[where];
      const {
        eventId = '',
        messageId: said,
        request,
      } = channel ? await slack.say(personId, `@Behalf ${text}`, { channel }) : await slack.say(personId, text);
      return { delivery: eventId, message: said, accepted: isGood(request?.status) };
    },
    async redeliver(delivery) {
      return { delivery, accepted: isGood((await slack.redeliver(delivery)).status) };
    },
    async personPresses(personId, messageId, label, choices = {}) {
      const message = visibleMessages(shown, personId).find(({ id }) => id === messageId);
      const openedUrl = elementsOf(message?.native).find((element) => labelOf(element) === label)?.['url'];
      for (const [id, value] of Object.entries(choices))
        await slack.select(personId, messageId, { actionId: `pick:${id}` }, value);
      const { status } = await slack.press(personId, messageId, { buttonText: label });
      return { accepted: isGood(status), ...(typeof openedUrl === 'string' ? { openedUrl } : {}) };
    },
    formShownTo(personId) {
      const view = slack.modals.openOf(personId);
      return view && { title: textAt(view['title']), text: JSON.stringify([view, slack.modals.errorsOf(personId)]) };
    },
    async personSubmits(personId, values) {
      const filled = Object.entries(values).map(([name, value]) => [
        `field:${name}`,
        value === 'true' || value === 'false' ? value === 'true' : value,
      ]);
      const { request } = await slack.modals.submit(personId, Object.fromEntries(filled));
      return { accepted: isGood(request.status) };
    },
    async personSearches(personId, field, query) {
      const options = await slack.modals.suggest(personId, `field:${field}`, query);
      return options.map((option) => textAt(option['text']));
    },
    async sendOddForm(personId) {
      const team = { id: SLACK_TEAM_ID };
      const user = { id: slackUser(personId).userId, team_id: SLACK_TEAM_ID };
      const view = { id: 'V1', hash: '1', callback_id: 'behalf:form', private_metadata: '{"token":7}', state: {} };
      const payload = JSON.stringify({ type: 'view_submission', team, user, view });
      const body = new URLSearchParams({ payload }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...slack.sign(body) };
      return (await slack.sendRaw(body, headers)).status ?? 0;
    },
    shownTo: (personId) => visibleMessages(shown, personId).map(readMessage),
    async sendForged() {
      const event = { type: 'message', channel_type: 'im', channel: 'D0RITA', user: 'U0RITA', ts: '1.1', text: 'help' };
      const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', team_id: SLACK_TEAM_ID, event });
      const headers = { 'content-type': 'application/json', ...slack.sign(body, { secret: 'a guess' }) };
      return (await slack.sendRaw(body, headers)).status ?? 0;
    },
    async sendMalformed() {
      const body = '{"type":"event_callback","event":';
      const headers = { 'content-type': 'application/json', ...slack.sign(body) };
      return (await slack.sendRaw(body, headers)).status ?? 0;
    },
    refuseMessages: () =>
      slack.troubleApi({ kind: 'error', error: 'restricted_action' }, { times: 100, method: 'chat.postMessage' }),
    limitMessages: (retryAfterSeconds) =>
      slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds }, { method: 'chat.postMessage' }),
    loseMessage: () => slack.troubleApi({ kind: 'error', error: 'message_not_found' }, { method: 'chat.update' }),
  };
}

type Json = Readonly<Record<string, unknown>>;
type SeenMessage = PlaygroundMessage & { readonly where: ShownMessage['where'] };

function isGood(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function visibleMessages(shown: Conversations, personId: string): SeenMessage[] {
  return shown
    .all()
    .filter(({ platform, people }) => platform === 'slack' && people.includes(personId))
    .flatMap(({ kind, messages }) => messages.map((message) => ({ ...message, where: kind })))
    .filter(({ author, onlyFor }) => author === 'bot' && (onlyFor === undefined || onlyFor === personId));
}

function readMessage(message: SeenMessage): ShownMessage {
  const blocks = blocksOf(message.native);
  return {
    id: message.id,
    where: message.where,
    ...(message.threadId === undefined ? {} : { thread: message.threadId }),
    text: blocks
      .map(textOfBlock)
      .filter((text) => text !== '')
      .join('\n'),
    buttons: elementsOf(message.native)
      .filter((element) => element['type'] === 'button')
      .map(labelOf),
  };
}

function shownFiles({ native, text, threadId, where }: SeenMessage): readonly ShownFile[] {
  const files = isJson(native) ? listAt(native, 'files') : [];
  return files.map(({ name }) => ({ name, where, isInThread: threadId !== undefined, comment: text }));
}

function blocksOf(native: unknown): readonly Json[] {
  const blocks = isJson(native) ? native['blocks'] : undefined;
  return Array.isArray(blocks) ? blocks.filter(isJson) : [];
}

function elementsOf(native: unknown): readonly Json[] {
  return blocksOf(native)
    .filter((block) => block['type'] === 'actions')
    .flatMap((block) => listAt(block, 'elements'));
}

function listAt(object: Json, key: string): readonly Json[] {
  const list = object[key];
  return Array.isArray(list) ? list.filter(isJson) : [];
}

function listsAt(object: Json, key: string): readonly (readonly unknown[])[] {
  const lists = object[key];
  return Array.isArray(lists) ? lists.filter(Array.isArray) : [];
}

function labelOf(element: Json): string {
  return textAt(element['text']);
}

function textAt(value: unknown): string {
  if (typeof value === 'string') return value;
  return isJson(value) ? textAt(value['text']) : '';
}

/** What a client shows of a block; mrkdwn is not read, since nothing of ours may use it. */
function textOfBlock(block: Json): string {
  switch (block['type']) {
    case 'header':
    case 'section':
      return textAt(block['text']);
    case 'context':
      return listAt(block, 'elements').map(textAt).join(' ');
    case 'rich_text':
      return listAt(block, 'elements')
        .map((section) => listAt(section, 'elements').map(textAt).join(''))
        .join('\n');
    case 'image':
      return textAt(block['alt_text']);
    case 'table':
      return listsAt(block, 'rows')
        .flatMap((row) => row.map(textAt))
        .join('\n');
    default:
      return '';
  }
}

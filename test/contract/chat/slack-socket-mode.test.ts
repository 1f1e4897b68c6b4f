import { createServer, type Server } from 'node:http';
import { createLogger } from '../../../adapters/pino/index.js';
import { createSlackAdapter } from '../../../adapters/slack/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import type { ChatAdapter } from '../../../src/chat/chat-adapter.port.js';
import type { ChatEvent, ChatEventHandler } from '../../../src/chat/chat-event.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { type ServerSocket, startWebSocketServer, type WebSocketServer } from '../../support/websocket-server.js';
import { eventually } from './chat-driver.js';
import { failureOf } from './slack-scene.js';

type Json = Readonly<Record<string, unknown>>;

const APP_TOKEN = 'xapp-canary';
const MESSAGE = { type: 'message', channel_type: 'im', channel: 'D1', user: 'U1', text: 'help', ts: '1.1' };

/** Slack's end of Socket Mode: gives out addresses, says hello, sends envelopes. */
class SlackSockets {
  readonly logLines: string[] = [];
  readonly events: ChatEvent[] = [];
  opened = 0;
  appTokenError: string | undefined;
  #apiUrl = '';
  readonly #sockets: WebSocketServer;
  readonly #api: Server;
  readonly #adapters: ChatAdapter[] = [];
  readonly #logger = createLogger({ level: 'debug', destination: { write: (line) => this.logLines.push(line) } });
  readonly #httpClient = createHttpClient({ allowPrivateHosts: 'all', logger: this.#logger, clock: systemClock });

  private constructor(sockets: WebSocketServer) {
    this.#sockets = sockets;
    this.#api = createServer((request, response) => {
      request.resume();
      const answer = this.#answer(request.url ?? '', request.headers.authorization);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  }

  static async start(): Promise<SlackSockets> {
    const hello = JSON.stringify({ type: 'hello' });
    const slack = new SlackSockets(await startWebSocketServer((socket) => socket.send(hello)));
    await new Promise<void>((resolve) => slack.#api.listen(0, '127.0.0.1', resolve));
    const address = slack.#api.address();
    slack.#apiUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/api/`;
    return slack;
  }

  #answer(url: string, authorization: string | undefined): Json {
    if (url === '/api/apps.connections.open') {
      if (this.appTokenError !== undefined) return { ok: false, error: this.appTokenError };
      this.opened += 1;
      return authorization === `Bearer ${APP_TOKEN}`
        ? { ok: true, url: this.#sockets.url }
        : { ok: false, error: 'invalid_auth' };
    }
    if (url === '/api/auth.test') return { ok: true, team: 'Acme', team_id: 'T1', user_id: 'UBOT', bot_id: 'B1' };
    return { ok: true, user: { id: 'U1', team_id: 'T1', name: 'ann', profile: {} } };
  }

  /** One process of the service. */
  async connect(handler: ChatEventHandler = async () => {}): Promise<ChatAdapter> {
    const adapter = createSlackAdapter(
      { appToken: new Secret(APP_TOKEN), botToken: new Secret('xoxb-canary'), apiUrl: this.#apiUrl },
      { clock: systemClock, logger: this.#logger, metrics: noMetrics, httpClient: this.#httpClient },
    );
    this.#adapters.push(adapter);
    await adapter.start(async (event) => {
      this.events.push(event);
      await handler(event);
    });
    return adapter;
  }

  /** The connection with this number, once it is there. */
  socket(number = 0): Promise<ServerSocket> {
    return eventually(() => this.#sockets.sockets[number]);
  }

  acknowledged(socket: ServerSocket, id: string): Promise<Json> {
    return eventually(() =>
      socket.received.map((text): Json => JSON.parse(text)).find(({ envelope_id }) => envelope_id === id),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#adapters.map((adapter) => adapter.stop()));
    await this.#sockets.stop();
    this.#api.closeAllConnections();
    await new Promise((resolve) => this.#api.close(resolve));
    await this.#httpClient.close();
  }
}

function envelope(id: string, payload: Json, more: Json = {}): string {
  return JSON.stringify({ envelope_id: id, type: 'events_api', accepts_response_payload: false, payload, ...more });
}

function message(eventId: string): Json {
  return { type: 'event_callback', team_id: 'T1', event_id: eventId, event: MESSAGE };
}

describe('Slack: Socket Mode', () => {
  let slack: SlackSockets;

  beforeEach(async () => {
    slack = await SlackSockets.start();
  });

  afterEach(() => slack.stop());

  it('hears events, commands and clicks as over HTTP, and has no path of its own', async () => {
    const adapter = await slack.connect();
    expect(adapter.routes).toEqual([]);
    const socket = await slack.socket();
    socket.send(envelope('1', message('Ev1')));
    const command = {
      command: '/behalf',
      team_id: 'T1',
      channel_id: 'C1',
      user_id: 'U1',
      trigger_id: '1.2',
      text: 'help',
    };
    socket.send(envelope('2', command, { type: 'slash_commands', accepts_response_payload: true }));
    const press = {
      type: 'block_actions',
      user: { id: 'U1', team_id: 'T1' },
      team: { id: 'T1' },
      trigger_id: '1.3',
      channel: { id: 'C1' },
      container: { type: 'message', message_ts: '5.1', channel_id: 'C1' },
      actions: [{ type: 'button', value: 'token', action_id: 'a', action_ts: '6.1' }],
    };
    socket.send(envelope('3', press, { type: 'interactive', accepts_response_payload: true }));
    for (const id of ['1', '2', '3']) expect(await slack.acknowledged(socket, id)).toEqual({ envelope_id: id });
    expect(slack.events.map(({ id, kind }) => `${kind} ${id}`).sort()).toEqual(['action 1.3', 'text 1.2', 'text Ev1']);
  });

  it('hands what a form is answered with over in the acknowledgement', async () => {
    await slack.connect(async (event) => {
      if (event.kind === 'form')
        event.refuseInTime({ token: 't', title: 'T', submitLabel: 'S', fields: [] }, { amount: 'Too much' });
    });
    const socket = await slack.socket();
    const metadata = JSON.stringify({ token: 'token', place: { channel: 'D1', direct: true } });
    const view = { id: 'V1', hash: '1', callback_id: 'behalf:form', private_metadata: metadata, state: { values: {} } };
    const submission = {
      type: 'view_submission',
      user: { id: 'U1', team_id: 'T1' },
      team: { id: 'T1' },
      trigger_id: '1.4',
      view,
    };
    socket.send(envelope('1', submission, { type: 'interactive', accepts_response_payload: true }));
    expect(await slack.acknowledged(socket, '1')).toMatchObject({
      payload: { response_action: 'errors', errors: { 'field:amount': 'Too much' } },
    });
  });

  it('acknowledges only what is durable: Slack sends the rest again, and it keeps its id', async () => {
    let isAway = true;
    await slack.connect(async () => {
      if (isAway) throw new Error('the store is away');
    });
    const socket = await slack.socket();
    socket.send(envelope('1', message('Ev1')));
    await eventually(() => slack.logLines.find((line) => line.includes('could not be taken in')));
    expect(socket.received).toEqual([]);
    isAway = false;
    socket.send(envelope('2', message('Ev1'), { retry_attempt: 0 }));
    await slack.acknowledged(socket, '2');
    expect(slack.events.map(({ id }) => id)).toEqual(['Ev1', 'Ev1']);
  });

  it('lets go of what makes no sense and of what is nothing to it', async () => {
    await slack.connect();
    const socket = await slack.socket();
    socket.send('no JSON');
    socket.send(envelope('1', { event: 7 }));
    socket.send(envelope('2', { event: { type: 'reaction_added' } }));
    socket.send(envelope('3', {}, { type: 'something_new' }));
    for (const id of ['1', '2', '3']) expect(await slack.acknowledged(socket, id)).toEqual({ envelope_id: id });
    expect(slack.events).toEqual([]);
  });

  it('connects again when Slack asks for it, and still answers what came over the old connection', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await slack.connect(() => gate);
    const first = await slack.socket();
    first.send(envelope('1', message('Ev1')));
    await eventually(() => slack.events[0]);
    first.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
    const second = await slack.socket(1);
    open();
    expect(await slack.acknowledged(first, '1')).toEqual({ envelope_id: '1' });
    second.send(envelope('2', message('Ev2')));
    expect(await slack.acknowledged(second, '2')).toEqual({ envelope_id: '2' });
    await eventually(() => (first.isOpen ? undefined : true));
  });

  it('hears over the old connection until the new one stands, so that nothing that Slack asks goes unanswered', async () => {
    await slack.connect();
    const first = await slack.socket();
    slack.appTokenError = 'internal_error';
    first.send(JSON.stringify({ type: 'disconnect', reason: 'warning' }));
    await eventually(() => slack.logLines.find((line) => line.includes('no connection to Slack')));
    first.send(envelope('1', message('Ev1')));
    expect(await slack.acknowledged(first, '1')).toEqual({ envelope_id: '1' });
    slack.appTokenError = undefined;
    const second = await slack.socket(1);
    second.send(envelope('2', message('Ev2')));
    expect(await slack.acknowledged(second, '2')).toEqual({ envelope_id: '2' });
    await eventually(() => (first.isOpen ? undefined : true));
  });

  it('still takes what Slack gives to the old connection while it learns that the new one stands', async () => {
    await slack.connect();
    const first = await slack.socket();
    first.send(JSON.stringify({ type: 'disconnect', reason: 'warning' }));
    await slack.socket(1);
    await eventually(() => slack.logLines.filter((line) => line.includes('connected to Slack'))[1]);
    first.send(envelope('1', message('Ev1')));
    expect(await slack.acknowledged(first, '1')).toEqual({ envelope_id: '1' });
    await eventually(() => (first.isOpen ? undefined : true));
  });

  it('connects again when the connection breaks, also while Slack gives no address', async () => {
    await slack.connect();
    const first = await slack.socket();
    slack.appTokenError = 'internal_error';
    first.close();
    await eventually(() => slack.logLines.find((line) => line.includes('no connection to Slack')));
    slack.appTokenError = undefined;
    const second = await slack.socket(1);
    second.send(envelope('1', message('Ev1')));
    expect(await slack.acknowledged(second, '1')).toEqual({ envelope_id: '1' });
  });

  it('works in several processes at once, each with its connection', async () => {
    await slack.connect();
    await slack.connect();
    const sockets = [await slack.socket(0), await slack.socket(1)];
    for (const [number, socket] of sockets.entries()) {
      socket.send(envelope(`${number}`, message(`Ev${number}`)));
      expect(await slack.acknowledged(socket, `${number}`)).toEqual({ envelope_id: `${number}` });
    }
  });

  it('answers what is under way when it stops, and leaves the rest to others', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const adapter = await slack.connect(() => gate);
    const socket = await slack.socket();
    socket.send(envelope('1', message('Ev1')));
    await eventually(() => slack.events[0]);
    const stopped = adapter.stop();
    socket.send(envelope('2', message('Ev2')));
    open();
    await stopped;
    expect(await slack.acknowledged(socket, '1')).toEqual({ envelope_id: '1' });
    await eventually(() => (socket.isOpen ? undefined : true));
    expect([slack.events.length, socket.received.length]).toEqual([1, 1]);
    expect(slack.opened).toBe(1);
  });

  it('does not start with an app token that Slack refuses, and shows no token anywhere', async () => {
    slack.appTokenError = 'not_allowed_token_type';
    const failure = await failureOf(slack.connect());
    if (!isBehalfError(failure, 'config.invalid')) throw new Error('it did not fail as it should');
    expect(failure.message).toContain('connections:write');
    expect([failure.message, ...slack.logLines].join('\n')).not.toContain('canary');
  });
});

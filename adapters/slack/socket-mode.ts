import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, BehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { Intake } from './intake.js';
import { isJsonObject, type JsonObject, parseJson, textAt } from './json.js';
import { readEventRequest, readInteraction, type SlackRequest } from './requests.js';
import { openSocket, type Socket } from './socket.js';

const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 30_000;
/** A connection that ends sooner is no reason to ask for another at once. */
const LASTING_MS = 5_000;
/** Slack goes on giving to a connection until it has heard of the next one, or of the end of this one. */
const OVERLAP_MS = 1_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** Refusals of `apps.connections.open` that no repeat will change. */
const BAD_APP_TOKEN: ReadonlySet<string> = new Set([
  'access_denied',
  'account_inactive',
  'forbidden_team',
  'invalid_auth',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'not_authed',
  'token_expired',
  'token_revoked',
]);

export interface SocketModeParts {
  readonly appToken: Secret;
  /** Base of the Web API, with a `/` at its end. */
  readonly apiUrl: string;
  readonly intake: Intake;
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Silence after which the connection counts as dead, in ms. Default 60 000. */
  readonly silenceMs?: number;
}

/**
 * Slack's way in without a public URL: we call Slack, and it sends over the socket what it would else post. The same rules
 * hold: an envelope is acknowledged when what it asks for is durable; without an acknowledgement Slack sends it again, over
 * this connection or over that of another process. https://docs.slack.dev/apis/events-api/using-socket-mode
 */
export class SocketMode {
  readonly #parts: SocketModeParts;
  readonly #stopping = new AbortController();
  readonly #handling = new Set<Promise<void>>();
  readonly #sockets = new Set<Socket>();
  /** Those that Slack is about to end: they are heard until another one stands, since clicks are not sent again. */
  readonly #leaving = new Set<Socket>();
  #running: Promise<void> | undefined;

  constructor(parts: SocketModeParts) {
    this.#parts = parts;
  }

  /** Rejects with `config.invalid` when Slack refuses the token. When Slack cannot be reached it keeps trying. */
  async start(): Promise<void> {
    const first = await this.#askForUrl().catch((error: unknown) => {
      if (isBehalfError(error, 'config.invalid')) throw error;
      return undefined;
    });
    this.#running = this.#run(first);
  }

  /** Lets what has come be answered, then hangs up. Call it when the intake is closed: what comes now stays Slack's. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#handling);
    for (const socket of this.#sockets) socket.close();
    await this.#running;
  }

  async #run(firstUrl: string | undefined): Promise<void> {
    const { clock, logger } = this.#parts;
    let url = firstUrl;
    let pause = FIRST_PAUSE_MS;
    while (!this.#stopping.signal.aborted) {
      try {
        const startedAt = clock.now();
        const ended = await this.#serve(url ?? (await this.#askForUrl()));
        // Slack renews connections every few hours and says so: there is no reason to wait.
        if (ended.wasReady) pause = FIRST_PAUSE_MS;
        if (ended.wasAsked && clock.now() - startedAt >= LASTING_MS) continue;
      } catch (error) {
        logger.warn({ err: asBehalfError(error) }, 'no connection to Slack (Socket Mode); trying again');
      } finally {
        url = undefined;
      }
      await clock.sleep(pause, this.#stopping.signal).catch(() => {});
      pause = Math.min(pause * 2, LAST_PAUSE_MS);
    }
  }

  /** Resolves when another connection is needed; this one still answers what it has taken. */
  #serve(url: string): Promise<{ readonly wasReady: boolean; readonly wasAsked: boolean }> {
    const { clock, logger, silenceMs = 60_000 } = this.#parts;
    return new Promise((resolve) => {
      let wasReady = false;
      const socket = openSocket(url, {
        clock,
        silenceMs,
        onMessage: (text) => {
          const envelope = parseJson(text);
          if (!isJsonObject(envelope)) return;
          if (envelope['type'] === 'hello') {
            wasReady = true;
            for (const before of this.#leaving) void this.#retire(before);
            logger.info({}, 'connected to Slack (Socket Mode)');
          } else if (envelope['type'] === 'disconnect') {
            logger.info({ reason: textAt(envelope, 'reason') }, 'Slack renews the connection (Socket Mode)');
            resolve({ wasReady, wasAsked: wasReady });
            if (wasReady) this.#leaving.add(socket);
            else this.#hangUp(socket);
          } else this.#take(socket, envelope);
        },
        onClose: () => {
          this.#sockets.delete(socket);
          this.#leaving.delete(socket);
          resolve({ wasReady, wasAsked: false });
        },
      });
      this.#sockets.add(socket);
      if (this.#stopping.signal.aborted) socket.close();
    });
  }

  /** Ends one that another stands beside. */
  async #retire(socket: Socket): Promise<void> {
    await this.#parts.clock.sleep(OVERLAP_MS, this.#stopping.signal).catch(() => {});
    this.#hangUp(socket);
  }

  /** What has come is answered first. */
  #hangUp(socket: Socket): void {
    void Promise.all(this.#handling).then(() => socket.close());
  }

  #take(socket: Socket, envelope: JsonObject): void {
    const work = this.#answer(socket, envelope).catch((error: unknown) => {
      this.#parts.logger.warn({ err: asBehalfError(error) }, 'an envelope of Slack could not be answered');
    });
    this.#handling.add(work);
    void work.finally(() => this.#handling.delete(work));
  }

  async #answer(socket: Socket, envelope: JsonObject): Promise<void> {
    const { intake, logger, metrics } = this.#parts;
    const id = textAt(envelope, 'envelope_id');
    if (id === undefined) return;
    const request = readEnvelope(envelope);
    const acknowledge = (payload?: JsonObject): void =>
      socket.send(JSON.stringify({ envelope_id: id, ...(payload ? { payload } : {}) }));
    const refuse = (field?: unknown): void => {
      metrics.count('chat_requests_refused', { platform: 'slack', reason: 'malformed' });
      logger.warn({ requestId: id, field }, 'envelope of Slack refused');
      acknowledge();
    };
    if (request.kind === 'malformed') return refuse();
    if (request.kind !== 'action' && request.kind !== 'lifecycle') return acknowledge();
    const reply = await intake.deliver(request, id);
    if (reply.kind === 'malformed') return refuse(reply.field);
    if (reply.kind === 'taken') acknowledge(envelope['accepts_response_payload'] === true ? reply.body : undefined);
  }

  /** https://docs.slack.dev/reference/methods/apps.connections.open */
  async #askForUrl(): Promise<string> {
    const { apiUrl, appToken, httpClient } = this.#parts;
    const response = await httpClient.request({
      method: 'POST',
      url: `${apiUrl}apps.connections.open`,
      headers: {
        authorization: `Bearer ${appToken.reveal()}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: '',
      maxBytes: MAX_ANSWER_BYTES,
    });
    const body = parseJson(response.body.toString('utf8'));
    const url = isJsonObject(body) ? textAt(body, 'url') : undefined;
    if (url !== undefined && isSocketUrl(url, apiUrl)) return url;
    const error = (isJsonObject(body) ? textAt(body, 'error') : undefined) ?? `http_${response.status}`;
    if (BAD_APP_TOKEN.has(error))
      throw new BehalfError(
        'config.invalid',
        `SLACK_APP_TOKEN cannot be used: Slack refuses it: ${error}. Make an app-level token (xapp-…) with the scope connections:write in the Slack app: Basic Information → App-Level Tokens.`,
      );
    throw new BehalfError('chat.delivery_failed', 'Slack gave no address for Socket Mode', {
      details: { slackError: /^[a-z0-9_]{1,60}$/.test(error) ? error : 'unreadable_answer' },
    });
  }
}

/** What is in an envelope, read as strictly as over HTTP. There is no signature: we have called Slack, over TLS. */
function readEnvelope(envelope: JsonObject): SlackRequest {
  const { payload } = envelope;
  switch (envelope['type']) {
    case 'events_api':
      return isJsonObject(payload) ? readEventRequest({ ...payload, type: 'event_callback' }) : { kind: 'malformed' };
    case 'interactive':
      return readInteraction(payload);
    case 'slash_commands':
      return isJsonObject(payload) && textAt(payload, 'command') !== undefined
        ? { kind: 'action', body: payload }
        : { kind: 'malformed' };
    default:
      return { kind: 'nothing' };
  }
}

/** Encrypted, unless the Web API itself is not. */
function isSocketUrl(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'wss:' || (protocol === 'ws:' && apiUrl.startsWith('http:'));
}

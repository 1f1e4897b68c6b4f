import { ConnectorClient } from 'botframework-connector';
import { LRUCache } from 'lru-cache';
import { BehalfError } from '../../src/kernel/errors.js';
import type { ConnectorTransport } from './connector-transport.js';
import type { ServiceHosts } from './service-hosts.js';

type Arguments = Parameters<ConnectorClient['sendOperationRequest']>[0];
type Operation = Parameters<ConnectorClient['sendOperationRequest']>[1];
type Answer = Awaited<ReturnType<ConnectorClient['sendOperationRequest']>>;

/** The pipeline underneath asks for credentials; ours are added by the transport. */
const NO_CREDENTIALS = { signRequest: <T>(request: T): Promise<T> => Promise.resolve(request) };

/**
 * botbuilder's Bot Connector client with its HTTP pipeline left out: an operation becomes one request of our transport.
 * The pipeline costs several times the CPU of the call itself and opens connections of its own.
 */
class LeanConnectorClient extends ConnectorClient {
  readonly #transport: ConnectorTransport;
  readonly #base: string;

  constructor(serviceUrl: string, transport: ConnectorTransport) {
    super(NO_CREDENTIALS, { baseUri: serviceUrl });
    this.#transport = transport;
    this.#base = serviceUrl.endsWith('/') ? serviceUrl : `${serviceUrl}/`;
  }

  override async sendOperationRequest(operationArguments: Arguments, operation: Operation): Promise<Answer> {
    const path = (operation.path ?? '').replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
      encodeURIComponent(String(operationArguments[name])),
    );
    const bodyName = operation.requestBody?.parameterPath;
    const body = typeof bodyName === 'string' ? operationArguments[bodyName] : undefined;
    const answer = await this.#transport.send({
      method: methodOf(operation.httpMethod),
      url: `${this.#base}${path}`,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // `_response` is botbuilder's door to the raw HTTP answer; nothing of ours goes through it.
    return answer as Answer;
  }

  /** Sends or replaces it. @returns the Connector's answer */
  sendTargeted({ activity, activityId, conversationId }: TargetedCall): Promise<unknown> {
    const ids = [conversationId, 'activities', ...(activityId === undefined ? [] : [activityId])];
    return this.#transport.send({
      method: activityId === undefined ? 'POST' : 'PUT',
      url: targetedUrl(this.#base, ids),
      body: JSON.stringify(activity),
    });
  }

  removeTargeted(conversationId: string, activityId: string): Promise<unknown> {
    const url = targetedUrl(this.#base, [conversationId, 'activities', activityId]);
    return this.#transport.send({ method: 'DELETE', url });
  }
}

/** Of an activity that only its recipient sees. */
function targetedUrl(base: string, ids: readonly string[]): string {
  return `${base}v3/conversations/${ids.map(encodeURIComponent).join('/')}?isTargetedActivity=true`;
}

/** What the library does not know yet: an activity that only its `recipient` sees. */
interface TargetedCall {
  readonly conversationId: string;
  /** Absent for a new one. */
  readonly activityId?: string;
  readonly activity: object;
}

function methodOf(method: string): 'GET' | 'POST' | 'PUT' | 'DELETE' {
  if (method === 'GET' || method === 'POST' || method === 'PUT' || method === 'DELETE') return method;
  throw new BehalfError('internal', `The Bot Connector has no ${method} operation that is used here.`);
}

/** One client per service URL, made once: Microsoft names a handful of them per region. */
export class ConnectorClients {
  readonly #clients = new LRUCache<string, LeanConnectorClient>({ max: 50 });
  readonly #hosts: ServiceHosts;
  readonly #transport: ConnectorTransport;

  constructor(hosts: ServiceHosts, transport: ConnectorTransport) {
    this.#hosts = hosts;
    this.#transport = transport;
  }

  /** @throws BehalfError `chat.delivery_failed` for a host that is not allowed: the bot's token would go there. */
  at(serviceUrl: string): LeanConnectorClient {
    if (!this.#hosts.allows(serviceUrl)) {
      throw new BehalfError('chat.delivery_failed', 'The service URL of a conversation is not an allowed host.', {
        details: { code: 'ServiceHostRefused' },
      });
    }
    const known = this.#clients.get(serviceUrl);
    if (known) return known;
    const client = new LeanConnectorClient(serviceUrl, this.#transport);
    this.#clients.set(serviceUrl, client);
    return client;
  }
}

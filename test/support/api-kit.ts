import { createHttpServer } from '../../adapters/node-http/index.js';
import { openApiRoutes } from '../../src/compose/api.js';
import { apiKeyEntry, generateApiKey, parseApiKeys } from '../../src/kernel/api-key.js';
import { type KitOptions, type Replica, type ServiceKit, startServiceKit } from './service-kit.js';

/** Keys of two programs and of an administrator. */
export const ERP = generateApiKey();
export const SHOP = generateApiKey();
export const BOSS = generateApiKey();
export const API_KEYS = [
  apiKeyEntry('erp', ERP, 'run'),
  apiKeyEntry('shop', SHOP, 'run'),
  apiKeyEntry('boss', BOSS, 'admin'),
].join(',');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, to be compared. */
  readonly body: Json;
}

type Json = Readonly<Record<string, unknown>>;

export interface Sending {
  readonly method?: string;
  /** `null`: without. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
}

/** Sends one request to a service. */
export async function send(origin: string, path: string, sending: Sending = {}): Promise<Answer> {
  const { body, headers = {}, key = ERP, method = body === undefined ? 'GET' : 'POST' } = sending;
  const response = await fetch(`${origin}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/u.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
}

/** What an answer says of a job. */
export function jobOf({ body }: Answer): Json & { readonly id: string; readonly status: string } {
  const { job } = body;
  if (typeof job !== 'object' || job === null || !('id' in job) || !('status' in job))
    throw new Error('There is no job');
  return { ...job, id: String(job.id), status: String(job.status) };
}

export interface ApiKit extends ServiceKit {
  readonly origin: string;
  send(path: string, sending?: Sending): Promise<Answer>;
  /** Starts a job; it must be accepted. */
  startJob(
    recipe: string,
    inputs?: Readonly<Record<string, unknown>>,
    sending?: Sending,
  ): Promise<ReturnType<typeof jobOf>>;
  /** What the job has come to when nothing is under way any more. */
  ended(id: string, sending?: Sending): Promise<ReturnType<typeof jobOf>>;
}

/** The service of {@link startServiceKit} with its API on a port of its own. `keys`: the setting API_KEYS. */
export async function startApiKit(options: KitOptions & { readonly keys?: string }): Promise<ApiKit> {
  const kit = await startServiceKit(options);
  const keys = options.keys ?? API_KEYS;
  const server = createHttpServer({ logger: kit.logger, host: '127.0.0.1' });
  const config = { apiKeys: keys === '' ? [] : parseApiKeys(keys), publicUrl: 'https://behalf.example.com' };
  const { clock, logger, metrics }: ServiceKit & Replica = kit;
  const port = await server.listen(
    openApiRoutes(config, () => kit.catalogue, kit, {
      ...{ limiter: kit.kept.limiter, clock, logger, metrics },
      tracing: options.tracing,
    }),
    0,
  );
  const origin = `http://127.0.0.1:${port}`;
  const sendTo: ApiKit['send'] = (path, sending) => send(origin, path, sending);
  return {
    ...kit,
    origin,
    send: sendTo,
    async startJob(recipe, inputs = {}, sending = {}) {
      const answer = await sendTo(`/api/recipes/${recipe}/jobs`, { body: { inputs }, ...sending });
      if (answer.status !== 202) throw new Error(`It was not accepted: ${answer.text}`);
      return jobOf(answer);
    },
    async ended(id, sending) {
      await kit.idle();
      return jobOf(await sendTo(`/api/jobs/${id}`, sending));
    },
    async stop() {
      await kit.stop();
      await server.close();
    },
  };
}

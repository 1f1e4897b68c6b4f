import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedStores, type EmbeddedStores } from '../../../adapters/embedded/index.js';
import { createHttpServer } from '../../../adapters/node-http/index.js';
import { createLogger } from '../../../adapters/pino/index.js';
import { createSlackAdapter } from '../../../adapters/slack/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import type { Admits, ChatAdapter } from '../../../src/chat/chat-adapter.port.js';
import type { ChatEvent } from '../../../src/chat/chat-event.js';
import type { LifecycleEvent } from '../../../src/chat/lifecycle-event.js';
import { createInstallations } from '../../../src/connections/installations.js';
import type { AuditEvent } from '../../../src/kernel/audit.port.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault } from '../../../src/kernel/vault.js';
import { loginProblemPage } from '../../../src/web/pages/login-pages.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type SlackWorld,
  startSlackWorld,
  WORLD_SECRET,
  type WorldPlace,
} from './slack-world.js';

export interface InstalledOptions {
  readonly clock?: Clock;
  readonly admits?: Admits;
  readonly allowedTeams?: readonly string[];
  readonly onLifecycle?: (event: LifecycleEvent) => Promise<void>;
}

/** One process with the app for many workspaces, over HTTP; others may share its stores. */
export interface InstalledBench {
  readonly world: SlackWorld;
  readonly stores: EmbeddedStores;
  readonly storeCalls: string[];
  readonly adapter: ChatAdapter;
  readonly events: ChatEvent[];
  readonly lifecycle: LifecycleEvent[];
  readonly audited: AuditEvent[];
  readonly logLines: string[];
  readonly origin: string;
  /** Follows the installation in one browser up to our page. */
  install(place: WorldPlace, options?: { readonly rotates?: boolean }): Promise<Response>;
  /** A signed event of Slack; resolves with the status. */
  send(body: object): Promise<number>;
  /** Somebody writes in the direct message; resolves with the event that was heard. */
  hear(body: Readonly<Record<string, unknown>>, userId?: string): Promise<ChatEvent | undefined>;
  /** Another process over the same stores. */
  another(change?: InstalledOptions): Promise<InstalledBench>;
  stop(): Promise<void>;
}

const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
let serial = 0;

export async function startInstalledBench(options: InstalledOptions = {}): Promise<InstalledBench> {
  const { clock = systemClock } = options;
  const world = await startSlackWorld(() => clock.now());
  const directory = mkdtempSync(join(tmpdir(), 'behalf-installed-'));
  const quiet = createLogger({ level: 'silent' });
  const stores = await createEmbeddedStores({ directory, clock, logger: quiet, metrics: noMetrics });
  const bench = await startProcess(world, stores, options);
  return {
    ...bench,
    async stop() {
      await bench.stop();
      await stores.health.close();
      await world.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startProcess(
  world: SlackWorld,
  stores: EmbeddedStores,
  options: InstalledOptions,
): Promise<InstalledBench> {
  const { admits, allowedTeams = [], clock = systemClock } = options;
  const logLines: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => logLines.push(line) } });
  const httpClient = createHttpClient({ allowPrivateHosts: 'all', logger, clock });
  const basics = { clock, logger, metrics: noMetrics };
  const audited: AuditEvent[] = [];
  const storeCalls: string[] = [];
  const counted = new Proxy(stores.connections, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method === 'function') storeCalls.push(String(key));
      return method;
    },
  });
  const server = createHttpServer({ logger, host: '127.0.0.1' });
  let adapter: ChatAdapter | undefined;
  const proxied = (method: 'GET' | 'POST', path: string) => ({
    method,
    path,
    handle: async (request: Parameters<ChatAdapter['routes'][number]['handle']>[0]) => {
      const found = adapter?.routes.find((route) => route.path === path);
      if (!found) throw new Error(`there is no ${path}`);
      return found.handle(request);
    },
  });
  const paths = [
    proxied('POST', '/slack/events'),
    proxied('GET', '/slack/install'),
    proxied('GET', '/slack/oauth_redirect'),
  ];
  const origin = `http://127.0.0.1:${await server.listen(paths, 0)}`;
  adapter = createSlackAdapter(
    {
      signingSecret: new Secret(WORLD_SECRET),
      client: { id: CLIENT_ID, secret: new Secret(CLIENT_SECRET) },
      allowedTeams,
      apiUrl: world.apiUrl,
      publicUrl: origin,
    },
    {
      ...basics,
      audit: { note: (event) => void audited.push(event) },
      httpClient,
      installing: {
        installations: createInstallations({ ...basics, store: counted, leases: stores.leases, vault }),
        records: stores.expiring,
        showPage: loginProblemPage,
      },
    },
  );
  const events: ChatEvent[] = [];
  const lifecycle: LifecycleEvent[] = [];
  await adapter.start(
    async (event) => void events.push(event),
    admits,
    async (event) => {
      await options.onLifecycle?.(event);
      lifecycle.push(event);
    },
  );
  const started = adapter;
  const send = async (body: object): Promise<number> => {
    const text = JSON.stringify(body);
    return (await fetch(`${origin}/slack/events`, { method: 'POST', body: text, headers: world.sign(text) })).status;
  };
  return {
    world,
    stores,
    storeCalls,
    adapter: started,
    events,
    lifecycle,
    audited,
    logLines,
    origin,
    async install(place, consent) {
      const begun = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
      return comeBack(origin, begun, world.consent(place, consent));
    },
    send,
    async hear(body, userId = 'U1') {
      const before = events.length;
      await send(directMessage(body, userId));
      return events[before];
    },
    another: (change) => startProcess(world, stores, { ...options, ...change }),
    async stop() {
      await started.stop();
      await server.close();
      await httpClient.close();
    },
  };
}

/** The real clock, moved ahead by hand. */
export function shiftedClock(): { readonly clock: Clock; advance(ms: number): void } {
  let ahead = 0;
  return {
    clock: { now: () => systemClock.now() + ahead, sleep: (ms, signal) => systemClock.sleep(ms, signal) },
    advance: (ms) => {
      ahead += ms;
    },
  };
}

/** The browser returns from Slack with a code. */
export function comeBack(origin: string, begun: Response, code: string): Promise<Response> {
  const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
  return fetch(`${origin}/slack/oauth_redirect?${new URLSearchParams({ code, state })}`, {
    headers: { cookie: cookieOf(begun) },
  });
}

export function cookieOf(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

export function directMessage(body: Readonly<Record<string, unknown>>, userId = 'U1'): Record<string, unknown> {
  serial += 1;
  const event = {
    type: 'message',
    channel_type: 'im',
    channel: 'D1',
    user: userId,
    text: 'help',
    ts: `${serial}.000001`,
  };
  return { type: 'event_callback', event_id: `Ev${serial}`, event_time: Math.floor(Date.now() / 1000), event, ...body };
}

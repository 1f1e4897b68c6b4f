import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEmbeddedStores, type EmbeddedStores } from '../../adapters/embedded/index.js';
import { createOAuth1Client, createOAuthClient } from '../../adapters/oauth/index.js';
import { createMetrics } from '../../adapters/prometheus/index.js';
import { createHttpClient } from '../../adapters/undici/index.js';
import { type Assembly, assemble } from '../../src/assemble.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import { AuditTrail } from '../../src/audit/audit-trail.js';
import type { AuditLine } from '../../src/audit/sealed-page.js';
import { type Catalogue, loadCatalogue } from '../../src/catalogue.js';
import type { ChatFile } from '../../src/chat/chat-file.js';
import type { ChatUser } from '../../src/chat/chat-user.js';
import type { ConversationRef } from '../../src/chat/conversation.js';
import type { LoginOutcome } from '../../src/connections/login.js';
import { type Job, openJob } from '../../src/jobs/job-record.js';
import type { OwnerLimits } from '../../src/jobs/job-store.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { tracedHttpClient } from '../../src/kernel/traced-http-client.js';
import type { Tracing } from '../../src/kernel/tracing.port.js';
import { createVault, type Vault } from '../../src/kernel/vault.js';
import { formatProblem, hasErrors } from '../../src/language/problem.js';
import { settled, watched } from './at-rest.js';
import { createManualClock, type ManualClock } from './clocks.js';
import type { Disk } from './disks.js';
import { type FaultyStores, faultyStores } from './faulty-stores.js';
import { buttonOf, type ChatMessage, loginButtonsOf, RecordingChat, refOf } from './recording-chat.js';
import { RecordingLogger } from './recording-logger.js';
import { ScriptedApp } from './scripted-app.js';
import { serviceEnvironment, writeServiceFiles } from './service-files.js';

export const ANN: ChatUser = { platform: 'slack', tenantId: 'T1', userId: 'ann' };
export const BOB: ChatUser = { platform: 'slack', tenantId: 'T1', userId: 'bob' };
export const DIRECT: ConversationRef = { platform: 'slack', kind: 'direct', address: { channel: 'D1' } };
export const CHANNEL: ConversationRef = { platform: 'slack', kind: 'channel', address: { channel: 'C1', thread: '1' } };
export const LOGIN_TIMEOUT_MS = 30 * 60_000;
const PUBLIC_URL = 'https://behalf.example.com';

type Recipes = Readonly<Record<string, string>>;

export interface KitOptions {
  /** Recipe files by name. */
  readonly recipes: Recipes;
  readonly maxRunningJobs?: number;
  readonly personLimits?: OwnerLimits;
  readonly programLimits?: OwnerLimits;
  /** In place of an embedded store of its own; fresh. */
  readonly disk?: Disk;
  /** Of all processes; the CRM is told of the traces. */
  readonly tracing?: Tracing;
}

export interface ReplicaOptions {
  /** In place of those of the kit. */
  readonly recipes?: Recipes;
  /** In place of the kit's: a process whose time stands still. */
  readonly clock?: ManualClock;
  /** `none`: gets nothing from the queue, only what its sweep finds. */
  readonly queue?: 'shared' | 'none';
}

/** One process of the service: an assembly of its own over the stores that all share. */
export interface Replica extends Assembly, FaultyStores {
  readonly catalogue: Catalogue;
}

interface From {
  readonly user?: ChatUser;
  readonly conversation?: ConversationRef;
  /** Id of the event; a new one by default. */
  readonly id?: string;
  readonly replica?: Replica;
  /** What is sent along. */
  readonly files?: readonly ChatFile[];
  /** What the person reads. */
  readonly locale?: string;
}

export interface ServiceKit extends Replica {
  readonly chat: RecordingChat;
  readonly clock: ManualClock;
  readonly logger: RecordingLogger;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly crm: ScriptedApp;
  readonly files: ScriptedApp;
  /** What the stores hold, without faults. */
  readonly kept: EmbeddedStores;
  readonly vault: Vault;
  /** One more process; not started. */
  replica(options?: ReplicaOptions): Promise<Replica>;
  /** Somebody writes; resolves with the event's id when it is acknowledged. By default Ann, in her direct message. */
  say(text: string, from?: From): Promise<string>;
  /** Somebody presses a button of a message. */
  press(message: ChatMessage, label: string, from?: From & { readonly values?: Record<string, string> }): Promise<void>;
  /** Somebody opens their home; resolves with it. By default Ann, in the first process. */
  openHome(from?: From): Promise<ChatMessage>;
  /** Somebody presses a button of their home. */
  pressAtHome(label: string, from?: From & { readonly values?: Record<string, string> }): Promise<void>;
  /** Opens a login link, up to the provider; `comeBack` ends the login there. */
  openLogin(url: string): Promise<{ comeBack(account: string): Promise<LoginOutcome> }>;
  /** Presses a Login button of the message and logs in; without a label the first one. */
  logIn(message: ChatMessage, account: string, label?: string): Promise<LoginOutcome>;
  /** The audit log, once what was noted is written. */
  auditLines(): Promise<readonly AuditLine[]>;
  /** All jobs, the oldest first. */
  jobList(): Promise<readonly Job[]>;
  /** Resolves when no job runs or is about to. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The service as `assemble` builds it, on real stores, real HTTP and app servers that a test can steer. The chat is in
 * memory, and time is moved by hand.
 */
export async function startServiceKit(options: KitOptions): Promise<ServiceKit> {
  const directory = mkdtempSync(path.join(tmpdir(), 'behalf-service-'));
  const chat = new RecordingChat();
  for (const { userId } of [ANN, BOB]) chat.emails.set(userId, `${userId}@acme.example`);
  const clock = options.disk ? createManualClock(Date.now()) : createManualClock();
  const logger = new RecordingLogger();
  const metrics = createMetrics();
  const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
  const [crm, files] = await Promise.all([ScriptedApp.start(), ScriptedApp.start()]);
  const basics = { logger, metrics };
  const kept = watchedStores(
    options.disk
      ? await options.disk.open(clock, logger)
      : await createEmbeddedStores({ directory: path.join(directory, 'data'), clock, ...basics }),
  );
  const { tracing } = options;
  const untraced = createHttpClient({ allowPrivateHosts: ['127.0.0.1'], clock, logger });
  const http = tracedHttpClient(untraced, tracing, ({ origin }) => origin === crm.url);
  const auditLog = new AuditLog({ store: kept.audit, vault });
  const audit = new AuditTrail({ log: auditLog, keepMs: 86_400_000, clock, ...basics });
  const replicas: Replica[] = [];
  let serial = 0;

  async function replica(change: ReplicaOptions = {}): Promise<Replica> {
    const configDir = path.join(directory, `config-${replicas.length}`);
    writeServiceFiles(configDir, change.recipes ?? options.recipes);
    const policy = { configDir, publicUrl: PUBLIC_URL, egressAllow: ['127.0.0.1'] };
    const catalogue = await loadCatalogue(policy, serviceEnvironment({ crm: crm.url, files: files.url }));
    if (hasErrors(catalogue.problems)) throw new Error(catalogue.problems.map(formatProblem).join('\n'));
    const own = change.clock ?? clock;
    const store = faultyStores(change.queue === 'none' ? { ...kept, queue: DEAF_QUEUE } : kept);
    const assembly = assemble(
      {
        ...policy,
        identityCheck: 'auto',
        loginTimeoutMs: LOGIN_TIMEOUT_MS,
        uninstallGraceMs: 86_400_000,
        historyMs: 86_400_000,
        auditMs: 30 * 86_400_000,
        maxRunningJobs: options.maxRunningJobs ?? 50,
        startLimits: { person: options.personLimits ?? {}, program: options.programLimits ?? {} },
        jobLeaseMs: 30_000,
        maxFileBytes: 1024 * 1024,
      },
      () => catalogue,
      {
        stores: store.stores,
        http,
        oauth: createOAuthClient({ httpClient: http, clock: own }),
        oauth1: createOAuth1Client({ httpClient: http, clock: own }),
        chats: [chat],
        vault,
        audit,
        tracing,
        clock: own,
        ...basics,
      },
    );
    const made = { ...assembly, ...store, catalogue };
    replicas.push(made);
    return made;
  }

  /** What the kit has opened: an app server left open would keep the test run from ending. */
  async function close(): Promise<void> {
    await Promise.all([crm.stop(), files.stop()]);
    await http.close();
    await kept.health.close();
    await options.disk?.remove();
    rmSync(directory, { recursive: true, force: true });
  }

  async function firstReplica(): Promise<Replica> {
    try {
      const made = await replica();
      await made.jobs.start();
      return made;
    } catch (error) {
      await close();
      throw error;
    }
  }

  const first = await firstReplica();

  async function openLogin(url: string) {
    const started = await first.logins.begin(url.replace(`${PUBLIC_URL}/login/`, ''));
    if (started.kind !== 'redirect') throw new Error(`The link ${url} does not work`);
    const { pathname, searchParams, origin } = new URL(started.redirectTo);
    if (pathname !== '/oauth/authorize') throw new Error(`The way leads to ${pathname}`);
    const connection = new URL(searchParams.get('redirect_uri') ?? '').pathname.replace('/oauth/callback/', '');
    const app = origin === crm.url ? crm : files;
    return {
      comeBack: (account: string) => {
        const query = new URLSearchParams({ code: app.authorize(account), state: searchParams.get('state') ?? '' });
        return first.logins.complete({ connection, query, cookie: started.cookie.value });
      },
    };
  }

  function homeOf({ userId }: ChatUser): ChatMessage {
    const home = chat.homes.get(userId);
    if (!home) throw new Error(`Nothing was published for ${userId}`);
    return home;
  }

  async function auditLines(): Promise<readonly AuditLine[]> {
    await clock.advance(1_000);
    await settled();
    const lines: AuditLine[] = [];
    for await (const line of auditLog.read()) lines.push(line);
    return lines;
  }

  async function jobList(): Promise<readonly Job[]> {
    const rows = await kept.jobs.list({}, { limit: 1_000 });
    return rows.map((row) => openJob(vault, row)).reverse();
  }

  return {
    ...first,
    chat,
    clock,
    logger,
    metrics,
    crm,
    files,
    kept,
    vault,
    replica,
    openLogin,
    auditLines,
    jobList,
    async say(text, { user = ANN, conversation = DIRECT, id, replica: by = first, files, locale } = {}) {
      serial += 1;
      const eventId = id ?? `e${serial}`;
      await clock.advance(1);
      const more = { ...(files ? { files } : {}), ...(locale ? { locale } : {}) };
      await by.handleEvent({ kind: 'text', id: eventId, user, conversation, text, ...more });
      return eventId;
    },
    async press(
      message,
      label,
      { user = ANN, conversation = message.conversation, id, values = {}, replica: by = first } = {},
    ) {
      serial += 1;
      const eventId = id ?? `e${serial}`;
      // What the person saw when they pressed, also where two press at the same time.
      const { token } = buttonOf(message, label);
      await clock.advance(1);
      const ref = refOf(chat.platform, message.id);
      await by.handleEvent({
        kind: 'action',
        id: eventId,
        user,
        conversation,
        token,
        values,
        message: ref,
      });
    },
    async openHome({ user = ANN, conversation = DIRECT, id, replica: by = first } = {}) {
      serial += 1;
      await clock.advance(1);
      await by.handleEvent({ kind: 'home', id: id ?? `e${serial}`, user, conversation });
      return homeOf(user);
    },
    async pressAtHome(label, { user = ANN, id, values = {}, replica: by = first } = {}) {
      serial += 1;
      const home = homeOf(user);
      const { token } = buttonOf(home, label);
      await clock.advance(1);
      const event = { kind: 'action', id: id ?? `e${serial}`, user, conversation: home.conversation } as const;
      await by.handleEvent({ ...event, token, values, inHome: true });
    },
    async logIn(message, account, label) {
      const button = loginButtonsOf(message).find((candidate) => label === undefined || candidate.label === label);
      if (!button) throw new Error('There is no such Login button');
      return (await openLogin(button.url)).comeBack(account);
    },
    async idle() {
      await eventually(async () => {
        const busy = (await jobList()).filter(({ status }) => status === 'running' || status === 'pending');
        return busy.length === 0;
      });
      await settled();
    },
    async stop() {
      chat.holdWhen(undefined);
      const stopping = Promise.all(replicas.map(({ jobs }) => jobs.stop(10)));
      await clock.advance(10);
      await Promise.all([crm.stop(), files.stop(), stopping]);
      await close();
      // Whatever a test is about, all that it makes the service say can be read out.
      if (chat.inaccessible.length > 0) throw new Error(`Not for everybody: ${chat.inaccessible.join('; ')}`);
    },
  };
}

/** Not the queue: it goes on for as long as the jobs that it delivers. */
function watchedStores(stores: EmbeddedStores): EmbeddedStores {
  return {
    ...stores,
    expiring: watched(stores.expiring),
    connections: watched(stores.connections),
    keepAlive: watched(stores.keepAlive),
    leases: watched(stores.leases),
    revocations: watched(stores.revocations),
    departures: watched(stores.departures),
    audit: watched(stores.audit),
    jobs: watched(stores.jobs),
    limiter: watched(stores.limiter),
  };
}

/** A queue that never delivers. */
const DEAF_QUEUE = { push: async () => {}, start: async () => {}, stop: async () => {} };

/** Waits in real time until something is so. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 3_000; turn += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('It did not become so');
}

/** A promise that a test resolves. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

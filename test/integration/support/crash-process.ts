import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddedStores } from '../../../adapters/embedded/index.js';
import { createOAuth1Client, createOAuthClient } from '../../../adapters/oauth/index.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { type Assembly, assemble, type Stores } from '../../../src/assemble.js';
import { loadCatalogue } from '../../../src/catalogue.js';
import type { ChatAdapter } from '../../../src/chat/chat-adapter.port.js';
import type { ChatEvent } from '../../../src/chat/chat-event.js';
import { takesEverything } from '../../../src/chat/divide-message.js';
import type { Form } from '../../../src/chat/form.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { asBehalfError, BehalfError } from '../../../src/kernel/errors.js';
import { parseKeyring } from '../../../src/kernel/key-entries.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { createVault } from '../../../src/kernel/vault.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import type { ChatAnswer, ChatCall, CrashEnvironment, FromChild, ToChild } from './crash-protocol.js';

/** The service in a process of its own that a test kills: the chat is the parent's, time runs from an offset. */

const CHECKS_FASTER = 100;

async function main(environment: CrashEnvironment): Promise<void> {
  const clock: Clock = {
    now: () => Date.now() + environment.offsetMs,
    sleep: (ms, signal) => sleep(ms / CHECKS_FASTER, undefined, signal ? { signal } : {}),
  };
  const basics = { clock, logger: new RecordingLogger(), metrics: noMetrics };
  const opened = await createEmbeddedStores({ directory: environment.dataDir, ...basics });
  const policy = {
    configDir: environment.configDir,
    publicUrl: environment.publicUrl,
    egressAllow: ['127.0.0.1'],
    identityCheck: 'auto' as const,
    loginTimeoutMs: 1_800_000,
    uninstallGraceMs: 86_400_000,
    historyMs: 86_400_000,
    maxRunningJobs: 10,
    startLimits: { person: {}, program: {} },
    maxFileBytes: 1024 * 1024,
    jobLeaseMs: 30_000,
  };
  const catalogue = await loadCatalogue(policy, environment.settings);
  const http = createHttpClient({ allowPrivateHosts: policy.egressAllow, ...basics });
  const { asked, chat, openForm } = remoteChat();
  const assembly = assemble(policy, () => catalogue, {
    stores: hanging(opened, environment.hangAt),
    http,
    oauth: createOAuthClient({ httpClient: http, clock }),
    oauth1: createOAuth1Client({ httpClient: http, clock }),
    chats: [chat],
    vault: createVault(parseKeyring(environment.key)),
    ...basics,
  });
  const countAsleep = async () => (await opened.jobs.list({ status: 'suspended' }, { limit: 100 })).length;
  const toEvent = ({ event, takesForm }: Extract<ToChild, { kind: 'event' }>): ChatEvent => {
    if (event.kind === 'form') return { ...event, refuseInTime: () => true };
    return event.kind === 'action' && takesForm ? { ...event, openForm } : event;
  };
  process.on('message', (message: ToChild) => {
    if (message.kind === 'chat-answer') asked.get(message.id)?.(message);
    else void answer(message, { ...assembly, countAsleep, toEvent });
  });
  await assembly.jobs.start();
  send({ kind: 'ready' });
}

type Asked = Assembly & {
  readonly countAsleep: () => Promise<number>;
  readonly toEvent: (message: Extract<ToChild, { kind: 'event' }>) => ChatEvent;
};

async function answer(message: Exclude<ToChild, { kind: 'chat-answer' }>, assembly: Asked): Promise<void> {
  const { id } = message;
  try {
    send({ kind: 'answer', id, value: await carryOut(message, assembly) });
  } catch (error) {
    send({ kind: 'answer', id, error: asBehalfError(error).code });
  }
}

async function carryOut(
  message: Exclude<ToChild, { kind: 'chat-answer' }>,
  { countAsleep, handleEvent, logins, toEvent }: Asked,
): Promise<unknown> {
  switch (message.kind) {
    case 'event':
      return handleEvent(toEvent(message));
    case 'asleep':
      return countAsleep();
    case 'begin-login':
      return logins.begin(message.token);
    case 'complete-login': {
      const { connection, cookie, query } = message;
      return logins.complete({ connection, cookie, query: new URLSearchParams(query) });
    }
  }
}

/** The parent's chat; the parent may never answer. */
function remoteChat() {
  let serial = 0;
  const asked = new Map<number, (answer: ChatAnswer) => void>();
  const ask = (call: ChatCall): Promise<ChatAnswer> =>
    new Promise((resolve) => {
      serial += 1;
      asked.set(serial, resolve);
      send({ kind: 'chat', id: serial, call });
    });
  const say = async (call: ChatCall) => given((await ask(call)).ref);
  const chat: ChatAdapter = {
    platform: 'slack',
    routes: [],
    files: { inForms: true, read: async () => Buffer.from('') },
    long: takesEverything,
    start: async () => {},
    stop: async () => {},
    post: (to, message) => say({ do: 'post', to, message }),
    postPrivately: (to, user, message) => say({ do: 'postPrivately', to, user, message }),
    update: (ref, message) => say({ do: 'update', ref, message }),
    channelOf: ({ address }) => String(address['channel']),
    describeUser: async (user) => given((await ask({ do: 'describeUser', user })).profile),
  };
  const openForm = async (form: Form): Promise<void> => {
    await ask({ do: 'openForm', form });
  };
  return { asked, chat, openForm };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new BehalfError('chat.delivery_failed', 'The chat gave no answer');
  return value;
}

/** The stores; the method `at`, e.g. `jobs.write`, never comes back and does nothing. */
function hanging(stores: Stores, at: string | undefined): Stores {
  const [name, method] = at?.split('.') ?? [];
  const entries = Object.entries(stores).map(([key, store]) => {
    if (key !== name || method === undefined) return [key, store];
    return [key, { ...store, [method]: () => new Promise(() => {}) }];
  });
  return Object.fromEntries(entries);
}

function send(message: FromChild): void {
  process.send?.(message);
}

main(JSON.parse(process.argv[2] ?? '{}')).catch((error: unknown) => {
  send({ kind: 'broken', reason: asBehalfError(error).message });
});

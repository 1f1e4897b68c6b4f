import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import { quantile } from '../statistics.js';
import type { Platform, PlatformRequest } from './platform.js';
import { cpuMs } from './process-figures.js';

/**
 * `c50`: fifty commands in flight all the time. `r100`: one every 10 ms whatever happens. `slow`: the same, while the app takes
 * two seconds for a call.
 */
export type Load = 'c50' | 'r100' | 'slow';

export type ChatKind = 'slack' | 'teams';

export interface Target {
  readonly name: string;
  readonly chat: ChatKind;
  readonly port: number;
  readonly pid: number;
  /** Chat users that may ask. */
  readonly users: readonly string[];
}

/** What one round of one kind of load gave. Times in ms. */
export interface Round {
  readonly perSecond: number;
  readonly cpuMsPerCommand: number;
  readonly endToEndP50: number;
  /** Of each command. */
  readonly acks: readonly number[];
  readonly failures: number;
  /** Connections that the target opened while it was measured. */
  readonly newConnections: number;
}

/** Times of one command, in ms from its sending. */
export interface CommandTimes {
  readonly ack: number;
  readonly whole: number;
}

const LEAD_IN_MS = 1_500;
const SLOW_APP_MS = 2_000;
const REPLY_TIMEOUT_MS = 15_000;
const IN_FLIGHT = 50;
let words = 0;

/** A word that no other command has: the reply to a command is known by it. */
export function nextWord(): string {
  words += 1;
  return `W${words}W`;
}

export async function measure(platform: Platform, target: Target, load: Load, seconds: number): Promise<Round> {
  platform.appDelayMs = load === 'slow' ? SLOW_APP_MS : 0;
  const pool = openPool(target.port);
  const results: CommandTimes[] = [];
  let failures = 0;
  let isMeasuring = false;
  const command = async (): Promise<void> => {
    const outcome = await send(platform, pool, target).catch(() => undefined);
    if (!isMeasuring) return;
    if (outcome) results.push(outcome);
    else failures += 1;
  };
  const until = performance.now() + LEAD_IN_MS + seconds * 1000;
  const running = load === 'c50' ? closedLoop(command, until) : openLoop(command, { until, everyMs: 10 });
  await wait(LEAD_IN_MS);
  const cpuBefore = cpuMs(target.pid);
  const connectionsBefore = platform.connections;
  const startedAt = performance.now();
  isMeasuring = true;
  await wait(seconds * 1000);
  isMeasuring = false;
  const elapsed = (performance.now() - startedAt) / 1000;
  const cpu = cpuMs(target.pid) - cpuBefore;
  const newConnections = platform.connections - connectionsBefore;
  await running;
  platform.appDelayMs = 0;
  await pool.close();
  const wholes = results.map(({ whole }) => whole);
  return {
    perSecond: results.length / elapsed,
    cpuMsPerCommand: cpu / Math.max(results.length, 1),
    endToEndP50: quantile(wholes, 0.5),
    acks: results.map(({ ack }) => ack),
    failures,
    newConnections,
  };
}

export function openPool(port: number): Pool {
  return new Pool(`http://127.0.0.1:${port}`, { connections: 64, pipelining: 1 });
}

/** One command and its reply; resolves with the times of the acknowledgement and of the reply. */
export async function send(platform: Platform, pool: Pool, target: Target): Promise<CommandTimes> {
  const word = nextWord();
  const user = target.users[Number(word.slice(1, -1)) % target.users.length] ?? '';
  const request = commandRequest(platform, target.chat, user, `lookup name: ${word}`);
  return answered(pool, request, platform.replyWith(word));
}

/** What the chat sends when this person types this, in a direct message. */
export function commandRequest(platform: Platform, chat: ChatKind, user: string, text: string): PlatformRequest {
  return chat === 'slack' ? platform.slackRequest(user, text) : platform.teamsRequest(user, { text });
}

/** Sends a request and waits for what it leads to. Rejects where it is refused, or nothing comes. */
export async function answered(
  pool: Pool,
  request: PlatformRequest,
  reply: Promise<unknown>,
  timeoutMs = REPLY_TIMEOUT_MS,
): Promise<CommandTimes> {
  const startedAt = performance.now();
  const arrival = reply.then(() => performance.now() - startedAt);
  await deliver(pool, request);
  const ack = performance.now() - startedAt;
  const whole = await Promise.race([arrival, wait(timeoutMs, undefined, { ref: false })]);
  if (whole === undefined) throw new Error('no reply');
  return { ack, whole };
}

/** Resolves when it is acknowledged. */
export async function deliver(pool: Pool, request: PlatformRequest): Promise<void> {
  const response = await pool.request({ method: 'POST', ...request });
  await response.body.dump();
  if (response.statusCode >= 300) throw new Error(`answered ${response.statusCode}`);
}

/** Does `act` for each of the items, fifty at a time. */
export async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const workers = Array.from({ length: IN_FLIGHT }, async () => {
    for (const item of rest) await act(item);
  });
  await Promise.all(workers);
}

async function closedLoop(command: () => Promise<void>, until: number): Promise<void> {
  const workers = Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < until) await command();
  });
  await Promise.all(workers);
}

/** Begins one command every so many ms, however long they take. */
export async function openLoop(
  command: () => Promise<void>,
  { everyMs, until }: { readonly everyMs: number; readonly until: number },
): Promise<void> {
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  for (let sent = 0; performance.now() < until; sent += 1) {
    const due = startedAt + sent * everyMs;
    const early = due - performance.now();
    if (early > 1) await wait(early);
    const one: Promise<void> = command().finally(() => pending.delete(one));
    pending.add(one);
  }
  await Promise.all(pending);
}

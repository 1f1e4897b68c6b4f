import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Platform } from './platform.js';

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
  readonly ackP99: number;
  readonly failures: number;
  /** Connections that the target opened while it was measured. */
  readonly newConnections: number;
}

const LEAD_IN_MS = 1_500;
const SLOW_APP_MS = 2_000;
const REPLY_TIMEOUT_MS = 15_000;
/** Clock ticks a second in /proc; 100 on every Linux that matters. */
const TICKS = 100;
let words = 0;

export async function measure(platform: Platform, target: Target, load: Load, seconds: number): Promise<Round> {
  platform.appDelayMs = load === 'slow' ? SLOW_APP_MS : 0;
  const pool = new Pool(`http://127.0.0.1:${target.port}`, { connections: 64, pipelining: 1 });
  const results: { ack: number; whole: number }[] = [];
  let failures = 0;
  let isMeasuring = false;
  const command = async (): Promise<void> => {
    const outcome = await send(platform, pool, target).catch(() => undefined);
    if (!isMeasuring) return;
    if (outcome) results.push(outcome);
    else failures += 1;
  };
  const until = performance.now() + LEAD_IN_MS + seconds * 1000;
  const running = load === 'c50' ? closedLoop(command, until) : openLoop(command, until);
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
  return {
    perSecond: results.length / elapsed,
    cpuMsPerCommand: cpu / Math.max(results.length, 1),
    endToEndP50: quantile(
      results.map(({ whole }) => whole),
      0.5,
    ),
    ackP99: quantile(
      results.map(({ ack }) => ack),
      0.99,
    ),
    failures,
    newConnections,
  };
}

/** One command and its reply; resolves with the times of the acknowledgement and of the reply. */
export async function send(platform: Platform, pool: Pool, target: Target): Promise<{ ack: number; whole: number }> {
  words += 1;
  const word = `W${words}W`;
  const user = target.users[words % target.users.length] ?? '';
  const text = `lookup name: ${word}`;
  const request = target.chat === 'slack' ? platform.slackRequest(user, text) : platform.teamsRequest(user, { text });
  const startedAt = performance.now();
  const reply = platform.replyWith(word).then(() => performance.now() - startedAt);
  const response = await pool.request({
    method: 'POST',
    path: request.path,
    headers: request.headers,
    body: request.body,
  });
  await response.body.dump();
  const ack = performance.now() - startedAt;
  if (response.statusCode >= 300) throw new Error(`answered ${response.statusCode}`);
  const whole = await Promise.race([reply, wait(REPLY_TIMEOUT_MS, undefined, { ref: false })]);
  if (whole === undefined) throw new Error('no reply');
  return { ack, whole };
}

async function closedLoop(command: () => Promise<void>, until: number): Promise<void> {
  const workers = Array.from({ length: 50 }, async () => {
    while (performance.now() < until) await command();
  });
  await Promise.all(workers);
}

async function openLoop(command: () => Promise<void>, until: number): Promise<void> {
  const pending: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let sent = 0; performance.now() < until; sent += 1) {
    const due = startedAt + sent * 10;
    const early = due - performance.now();
    if (early > 1) await wait(early);
    pending.push(command());
  }
  await Promise.all(pending);
}

/** CPU time that a process has used, user and system, in ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

export function rssMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

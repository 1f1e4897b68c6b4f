import type { Answer } from './answer.js';
import type { Connector } from './connector.js';

/** Longest wait that is believed. */
const DAY_MS = 24 * 60 * 60 * 1000;

/** Larger numbers are points in time (Unix seconds, or milliseconds), not durations. */
const FIRST_TIME_S = 1_000_000_000;
const FIRST_TIME_MS = 1_000_000_000_000;

type WaitRules = Pick<Connector, 'retryAfter' | 'rateLimit'>;

/**
 * Milliseconds after which an app wants to be asked again: by the connector's rule, by Retry-After (RFC 9110 section
 * 10.2.3), or because no calls are left. Undefined where the answer does not say.
 */
export async function waitAfterError(rules: WaitRules, answer: Answer, nowMs: number): Promise<number | undefined> {
  return (
    (await waitByRule(rules.retryAfter, answer, nowMs)) ??
    readWait(answer.headers['retry-after'], nowMs) ??
    waitByLimit(rules, answer, nowMs)
  );
}

/** Milliseconds until there are calls again, when an answer says that it was the last one. */
export function waitByLimit({ rateLimit }: WaitRules, answer: Answer, nowMs: number): number | undefined {
  if (!rateLimit) return undefined;
  const remaining = answer.headers[rateLimit.remainingHeader]?.trim();
  if (remaining === undefined || !/^0+(?:\.0+)?$/u.test(remaining)) return undefined;
  return readWait(answer.headers[rateLimit.resetHeader], nowMs);
}

async function waitByRule(rule: WaitRules['retryAfter'], answer: Answer, nowMs: number): Promise<number | undefined> {
  if (!rule) return undefined;
  if (rule.kind === 'header') return readWait(answer.headers[rule.name], nowMs);
  try {
    return readWait(await rule.pill.evaluate({ ...answer }), nowMs);
  } catch {
    // A rule that stumbles over an odd answer must not hide the answer.
    return undefined;
  }
}

/** Seconds, a Unix time or a date. */
function readWait(value: unknown, nowMs: number): number | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (text === '') return undefined;
  const ms = /^\d+(?:\.\d+)?$/u.test(text) ? numberToWait(Number(text), nowMs) : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), DAY_MS) : undefined;
}

function numberToWait(value: number, nowMs: number): number {
  if (value >= FIRST_TIME_MS) return value - nowMs;
  return value >= FIRST_TIME_S ? value * 1000 - nowMs : value * 1000;
}

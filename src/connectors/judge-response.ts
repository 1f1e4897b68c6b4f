import type { IncomingResponse } from '../kernel/http-client.port.js';
import type { AppErrorClass, Connector } from './connector.js';

/** An answer, as rules and outputs see it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON or plain text, by the content type; undefined when it is neither. */
  readonly body: unknown;
}

export type Verdict =
  | { readonly kind: 'ok'; readonly answer: Answer }
  | {
      readonly kind: 'error';
      readonly class: AppErrorClass;
      readonly answer: Answer;
      /** The app's own words, cleaned and cut. */
      readonly words?: string;
    };

/** Longest quotation of an app in the chat, in characters. */
const MAX_WORDS = 200;

/** Decides what an answer means: first by the connector's rules, then by its status. */
export async function judgeResponse(
  connector: Pick<Connector, 'errors' | 'errorMessage'>,
  response: IncomingResponse,
): Promise<Verdict> {
  const body = readBody(response);
  const answer: Answer = { status: response.status, headers: response.headers, body: body.value };
  const errorClass = (await classByRules(connector, answer)) ?? classByStatus(answer.status, body.isReadable);
  if (errorClass === undefined) return { kind: 'ok', answer };
  const words = await appWords(connector, answer);
  return { kind: 'error', class: errorClass, answer, ...(words === undefined ? {} : { words }) };
}

/** Milliseconds to wait by Retry-After (RFC 9110 section 10.2.3); a day at most. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  const ms = /^\d+$/u.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), DAY_MS) : undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

interface ReadBody {
  readonly value: unknown;
  /** False: there is something that is neither JSON nor plain text, such as an error page. */
  readonly isReadable: boolean;
}

function readBody(response: IncomingResponse): ReadBody {
  if (response.body.length === 0) return { value: undefined, isReadable: true };
  const type = (response.headers['content-type'] ?? '').toLowerCase();
  if (/^text\/plain\b/u.test(type)) return { value: response.body.toString('utf8'), isReadable: true };
  if (!/^application\/(?:[\w.+-]+\+)?json\b/u.test(type)) return { value: undefined, isReadable: false };
  try {
    return { value: JSON.parse(response.body.toString('utf8')), isReadable: true };
  } catch {
    return { value: undefined, isReadable: false };
  }
}

async function classByRules(connector: Pick<Connector, 'errors'>, answer: Answer): Promise<AppErrorClass | undefined> {
  for (const rule of connector.errors) {
    if (rule.statuses.length > 0 && !rule.statuses.includes(answer.status)) continue;
    if (rule.when && (await quietly(rule.when, answer)) !== true) continue;
    return rule.class;
  }
  return undefined;
}

const BY_STATUS: Readonly<Record<number, AppErrorClass>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  408: 'unavailable',
  409: 'conflict',
  410: 'not_found',
  412: 'conflict',
  425: 'unavailable',
  429: 'rate_limited',
};

function classByStatus(status: number, isReadable: boolean): AppErrorClass | undefined {
  if (status >= 200 && status < 300) return isReadable ? undefined : 'unexpected_answer';
  if (status >= 500) return 'unavailable';
  if (status < 400) return 'unexpected_answer';
  return BY_STATUS[status] ?? (isReadable ? 'bad_input' : 'unexpected_answer');
}

async function appWords(connector: Pick<Connector, 'errorMessage'>, answer: Answer): Promise<string | undefined> {
  const own = connector.errorMessage ? await quietly(connector.errorMessage, answer) : usualWords(answer.body);
  return typeof own === 'string' ? cleanWords(own) : undefined;
}

/** A rule that stumbles over an odd answer must not hide the answer. */
async function quietly(pill: NonNullable<Connector['errorMessage']>, answer: Answer): Promise<unknown> {
  try {
    return await pill.evaluate({ ...answer });
  } catch {
    return undefined;
  }
}

/** Where apps usually put the message for people. */
function usualWords(body: unknown): unknown {
  const first = fieldOf(fieldOf(body, 'errors'), '0');
  const candidates = [
    fieldOf(body, 'message'),
    fieldOf(body, 'error_description'),
    fieldOf(fieldOf(body, 'error'), 'message'),
    fieldOf(body, 'detail'),
    fieldOf(first, 'message'),
    first,
    fieldOf(body, 'error'),
  ];
  return candidates.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '');
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** One line of plain words; nothing when it is a page or a dump. */
export function cleanWords(text: string): string | undefined {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  if (line === '' || /<\/?[a-z!]/iu.test(line)) return undefined;
  return line.length <= MAX_WORDS ? line : `${[...line].slice(0, MAX_WORDS - 1).join('')}…`;
}

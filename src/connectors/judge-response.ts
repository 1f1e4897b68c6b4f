import type { IncomingResponse } from '../kernel/http-client.port.js';
import type { Datapill } from '../language/datapill.js';
import type { Answer } from './answer.js';
import type { AppErrorClass, Connector, ErrorRule } from './connector.js';
import { readBody } from './read-body.js';
import { waitAfterError, waitByLimit } from './wait-time.js';

export type Verdict =
  | {
      readonly kind: 'ok';
      readonly answer: Answer;
      /** How long the app wants to be left alone after it, in ms. */
      readonly waitMs?: number | undefined;
    }
  | {
      readonly kind: 'error';
      readonly class: AppErrorClass;
      readonly answer: Answer;
      /** The app's own words, cleaned and cut. */
      readonly words?: string | undefined;
      /** Why the body could not be read, for the log. */
      readonly unreadable?: string | undefined;
      /** After which time a repeat makes sense, in ms. */
      readonly waitMs?: number | undefined;
    };

/** Longest quotation of an app in the chat, in characters. */
const MAX_WORDS = 200;

/** Decides what an answer means: first by the connector's rules, then by its status. */
export async function judgeResponse(
  connector: Rules,
  response: IncomingResponse,
  { nowMs, as }: { readonly nowMs: number; readonly as?: 'json' | 'text' | 'none' | undefined },
): Promise<Verdict> {
  const isGood = response.status >= 200 && response.status < 300;
  const body = readBody(response, isGood ? as : undefined);
  const answer: Answer = { status: response.status, headers: response.headers, body: body.value };
  const rule = await findRule(connector, answer);
  const errorClass = rule?.class ?? classByStatus(answer.status, body.unreadable === undefined);
  if (errorClass === undefined) {
    return { kind: 'ok', answer, waitMs: waitByLimit(connector, answer, nowMs) };
  }
  const words = await appWords(rule?.words ?? connector.errorMessage, answer);
  const waitMs = await waitAfterError(connector, answer, nowMs);
  return { kind: 'error', class: errorClass, answer, words, unreadable: body.unreadable, waitMs };
}

type Rules = Pick<Connector, 'errors' | 'errorMessage' | 'retryAfter' | 'rateLimit'>;

async function findRule(connector: Pick<Connector, 'errors'>, answer: Answer): Promise<ErrorRule | undefined> {
  for (const rule of connector.errors) {
    if (rule.statuses.length > 0 && !rule.statuses.includes(answer.status)) continue;
    if (rule.when && (await quietly(rule.when, answer)) !== true) continue;
    return rule;
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

async function appWords(pill: Datapill | undefined, answer: Answer): Promise<string | undefined> {
  const own = pill ? await quietly(pill, answer) : usualWords(answer.body);
  return typeof own === 'string' ? cleanWords(own) : undefined;
}

/** A rule that stumbles over an odd answer must not hide the answer. */
async function quietly(pill: Datapill, answer: Answer): Promise<unknown> {
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

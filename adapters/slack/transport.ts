import type { FetchFunction } from '@slack/web-api';
import { Agent } from 'undici';

/** Longest silence of Slack that we bear, in ms. */
const ANSWER_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5000;
/** Kept so that a quiet bot does not shake hands for each message; Slack's side may close earlier. */
const KEEP_ALIVE_MS = 60_000;
const CONNECTIONS = 64;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** How the adapter reaches Slack: connections that are kept, and no redirects. */
export interface Transport {
  /** For the Web API client of Slack. WHATWG fetch costs several times as much CPU a call. */
  readonly fetch: FetchFunction;
  /** Posts JSON and resolves with the status, whatever it is. */
  postJson(url: string, body: unknown): Promise<{ readonly status: number; readonly retryAfter?: string }>;
  close(): Promise<void>;
}

export function createTransport(): Transport {
  const agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const send = async (url: string, options: { headers: Record<string, string>; body: string }) => {
    const { origin, pathname, search } = new URL(url);
    const response = await agent.request({ origin, path: `${pathname}${search}`, method: 'POST', ...options });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  };
  return {
    fetch: async (url, init) => {
      const body = typeof init?.body === 'string' ? init.body : '';
      const answer = await send(String(url), { headers: { ...init?.headers }, body });
      return toFetchResponse(String(url), answer);
    },
    postJson: async (url, body) => {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const answer = await send(url, { headers, body: JSON.stringify(body) });
      const retryAfter = answer.headers['retry-after'];
      return { status: answer.status, ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
    },
    close: () => agent.close(),
  };
}

type FetchResponse = Awaited<ReturnType<FetchFunction>>;

function toFetchResponse(
  url: string,
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly text: string;
  },
): FetchResponse {
  const read = (name: string): string | null => {
    const value = answer.headers[name.toLowerCase()];
    return value === undefined ? null : String(value);
  };
  return {
    ok: answer.status >= 200 && answer.status < 300,
    status: answer.status,
    statusText: '',
    url,
    headers: {
      get: read,
      entries: () => Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
    },
    text: async () => answer.text,
    json: async () => JSON.parse(answer.text),
    arrayBuffer: async () => new TextEncoder().encode(answer.text).buffer,
  };
}

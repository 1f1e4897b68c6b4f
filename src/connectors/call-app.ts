import type { Credential } from '../connections/connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError, type ErrorCode, isBehalfError, type Wording } from '../kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../kernel/http-client.port.js';
import { said } from '../texts/texts-for.js';
import type { AppAddress } from './app-address.js';
import { unreachableText } from './app-error.js';
import { redirected } from './build-request.js';

/** Whole time for one call of an app with its redirects, in ms: the person is waiting in the chat. */
export const CALL_TIMEOUT_MS = 20_000;

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface CallContext {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly parent: ParentConnection;
  readonly credential: Credential;
  readonly address: AppAddress;
  readonly signal?: AbortSignal | undefined;
  /** Whole time for the call with its redirects, in ms; absent: the usual. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Sends a request; failures to reach the app get a text that names it. Redirects are followed where nothing is done twice
 * (GET, HEAD, and 303 after anything) and only to hosts that the credentials may be sent to; any other redirect is the answer.
 */
export async function callApp(request: OutgoingRequest, context: CallContext): Promise<IncomingResponse> {
  const timeoutMs = context.timeoutMs ?? CALL_TIMEOUT_MS;
  const deadline = context.clock.now() + timeoutMs;
  const first = await send(request, timeoutMs, context);
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  let current = request;
  let response = first;
  for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
    const next = followed(current, response, context);
    if (!next) break;
    current = next;
    const timeLeft = Math.max(1, deadline - context.clock.now());
    const following = send(current, timeLeft, context);
    response = isReading ? await following : await following.catch(() => first);
    context.signal?.throwIfAborted();
    if (response === first) return first;
  }
  // What was done is done: a failure of the page behind it must not read as if nothing had happened.
  return isReading || isGood(response) ? response : first;
}

function isGood({ status }: IncomingResponse): boolean {
  return status >= 200 && status < 300;
}

function followed(
  request: OutgoingRequest,
  { status, headers }: IncomingResponse,
  context: CallContext,
): OutgoingRequest | undefined {
  const location = headers['location'];
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  if (!REDIRECTS.has(status) || location === undefined || (!isReading && status !== 303)) return undefined;
  const next = redirected(request, location, context);
  if (!next || isReading) return next;
  const { body: _body, ...rest } = next;
  const kept = Object.entries(next.headers ?? {}).filter(([name]) => name !== 'content-type');
  return { ...rest, method: 'GET', headers: Object.fromEntries(kept) };
}

async function send(request: OutgoingRequest, timeoutMs: number, context: CallContext): Promise<IncomingResponse> {
  const { http, parent, signal } = context;
  try {
    const { body, headers, method, url } = request;
    return await http.request({ method, url, headers, body, timeoutMs, signal });
  } catch (error) {
    if (!isBehalfError(error, 'app.unavailable', 'app.unexpected_answer', 'egress.refused')) throw error;
    throw new BehalfError(error.code, error.message, {
      userText: textOf(error.code, parent),
      details: { ...error.details, connection: parent.name },
    });
  }
}

function textOf(code: ErrorCode, parent: ParentConnection): Wording {
  switch (code) {
    case 'egress.refused':
      return said(({ apps }) => apps.addressRefused(parent.title));
    case 'app.unexpected_answer':
      return said(({ apps }) => apps.notUnderstood(parent.title));
    default:
      return unreachableText(parent);
  }
}

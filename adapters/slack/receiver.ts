import type { Clock } from '../../src/kernel/clock.port.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../src/kernel/http.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { Intake } from './intake.js';
import type { JsonObject } from './json.js';
import { isSslCheck, readSlackRequest } from './requests.js';
import { checkSignature } from './signature.js';

/** A click carries the blocks of its message, form-encoded. */
const MAX_BODY_BYTES = 512 * 1024;

const EMPTY_OK: HttpResponse = { status: 200 };
const NOT_NOW: HttpResponse = { status: 503 };

export interface ReceiverParts {
  readonly signingSecret: Secret;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Slack's way in over HTTP, on the process's own server: a 503 makes Slack deliver an event again. */
export function receiverRoute(parts: ReceiverParts, intake: Intake): HttpRoute {
  return {
    method: 'POST',
    path: '/slack/events',
    maxBodyBytes: MAX_BODY_BYTES,
    handle: (request) => handle(parts, intake, request),
  };
}

async function handle(parts: ReceiverParts, intake: Intake, request: HttpRequest): Promise<HttpResponse> {
  if (isSslCheck(request)) return EMPTY_OK;
  const { clock, signingSecret } = parts;
  const verdict = checkSignature(request, { signingSecret: signingSecret.reveal(), nowMs: clock.now() });
  if (verdict !== 'genuine') return refuse(parts, request, { status: 401, reason: verdict });
  const read = readSlackRequest(request);
  switch (read.kind) {
    case 'url_verification':
      return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: read.challenge };
    case 'nothing':
      return EMPTY_OK;
    case 'malformed':
      return refuse(parts, request, { status: 400, reason: 'malformed' });
    case 'action':
    case 'lifecycle': {
      const reply = await intake.deliver(read, request.id);
      if (reply.kind === 'again') return NOT_NOW;
      if (reply.kind === 'taken') return reply.body ? json(reply.body) : EMPTY_OK;
      return refuse(parts, request, { status: 400, reason: 'malformed', field: reply.field });
    }
  }
}

function refuse(
  { logger, metrics }: ReceiverParts,
  request: HttpRequest,
  { status, ...facts }: { readonly status: number; readonly reason: string; readonly field?: unknown },
): HttpResponse {
  metrics.count('chat_requests_refused', { platform: 'slack', reason: facts.reason });
  logger.warn({ requestId: request.id, status, ...facts }, 'request to the Slack endpoint refused');
  return { status };
}

function json(body: JsonObject): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

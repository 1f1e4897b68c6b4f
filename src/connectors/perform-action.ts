import { isBehalfError } from '../kernel/errors.js';
import type { OutgoingRequest } from '../kernel/http-client.port.js';
import { evaluateTemplate } from '../language/template.js';
import type { ActionCall } from './action-call.js';
import type { Answer } from './answer.js';
import { addressData, resolveAppAddress } from './app-address.js';
import { appError } from './app-error.js';
import { callLimitOf } from './app-turns.js';
import { buildRequest, redirected } from './build-request.js';
import { CALL_TIMEOUT_MS, callApp } from './call-app.js';
import { checkInput } from './check-input.js';
import { collectPages } from './collect-pages.js';
import { judgeResponse, type Verdict } from './judge-response.js';
import type { ReadContent } from './request-body.js';

/** How long an app is left alone that refuses a call and does not say for how long, in ms. */
const UNTOLD_WAIT_MS = 30_000;

/**
 * Carries out one action and gives its output: the answer's body, of lists `{ items, truncated }`, or what the connector
 * makes of it; `{}` when the answer has no body. It is tried once. Fails with `app.*` (the text names app, account and action;
 * `app.unauthorized` and `app.busy` mean that the app did nothing), `egress.refused`, `connection.invalid`, `datapill.failed`, and with `chat.file_*`
 * before the app is called.
 */
export async function performAction(call: ActionCall): Promise<unknown> {
  const { action, parent, credential } = call;
  const input = checkInput(action, call.input);
  const data = { input, ...addressData(parent, credential) };
  if (action.pagination) {
    const { answer, ...list } = await collectPages(action.pagination, {
      data,
      clock: call.clock,
      ...(await pagesOf(call, input)),
    });
    return action.output ? evaluateTemplate(action.output, { ...answer, ...data, ...list }) : list;
  }
  const { answer } = await ask(call, await requestOf(call, input));
  if (!action.output) return answer.body ?? {};
  return evaluateTemplate(action.output, { ...answer, ...data });
}

async function pagesOf(call: ActionCall, input: Readonly<Record<string, unknown>>) {
  const address = await resolveAppAddress(call.connector, call.parent, call.credential);
  let asked = 0;
  return {
    build: (query: Readonly<Record<string, string>>) => requestOf(call, input, query),
    follow: (request: OutgoingRequest, target: string) =>
      redirected(request, target, { address, credential: call.credential }),
    ask: (request: OutgoingRequest) => {
      asked += 1;
      return ask(call, request, { isFurtherPage: asked > 1 });
    },
  };
}

function requestOf(
  call: ActionCall,
  input: Readonly<Record<string, unknown>>,
  query?: Readonly<Record<string, string>>,
): Promise<OutgoingRequest> {
  const { connector, parent, credential, action, holder, readFile } = call;
  const { request: template, idempotencyKeyHeader: header } = action;
  const headers = header ? { [header.toLowerCase()]: call.idempotencyKey } : {};
  const readContent: ReadContent | undefined =
    readFile &&
    ((file, limits) => {
      const signal = holder?.signalFor(Number.POSITIVE_INFINITY);
      return readFile(file, { ...limits, ...(signal ? { signal } : {}) });
    });
  return buildRequest({ connector, parent, credential, template, input, headers, query, readContent });
}

async function ask(
  call: ActionCall,
  request: OutgoingRequest,
  more: { readonly isFurtherPage?: boolean } = {},
): Promise<{ readonly answer: Answer; readonly bytes: number }> {
  const { connector, action, parent, credential, clock, pauses } = call;
  await passPauses(call);
  await call.turns?.pass(call, more);
  const address = await resolveAppAddress(connector, parent, credential);
  const { holder, http, timeoutMs = CALL_TIMEOUT_MS } = call;
  const signal = holder?.signalFor(timeoutMs);
  const response = await callApp(request, { http, clock, parent, credential, address, signal, timeoutMs });
  const verdict = await judgeResponse(connector, response, { nowMs: clock.now(), as: action.response });
  if (verdict.waitMs !== undefined && isPausing(verdict)) pauses?.note(call, verdict.waitMs);
  if (verdict.kind === 'ok') return { answer: verdict.answer, bytes: response.body.length };
  if (verdict.class === 'rate_limited' && call.turns && callLimitOf(call))
    throw call.turns.refused(parent, verdict.waitMs ?? UNTOLD_WAIT_MS);
  const { account } = call;
  throw appError(verdict, { parent, credential, purpose: action.title, action: action.name, account });
}

/** Where calls have turns, a job comes back after a long pause; all others are told to. */
async function passPauses(call: ActionCall): Promise<void> {
  const { parent, pauses, turns } = call;
  try {
    await pauses?.pass(call);
  } catch (error) {
    if (!turns || !callLimitOf(call) || !isBehalfError(error, 'app.rate_limited')) throw error;
    throw turns.refused(parent, error.retryAfterMs ?? UNTOLD_WAIT_MS);
  }
}

/** Other errors may tell a time too, but not because the app is asked too often. */
function isPausing(verdict: Verdict): boolean {
  return verdict.kind === 'ok' || verdict.class === 'rate_limited' || verdict.class === 'unavailable';
}

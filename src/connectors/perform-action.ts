import { evaluateTemplate } from '../language/template.js';
import type { ActionCall } from './action-call.js';
import { appError } from './app-error.js';
import { buildRequest } from './build-request.js';
import { callApp } from './call-app.js';
import { checkInput } from './check-input.js';
import { judgeResponse } from './judge-response.js';

/**
 * Carries out one action and gives its output: the answer's body, or what the connector makes of it; `{}` when the answer
 * has no body. It is tried once. Fails with `app.*` (the text names app, account and action; `app.unauthorized` means that
 * the app did nothing), `egress.refused`, `connection.invalid`, `datapill.failed`.
 */
export async function performAction(call: ActionCall): Promise<unknown> {
  const { connector, action, parent, credential } = call;
  const input = checkInput(action, call.input);
  const request = await buildRequest({
    connector,
    parent,
    credential,
    template: action.request,
    input,
    headers: action.idempotencyKeyHeader ? { [action.idempotencyKeyHeader.toLowerCase()]: call.idempotencyKey } : {},
  });
  const response = await callApp(call.http, request, { parent, ...(call.signal ? { signal: call.signal } : {}) });
  const verdict = await judgeResponse(connector, response);
  if (verdict.kind === 'error') {
    throw appError(verdict, {
      parent,
      credential,
      purpose: action.title,
      action: action.name,
      ...(call.account === undefined ? {} : { account: call.account }),
      nowMs: call.clock.now(),
    });
  }
  if (!action.output) return verdict.answer.body ?? {};
  return evaluateTemplate(action.output, { ...verdict.answer, input, settings: parent.settings });
}

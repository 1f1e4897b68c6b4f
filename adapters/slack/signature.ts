import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../../src/kernel/http.js';

/** Slack's own advice for how far clocks may differ. */
const MAX_SKEW_SECONDS = 300;

export type SignatureVerdict = 'genuine' | 'unsigned' | 'outside_time' | 'bad_signature';

/**
 * Whether Slack signed these very bytes within five minutes of now, in the past or in the future.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function checkSignature(
  request: Pick<HttpRequest, 'headers' | 'body'>,
  options: { readonly signingSecret: string; readonly nowMs: number },
): SignatureVerdict {
  const timestamp = request.headers['x-slack-request-timestamp'] ?? '';
  const signature = /^v0=([0-9a-f]{64})$/.exec(request.headers['x-slack-signature'] ?? '')?.[1];
  if (!/^\d{1,12}$/.test(timestamp) || signature === undefined) return 'unsigned';
  if (Math.abs(options.nowMs / 1000 - Number(timestamp)) > MAX_SKEW_SECONDS) return 'outside_time';
  const expected = createHmac('sha256', options.signingSecret).update(`v0:${timestamp}:`).update(request.body).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? 'genuine' : 'bad_signature';
}

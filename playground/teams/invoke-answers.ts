import { ADAPTIVE_CARD, isRecord } from './cards.js';
import type { Delivery, InvokeOutcome } from './types.js';

/**
 * What a Teams client does with the answer to an invoke ("Universal Actions for Adaptive Cards", response format):
 * anything but HTTP 200 is "Something went wrong", and the body of an `adaptiveCard/action` must say what to show.
 */
export function judgeInvoke(delivery: Delivery, options: { readonly needsBody: boolean }): InvokeOutcome {
  if (delivery.status !== 200) return { kind: 'failed', reason: `the bot answered ${delivery.status}` };
  if (!options.needsBody) return { kind: 'quiet' };
  const { body } = delivery;
  if (!isRecord(body)) return { kind: 'failed', reason: 'the answer has no body' };
  const { statusCode, type, value } = body;
  if (statusCode !== 200) return { kind: 'failed', reason: `statusCode ${String(statusCode)}: ${messageOf(value)}` };
  if (type === ADAPTIVE_CARD) return { kind: 'card', card: value };
  if (type === 'application/vnd.microsoft.activity.message') return { kind: 'toast', text: String(value) };
  return { kind: 'failed', reason: `unknown answer type ${String(type)}` };
}

function messageOf(value: unknown): string {
  return isRecord(value) ? String(value['message'] ?? '') : '';
}

import type { ChatEvent } from '../../src/chat/chat-event.js';
import type { HttpResponse } from '../../src/kernel/http.js';

/**
 * How an invoke is answered; anything but 200 is "Something went wrong" in the client. The card itself changes later, by an
 * update. https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
 */
export function answerInvoke(name: string, event: ChatEvent | undefined): HttpResponse {
  if (name === 'adaptiveCard/action') {
    const value = event ? 'One moment…' : 'This button does not work any more.';
    return json(200, { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value });
  }
  // Single sign-on of Azure's token service, which is not used: 412 has the client fall back without an error.
  if (name === 'signin/tokenExchange') return { status: 412 };
  return json(200, {});
}

function json(status: number, body: unknown): HttpResponse {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

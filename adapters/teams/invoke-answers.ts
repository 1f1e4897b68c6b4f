import type { ChatEvent } from '../../src/chat/chat-event.js';
import type { HttpResponse } from '../../src/kernel/http.js';
import type { Texts } from '../../src/texts/english.js';
import type { Element } from './buttons.js';
import { CARD_TYPE } from './cards.js';
import { renderChoices, renderNotice } from './forms.js';

/** Shown below the card, to the person who pressed alone. */
export function renderWord(value: string): object {
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value };
}

/** In place of the card, for the person who pressed. */
export function renderReplacement(value: Element): object {
  return { statusCode: 200, type: CARD_TYPE, value };
}

/**
 * How an invoke is answered; anything but 200 is "Something went wrong" in the client. `given`: what the service said while the client waits.
 * https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
 */
export function answerInvoke(
  name: string,
  event: ChatEvent | undefined,
  given: object | undefined,
  { chat }: Texts,
): HttpResponse {
  switch (name) {
    case 'adaptiveCard/action':
      return json(given ?? renderWord(event ? chat.oneMoment : chat.buttonDead));
    case 'task/fetch':
      return json(given ?? renderNotice(event ? chat.answeredInChat : chat.buttonDead));
    case 'composeExtension/fetchTask':
      return json(given ?? renderNotice(event ? chat.answeredInChatWithMe : chat.shortcutDead));
    case 'task/submit':
    case 'composeExtension/submitAction':
      // An empty answer closes the dialog.
      return json(given ?? (event ? {} : renderNotice(chat.formDead)));
    case 'application/search':
      return json(given ?? renderChoices([]));
    case 'signin/tokenExchange':
      // 412 has the client fall back to the button of the question, without an error.
      return given ? json(given) : { ...json(notExchanged(event, chat.signInFailed)), status: 412 };
    default:
      return json({});
  }
}

/** TokenExchangeInvokeResponse of the Bot Framework. */
function notExchanged(event: ChatEvent | undefined, failureDetail: string): object {
  const id = event?.kind === 'silent-sign-in' ? { id: event.question } : {};
  return { ...id, failureDetail };
}

function json(body: object): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

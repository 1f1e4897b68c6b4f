import { isUtf8 } from 'node:buffer';
import type { HttpRequest } from '../../src/kernel/http.js';
import { FORM_CALLBACK } from './forms.js';
import { isHomeOpened, isOnHome } from './home.js';
import { isJsonObject, type JsonObject, objectAt, parseJson, textAt } from './json.js';
import { LIFECYCLE_EVENTS } from './scopes.js';

/** What a request of Slack is, before anybody acts on it. */
export type SlackRequest =
  | { readonly kind: 'url_verification'; readonly challenge: string }
  /** Something that a person did and that one of our listeners takes. */
  | { readonly kind: 'action'; readonly body: JsonObject }
  /** Somebody or a workspace has left or come back. */
  | { readonly kind: 'lifecycle'; readonly body: JsonObject }
  /** Genuine, and nothing to do: what bots wrote, edits, choices in menus, events of other kinds. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'malformed' };

const NOTHING: SlackRequest = { kind: 'nothing' };
const MALFORMED: SlackRequest = { kind: 'malformed' };
/** Subtypes under which people's own words arrive. https://docs.slack.dev/reference/events/message#subtypes */
const SPOKEN_SUBTYPES: readonly unknown[] = [undefined, 'file_share', 'thread_broadcast'];

const LIFECYCLE_TYPES: ReadonlySet<string> = new Set(LIFECYCLE_EVENTS);

/** Reads the body strictly; the signature has been checked before. */
export function readSlackRequest(request: Pick<HttpRequest, 'headers' | 'body'>): SlackRequest {
  if (!isUtf8(request.body)) return MALFORMED;
  const text = request.body.toString('utf8');
  switch (mediaType(request)) {
    case 'application/json':
      return readJson(parseJson(text));
    case 'application/x-www-form-urlencoded':
      return readForm(new URLSearchParams(text));
    default:
      return MALFORMED;
  }
}

/**
 * Slack's check of the certificate, which it does not sign. It is answered with an empty 200 and has no other effect.
 * https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export function isSslCheck(request: Pick<HttpRequest, 'headers' | 'body'>): boolean {
  if (mediaType(request) !== 'application/x-www-form-urlencoded' || request.body.length > 1024) return false;
  return new URLSearchParams(request.body.toString('utf8')).get('ssl_check') === '1';
}

function mediaType(request: Pick<HttpRequest, 'headers'>): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function readJson(body: unknown): SlackRequest {
  if (!isJsonObject(body)) return MALFORMED;
  const type = textAt(body, 'type');
  if (type === 'url_verification') {
    const challenge = textAt(body, 'challenge');
    return challenge === undefined ? MALFORMED : { kind: 'url_verification', challenge };
  }
  return type === 'event_callback' ? readEventRequest(body) : type === undefined ? MALFORMED : NOTHING;
}

/** An event of the Events API with what stands around it. */
export function readEventRequest(body: JsonObject): SlackRequest {
  const event = body['event'];
  const type = isJsonObject(event) ? textAt(event, 'type') : undefined;
  if (!isJsonObject(event) || type === undefined) return MALFORMED;
  if (LIFECYCLE_TYPES.has(type)) return { kind: 'lifecycle', body };
  return isSpoken(event) || isHomeOpened(event) ? { kind: 'action', body } : NOTHING;
}

/** The words of a person to the bot: in the direct message, or with a mention elsewhere. Edits do not count. */
function isSpoken(event: JsonObject): boolean {
  const isDirect = event['channel_type'] === 'im' || (textAt(event, 'channel') ?? '').startsWith('D');
  const isOurs = event['type'] === (isDirect ? 'message' : 'app_mention');
  return (
    isOurs &&
    SPOKEN_SUBTYPES.includes(event['subtype']) &&
    event['bot_id'] === undefined &&
    event['edited'] === undefined
  );
}

function readForm(form: URLSearchParams): SlackRequest {
  const payloads = form.getAll('payload');
  if (payloads.length === 0)
    return form.has('command') ? { kind: 'action', body: Object.fromEntries(form) } : MALFORMED;
  return readInteraction(payloads.length === 1 ? parseJson(payloads[0] ?? '') : undefined);
}

/** A click, a shortcut, or what somebody does in a form. */
export function readInteraction(body: unknown): SlackRequest {
  if (!isJsonObject(body)) return MALFORMED;
  const type = textAt(body, 'type');
  if (type === 'view_submission' || type === 'block_suggestion') return readFromForm(body);
  if (type === 'shortcut' || type === 'message_action') return readShortcut(body, type);
  if (type !== 'block_actions') return type === undefined ? MALFORMED : NOTHING;
  const actions = body['actions'];
  const action: unknown = Array.isArray(actions) ? actions[0] : undefined;
  if (!isJsonObject(action) || !isJsonObject(body['user'])) return MALFORMED;
  const isOurButton = action['type'] === 'button' && textAt(action, 'value') !== undefined;
  const isOurPlace = textAt(objectAt(body, 'channel'), 'id') !== undefined || isOnHome(body);
  return isOurButton && isOurPlace ? { kind: 'action', body } : NOTHING;
}

/** Chosen anywhere it is in no channel. */
function readShortcut(body: JsonObject, type: 'shortcut' | 'message_action'): SlackRequest {
  const isWhole = isJsonObject(body['user']) && (type === 'shortcut' || isJsonObject(body['channel']));
  return isWhole ? { kind: 'action', body } : MALFORMED;
}

/** Closing a form (`view_closed`) is not subscribed to: nothing follows from it. */
function readFromForm(body: JsonObject): SlackRequest {
  if (!isJsonObject(body['user'])) return MALFORMED;
  return textAt(objectAt(body, 'view'), 'callback_id') === FORM_CALLBACK ? { kind: 'action', body } : NOTHING;
}

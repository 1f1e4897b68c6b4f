import type { HomeView } from '@slack/types';
import type { ChatUser } from '../../src/chat/chat-user.js';
import type { ConversationRef } from '../../src/chat/conversation.js';
import type { HomePage } from '../../src/chat/home-page.port.js';
import type { Message } from '../../src/chat/message.js';
import { readConversation, type SlackPlace } from './address.js';
import { renderHomeBlocks } from './blocks.js';
import { isJsonObject, type JsonObject, objectAt, parseJson, textAt } from './json.js';
import type { Session } from './session.js';
import { PATIENCE, type SlackApi } from './web-api.js';

/** Tells the Home tab that we have drawn from other views. */
const HOME_CALLBACK = 'behalf:home';

/** The Home tab of the app. https://docs.slack.dev/surfaces/app-home */
export class SlackHome implements HomePage {
  readonly #speaking: (workspace: string | undefined) => Promise<Session>;

  /** `speaking`: the workspace that a place is in. */
  constructor(speaking: (workspace: string | undefined) => Promise<Session>) {
    this.#speaking = speaking;
  }

  async publish(directChat: ConversationRef, { userId }: ChatUser, content: Message): Promise<void> {
    const place = readConversation(directChat);
    const { api } = await this.#speaking(place.workspace);
    await publishHome(api, { place, userId }, content);
  }
}

/**
 * Without `hash`: it tells that somebody else has drawn the tab, not whose content is newer; that is known where content is read.
 * @throws BehalfError `chat.delivery_failed`
 */
export async function publishHome(
  api: SlackApi,
  to: { readonly place: SlackPlace; readonly userId: string },
  content: Message,
): Promise<void> {
  await api.call('views.publish', { user_id: to.userId, view: renderHome(content, to.place) }, PATIENCE.message);
}

/** What is pressed there is in no channel: the view names the direct message that is answered in. */
function renderHome(content: Message, { channel }: SlackPlace): HomeView {
  return {
    type: 'home',
    callback_id: HOME_CALLBACK,
    private_metadata: JSON.stringify({ channel }),
    blocks: renderHomeBlocks(content),
  };
}

/** True for an event that tells of the Home tab; the Messages tab of the app is opened with the same event. */
export function isHomeOpened(event: JsonObject): boolean {
  return event['type'] === 'app_home_opened' && event['tab'] === 'home' && textAt(event, 'user') !== undefined;
}

/** True for a press on the Home tab that we have drawn. */
export function isOnHome(body: JsonObject): boolean {
  const view = objectAt(body, 'view');
  return view['type'] === 'home' && textAt(view, 'callback_id') === HOME_CALLBACK;
}

/** The direct message that a press on the Home tab is answered in. Slack takes the person's id for it, too. */
export function homeChannel(body: JsonObject, userId: string): string {
  const stored = parseJson(textAt(objectAt(body, 'view'), 'private_metadata') ?? '');
  return (isJsonObject(stored) ? textAt(stored, 'channel') : undefined) ?? userId;
}

import type { ChatEvent, OpensForm, TextEvent } from '../../src/chat/chat-event.js';
import type { Complete } from '../../src/kernel/complete.js';
import { completeFiles } from './files.js';
import { formErrors, renderForm, toOptions } from './forms.js';
import type { Heard } from './inbound.js';
import type { JsonObject } from './json.js';
import { PATIENCE, type SlackApi } from './web-api.js';

/** What every event tells of the person. */
type Who = Pick<ChatEvent, 'user' | 'person' | 'hostTenantId' | 'timeZone' | 'locale'>;

/** Takes what Slack's request is answered with; false when it has been answered. */
export type Give = (body: JsonObject) => boolean;

/** What was heard with what Slack has left out: what a file of a shared channel is. */
export async function withFiles(heard: Heard, api: SlackApi): Promise<Heard> {
  const { event, incompleteFiles, place } = heard;
  if (event.kind !== 'text' || incompleteFiles === undefined) return heard;
  const files = await completeFiles(incompleteFiles, { api, workspace: place.workspace });
  return { ...heard, event: { ...event, files: files.length === 0 ? undefined : files } };
}

/** What was heard as an event for the service, with what the service can do about it while Slack waits. */
export function toEvent(
  heard: Heard,
  who: Who,
  { api, give }: { readonly api: SlackApi; readonly give: Give },
): ChatEvent {
  const { event, place, triggerId } = heard;
  const openForm: OpensForm['openForm'] = async (form) => {
    await api.call('views.open', { trigger_id: triggerId, view: renderForm(form, place) }, PATIENCE.asked);
  };
  switch (event.kind) {
    case 'home':
      return { ...event, ...who };
    case 'text':
      return textEvent(event, who, triggerId === undefined ? undefined : openForm);
    case 'slash-command':
    case 'shortcut':
    case 'action':
      return { ...event, ...who, ...(triggerId === undefined ? {} : { openForm }) };
    case 'form':
      return { ...event, ...who, refuseInTime: (_form, errors) => give(formErrors(errors)) };
    case 'options':
      give({ options: [] });
      return { ...event, ...who, offer: (choices) => void give({ options: toOptions(choices) }) };
  }
}

/** Written out: it is the busiest of all, and what is put together of others costs several times as much. */
function textEvent(
  { conversation, files, id, mentions, text }: Extract<Heard['event'], { kind: 'text' }>,
  { hostTenantId, locale, person, timeZone, user }: Who,
  openForm: OpensForm['openForm'],
): Complete<TextEvent> {
  return {
    kind: 'text',
    id,
    user,
    conversation,
    text,
    mentions,
    files,
    person,
    hostTenantId,
    timeZone,
    locale,
    openForm,
  };
}

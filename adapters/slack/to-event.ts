import type { ChatEvent, OpensForm, TextEvent } from '../../src/chat/chat-event.js';
import type { Complete } from '../../src/kernel/complete.js';
import { completeFiles } from './files.js';
import { formErrors, renderForm, toOptions } from './forms.js';
import type { Heard } from './inbound.js';
import type { JsonObject } from './json.js';
import { PATIENCE, type SlackApi } from './web-api.js';

/** What every event tells of the person. */
type Who = Pick<ChatEvent, 'user' | 'person' | 'hostTenantId' | 'timeZone' | 'locale'>;

interface Told {
  readonly event: ChatEvent;
  /** What Slack's request is answered with, once the event has been handled; undefined for nothing. */
  readonly answer: () => JsonObject | undefined;
}

/** What was heard with what Slack has left out: what a file of a shared channel is. */
export async function withFiles(heard: Heard, api: SlackApi): Promise<Heard> {
  const { event, incompleteFiles, place } = heard;
  if (event.kind !== 'text' || incompleteFiles === undefined) return heard;
  const files = await completeFiles(incompleteFiles, { api, workspace: place.workspace });
  return { ...heard, event: { ...event, files: files.length === 0 ? undefined : files } };
}

/** What was heard as an event for the service, with what the service can do about it while Slack waits. */
export function toEvent(heard: Heard, who: Who, api: SlackApi): Told {
  const { event, place, triggerId } = heard;
  let given: JsonObject | undefined;
  const answer = (): JsonObject | undefined => given;
  const openForm: OpensForm['openForm'] = async (form) => {
    await api.call('views.open', { trigger_id: triggerId, view: renderForm(form, place) }, PATIENCE.asked);
  };
  switch (event.kind) {
    case 'home':
      return { event: { ...event, ...who }, answer };
    case 'text':
      return { event: textEvent(event, who, triggerId === undefined ? undefined : openForm), answer };
    case 'slash-command':
    case 'shortcut':
    case 'action':
      return { event: { ...event, ...who, ...(triggerId === undefined ? {} : { openForm }) }, answer };
    case 'form':
      return {
        event: {
          ...event,
          ...who,
          refuse: (_form, errors) => {
            given = formErrors(errors);
          },
        },
        answer,
      };
    case 'options':
      return {
        event: {
          ...event,
          ...who,
          offer: (choices) => {
            given = { options: toOptions(choices) };
          },
        },
        answer: () => given ?? { options: [] },
      };
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

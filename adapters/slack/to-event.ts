import type { ChatEvent } from '../../src/chat/chat-event.js';
import type { ChatUser } from '../../src/chat/chat-user.js';
import { formErrors, renderForm, toOptions } from './forms.js';
import type { Heard } from './inbound.js';
import type { JsonObject } from './json.js';
import { PATIENCE, type SlackApi } from './web-api.js';

interface Told {
  readonly event: ChatEvent;
  /** What Slack's request is answered with, once the event has been handled; undefined for nothing. */
  readonly answer: () => JsonObject | undefined;
}

/** What was heard as an event for the service, with what the service can do about it while Slack waits. */
export function toEvent(heard: Heard, chatUser: ChatUser, api: SlackApi): Told {
  const { event, person, place, timeZone, triggerId } = heard;
  const standing = person === undefined ? {} : { person };
  const who = { user: chatUser, ...standing, ...(timeZone === undefined ? {} : { timeZone }) };
  let given: JsonObject | undefined;
  const answer = (): JsonObject | undefined => given;
  switch (event.kind) {
    case 'text':
      return { event: { ...event, ...who }, answer };
    case 'action': {
      if (triggerId === undefined) return { event: { ...event, ...who }, answer };
      const openForm: NonNullable<Extract<ChatEvent, { kind: 'action' }>['openForm']> = async (form) => {
        await api.call('views.open', { trigger_id: triggerId, view: renderForm(form, place) }, PATIENCE.asked);
      };
      return { event: { ...event, ...who, openForm }, answer };
    }
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

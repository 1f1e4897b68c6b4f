import type { Complete } from '../kernel/complete.js';
import { isSpoken } from '../texts/texts-for.js';
import type { ChatEventHandler, TextEvent } from './chat-event.js';

/** Gives the handler events whose language is spoken: `defaultLocale` (BCP 47) where the person's is not, or is not known. */
export function speaking(handler: ChatEventHandler, defaultLocale: string): ChatEventHandler {
  return (event) => {
    const { locale } = event;
    if (locale !== undefined && isSpoken(locale)) return handler(event);
    return handler(event.kind === 'text' ? heardIn(event, defaultLocale) : { ...event, locale: defaultLocale });
  };
}

/** Written out, as it is done for most events. */
function heardIn(event: TextEvent, locale: string): Complete<TextEvent> {
  const { conversation, files, hostTenantId, id, mentions, openForm, person, text, timeZone, user } = event;
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

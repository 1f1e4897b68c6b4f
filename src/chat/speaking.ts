import { isSpoken } from '../texts/texts-for.js';
import type { ChatEventHandler } from './chat-event.js';

/** Gives the handler events whose language is spoken: `defaultLocale` (BCP 47) where the person's is not, or is not known. */
export function speaking(handler: ChatEventHandler, defaultLocale: string): ChatEventHandler {
  return (event) => {
    const { locale } = event;
    return handler(locale !== undefined && isSpoken(locale) ? event : { ...event, locale: defaultLocale });
  };
}

import type { ChatEvent } from '../../../src/chat/chat-event.js';
import { speaking } from '../../../src/chat/speaking.js';

const EVENT: ChatEvent = {
  kind: 'text',
  id: 'e1',
  user: { platform: 'slack', tenantId: 'T1', userId: 'U1' },
  conversation: { platform: 'slack', kind: 'direct', address: { channel: 'D1' } },
  text: 'help',
};

describe('the language of an event', () => {
  it.each([
    ['de_AT', 'de_AT'],
    ['fr-FR', 'en-GB'],
    [undefined, 'en-GB'],
  ])('of somebody whose client says %s is %s', async (locale, heard) => {
    const events: ChatEvent[] = [];
    const handler = speaking(async (event) => void events.push(event), 'en-GB');
    await handler(locale === undefined ? EVENT : { ...EVENT, locale });

    expect(events).toEqual([{ ...EVENT, locale: heard }]);
  });
});

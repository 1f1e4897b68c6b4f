import { plainText } from '../../src/chat/message.js';
import type { Texts } from '../../src/texts/english.js';
import { CARD_TYPE, type OutgoingActivity } from './cards.js';

/**
 * Said once where the app is new. In the 1:1 chat with a button that writes the word for the person; in a channel such a
 * button would write without the mention, and nobody would hear it.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions
 */
export function welcome(isDirect: boolean, { chat }: Texts): OutgoingActivity {
  if (!isDirect) return { type: 'message', text: plainText(chat.welcomeAll), textFormat: 'plain' };
  const hello = plainText(chat.welcome);
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: hello }] }, helpButton(chat.helpButton)],
    speak: hello,
    fallbackText: hello,
    msteams: { width: 'Full' },
  };
  return { type: 'message', summary: hello, attachments: [{ contentType: CARD_TYPE, content }] };
}

function helpButton(title: string) {
  const data = { msteams: { type: 'imBack', value: 'help' } };
  return { type: 'ActionSet', actions: [{ type: 'Action.Submit', title, data }] };
}

import { CARD_TYPE, type OutgoingActivity } from './cards.js';

const HELLO =
  "Hello! I do work in other apps for you, with your own account there. Write help to see what I can do, and personal_connections to see the accounts you've connected.";
const HELLO_ALL =
  'Hello! I do work in other apps for you, with your own account there. Mention me and write help to see what I can do; answers that are yours alone come in the chat with me.';

/**
 * Said once where the app is new. In the 1:1 chat with a button that writes the word for the person; in a channel such a
 * button would write without the mention, and nobody would hear it.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions
 */
export function welcome(isDirect: boolean): OutgoingActivity {
  if (!isDirect) return { type: 'message', text: HELLO_ALL, textFormat: 'plain' };
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    body: [
      { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: HELLO }] },
      {
        type: 'ActionSet',
        actions: [{ type: 'Action.Submit', title: 'Help', data: { msteams: { type: 'imBack', value: 'help' } } }],
      },
    ],
    speak: HELLO,
    fallbackText: HELLO,
    msteams: { width: 'Full' },
  };
  return { type: 'message', summary: HELLO, attachments: [{ contentType: CARD_TYPE, content }] };
}

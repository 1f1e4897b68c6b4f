import { z } from 'zod';
import type { ChosenMessage } from '../../src/chat/chat-event.js';
import { textOfHtml, tidy } from './text.js';

const text = z.string().nullish();
const user = z.looseObject({ id: text, displayName: text }).nullish();
const party = z.looseObject({ user, application: z.looseObject({ displayName: text }).nullish() }).nullish();

/** The message that a command of a message extension was chosen on: `messagePayload`. */
const Payload = z.looseObject({
  subject: text,
  linkToMessage: text,
  body: z.looseObject({ contentType: text, content: text }).nullish(),
  from: party,
  mentions: z.array(z.looseObject({ mentionText: text, mentioned: party })).nullish(),
});

/**
 * What is in the message, as it reads in Teams. Its files are in places that the bot has no access to.
 * https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module
 */
export function readChosen(payload: unknown): ChosenMessage | undefined {
  const { data } = Payload.safeParse(payload);
  if (!data) return undefined;
  const { body, from, linkToMessage, subject } = data;
  const content = body?.content ?? '';
  const said = body?.contentType === 'text' ? tidy(content) : textOfHtml(content);
  const mentions = (data.mentions ?? []).flatMap(({ mentioned, mentionText }) => {
    const userId = mentioned?.user?.id;
    return userId && mentionText ? [{ text: mentionText, userId }] : [];
  });
  const name = from?.user?.displayName ?? from?.application?.displayName;
  const authorId = from?.user?.id;
  return {
    text: [subject ? tidy(subject) : '', said].filter((part) => part !== '').join('\n'),
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(linkToMessage ? { link: linkToMessage } : {}),
    ...(name ? { author: { name, ...(authorId ? { userId: authorId } : {}) } } : {}),
  };
}

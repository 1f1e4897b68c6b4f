import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';
import { Name, Words } from './recipe-values.js';

/** Slack takes 24 characters, Teams 32. */
const ShortcutName = z.string().min(1).max(24).meta({ description: 'What people choose; 24 characters at most' });
const Description = Words.max(128)
  .optional()
  .meta({ description: 'Shown beside the name, 128 characters at most; the recipe’s description by default' });

/** https://docs.slack.dev/reference/app-manifest: 32 characters with the slash. */
export const SlashCommandName = pattern(
  /^\/[a-z0-9][a-z0-9_-]{0,30}$/,
  'a slash and then lower-case letters, digits, _ and -, 32 characters at most: /opportunity',
).meta({ description: 'A slash command of Slack for this recipe alone, beside /behalf: /opportunity' });

export const ShortcutShape = strict({ name: ShortcutName, description: Description });

export const MessageShortcutShape = strict({
  name: ShortcutName,
  description: Description,
  text: Name.optional().meta({ description: 'The parameter that takes the text of the message' }),
  link: Name.optional().meta({ description: 'The parameter that takes the address of the message' }),
  author: Name.optional().meta({ description: 'The parameter that takes who wrote the message: a text or a user' }),
});

export type ShortcutShape = z.infer<typeof ShortcutShape>;
export type MessageShortcutShape = z.infer<typeof MessageShortcutShape>;

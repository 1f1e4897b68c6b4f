import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';
import { OptionShape } from './parameter-shape.js';
import { Command, Name, Text, Value, Words } from './recipe-values.js';

const AnswerButton = z.union([
  strict({
    text: Words,
    value: Value.optional().meta({ description: 'What {{ steps.<id>.value }} is then; left out: the text' }),
    style: z.enum(['primary', 'danger']).optional(),
  }),
  strict({
    text: Words,
    command: Command.meta({ description: 'Runs another recipe; the question stays open' }),
    parameters: z.record(z.string(), Value).default({}),
  }),
  strict({ text: Words, url: Words.meta({ description: 'https address; the question stays open' }) }),
]);

const Field = strict({
  name: Name.meta({ description: 'Name: {{ steps.<id>.values.<name> }}' }),
  type: z.enum(['string', 'text', 'number', 'boolean', 'date', 'time', 'select']).default('string'),
  options: z.array(OptionShape).min(1).max(100).optional().meta({ description: 'What a `select` offers' }),
  prompt: Words.optional().meta({ description: 'The question; made from the name if left out' }),
  hint: Words.optional(),
  example: z.union([Words, z.number(), z.boolean()]).optional(),
  optional: z.boolean().default(false),
  default: z
    .union([Text, z.number(), z.boolean()])
    .optional()
    .meta({ description: 'What stands in the field beforehand; datapills may give it' }),
});

const Options = z.union([
  z
    .array(z.union([Words, z.number(), strict({ label: Words, value: Value })]))
    .min(1)
    .max(100),
  z.string().min(1).meta({ description: 'One datapill that gives a list of texts, or of { label, value }' }),
]);

/** A question of a recipe, without the steps inside it. */
export const ASK_KEYS = {
  text: Text.meta({ description: '*bold*, _italic_, ~strike~, `code`, [label](https://…) and {{ datapills }}' }),
  buttons: z.array(AnswerButton).min(1).max(5).optional(),
  picklist: strict({ label: Words, options: Options }).optional(),
  input: strict({
    type: z.enum(['string', 'text', 'number', 'boolean']).default('string'),
    hint: Words.optional(),
    example: z.union([Words, z.number(), z.boolean()]).optional(),
  })
    .optional()
    .meta({ description: 'A text that is typed in the chat' }),
  form: strict({ title: Words, fields: z.array(Field).min(1).max(20) }).optional(),
  who: z
    .union([z.enum(['asker', 'anyone']), strict({ users: z.union([z.array(Words).min(1).max(50), Words]) })])
    .default('asker')
    .meta({ description: 'Who may answer: user ids or confirmed e-mail addresses under `users`' }),
  visible_to: z.enum(['user', 'channel']).optional(),
  timeout: pattern(/^[1-9]\d{0,4}(?:s|m|h|d)$/u, 'a duration like 30m, 2h or 1d')
    .optional()
    .meta({ description: 'How long an answer is waited for, 7d at most; left out: as for logins' }),
};

const Ask = strict(ASK_KEYS);
export type AskShape = z.infer<typeof Ask>;
export type FieldShape = z.infer<typeof Field>;

import { z } from 'zod';
import { strict } from '../language/shape.js';
import { Command, Name, Text, Value, Words } from './recipe-values.js';

const Confirm = z.union([
  Words,
  strict({
    title: Words.optional(),
    text: Words,
    yes: z.string().min(1).max(30).optional(),
    no: z.string().min(1).max(30).optional(),
  }),
]);

const CommandButton = strict({
  text: Words,
  command: Command.meta({ description: 'Command of a started recipe' }),
  parameters: z.record(z.string(), Value).default({}),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: Confirm.optional().meta({ description: 'A question that is asked before the press counts' }),
});

const ReplyButtonShape = z.union([
  CommandButton,
  strict({ text: Words, url: Words.meta({ description: 'https address' }) }),
]);

const Image = strict({
  url: z.string().min(1).max(2000).meta({ description: 'https address of a PNG, JPEG or GIF' }),
  alt: Words.meta({ description: 'What it shows, for those who do not see it' }),
});

const Table = strict({
  rows: z.string().min(1).meta({ description: 'One datapill that gives a list' }),
  columns: z
    .array(
      strict({
        title: Words,
        value: Value.meta({ description: 'A cell; {{ row }} is the row' }),
        align: z.enum(['left', 'center', 'right']).optional(),
      }),
    )
    .min(1)
    .max(10),
  max: z.number().int().min(1).max(50).default(20).meta({ description: 'How many rows are shown' }),
  empty: Words.optional().meta({ description: 'What is said when there is no row' }),
});

const Picklist = strict({
  label: Words,
  name: Name.meta({ description: 'Parameter of the command that gets the value which was chosen' }),
  options: z.union([
    z
      .array(z.union([Words, z.number(), strict({ label: Words, value: Value })]))
      .min(1)
      .max(100),
    strict({
      from: z.string().min(1).meta({ description: 'One datapill that gives a list' }),
      label: Words.meta({ description: 'What people read; {{ option }} is the item' }),
      value: Value.meta({ description: 'What the command gets; {{ option }} is the item' }),
    }),
  ]),
  button: CommandButton.meta({ description: 'Runs the command with what was chosen' }),
});

const Heading = Words.meta({ description: 'A line in large letters' });
const Paragraph = Text.meta({
  description: '*bold*, _italic_, ~strike~, `code`, [label](https://…) and {{ datapills }}',
});
const Fields = z.record(Words, Value).meta({ description: 'Label and value pairs' });
const Buttons = z.array(ReplyButtonShape).max(5);

const BlockShape = z.union([
  strict({ heading: Heading }),
  strict({ text: Paragraph }),
  strict({ image: Image }),
  strict({ fields: Fields }),
  strict({ table: Table }),
  strict({ divider: z.literal(true).meta({ description: 'A line' }) }),
  strict({ picklist: Picklist }),
  strict({ buttons: Buttons }),
]);

/** What a reply says: the keys in the order in which they are shown, or `blocks`. */
export const Reply = strict({
  heading: Heading.optional(),
  text: Paragraph.optional(),
  image: Image.optional(),
  fields: Fields.optional(),
  table: Table.optional(),
  picklist: Picklist.optional(),
  buttons: Buttons.optional(),
  blocks: z
    .array(BlockShape)
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'The same keys as a list, in any order and number' }),
  visible_to: z.enum(['user', 'channel']).optional(),
  thread: z.boolean().default(false).meta({ description: 'True: in a thread below the command' }),
  update: Name.optional().meta({ description: 'The id of an earlier reply, which this one replaces' }),
});

export type ReplyShape = z.infer<typeof Reply>;
export type CommandButtonShape = z.infer<typeof CommandButton>;
export type ReplyButtonShape = z.infer<typeof ReplyButtonShape>;
export type PicklistShape = z.infer<typeof Picklist>;
export type TableShape = z.infer<typeof Table>;

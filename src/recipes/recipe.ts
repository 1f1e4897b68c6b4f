import { z } from 'zod';
import { API_KEY_NAME } from '../kernel/api-key.js';
import { pattern, strict } from '../language/shape.js';
import { AllowShape } from './allow-shape.js';
import { ParameterShape } from './parameter-shape.js';
import { Command, Name, Value, Words } from './recipe-values.js';
import { MessageShortcutShape, ShortcutShape, SlashCommandName } from './shortcut-shape.js';
import { Step } from './step-shape.js';

/** Each place of a recipe is looked for one by one. */
const MAX_AT_ONCE = 20;
/** What is faster needs no pace. */
const MAX_PER_MINUTE = 6_000;

const Slot = strict({
  use: Words.meta({ description: 'Name of a connection in connections.yaml' }),
  verify_user_access: z.boolean().default(false).meta({
    description: 'True: the person who asks logs in with their own account. False: the shared connection is used',
  }),
});

const CommandTrigger = strict({
  command: Command.meta({ description: 'What people type' }),
  parameters: z.array(ParameterShape).max(20).default([]),
  form: z.enum(['auto', 'never']).default('auto').meta({
    description: 'auto: missing parameters may be filled in a form. never: they are only asked for in the chat',
  }),
  slash_command: SlashCommandName.optional(),
  shortcut: ShortcutShape.optional().meta({ description: 'Starts it from anywhere, by a choice in a menu' }),
  message_shortcut: MessageShortcutShape.optional().meta({
    description: 'Starts it from a message, by a choice in its menu; what is in the message goes to parameters',
  }),
});

const KeyName = pattern(API_KEY_NAME, 'lower-case letters, digits, _ and -').meta({
  description: 'Name of a key in API_KEYS',
});

const InputShape = strict({
  name: Name.meta({ description: 'Name: in `input` of a call and in {{ parameters.name }}' }),
  type: z.enum(['string', 'number', 'boolean', 'any']).default('any'),
  optional: z.boolean().default(false).meta({ description: 'True: a call may leave it out' }),
  default: z.json().optional(),
});

const CallableTrigger = strict({
  callable: strict({
    inputs: z.array(InputShape).max(20).default([]),
    outputs: z.record(Name, Value).default({}).meta({ description: 'What the caller gets: {{ steps.<id>.<name> }}' }),
    http: z
      .union([z.boolean(), strict({ keys: z.array(KeyName).min(1).max(50) })])
      .default(false)
      .meta({ description: 'True: programs with an API key may start it, too. keys: only those with these keys' }),
  }).meta({ description: 'Called by other recipes' }),
});

const HelpTrigger = strict({
  help: Name.meta({ description: '`all` for `help`, or the name of an app for `help <app>`: answered by this recipe' }),
});

export type CommandShape = z.infer<typeof CommandTrigger>;
export type CallableShape = z.infer<typeof CallableTrigger>['callable'];

/** A recipe file, as people write it. */
export const Recipe = strict({
  name: Words,
  description: Words.meta({ description: 'What it does; shown by `help`' }),
  hidden: z.boolean().default(false).meta({ description: 'True: not listed by `help`, still callable' }),
  trigger: z.union([CommandTrigger, CallableTrigger, HelpTrigger]),
  allow: AllowShape.optional().meta({ description: 'Who may run it; left out: everybody' }),
  connections: z.record(Name, Slot).default({}).meta({ description: 'By app: which connection, and as whom' }),
  timeout: z
    .int()
    .min(1)
    .max(3600)
    .default(600)
    .meta({ description: 'Seconds that a job may work; waiting for people does not count' }),
  concurrency: strict({
    recipe: z.int().min(1).max(MAX_AT_ONCE).optional().meta({ description: 'Jobs of this recipe that run at once' }),
    user: z.int().min(1).max(MAX_AT_ONCE).optional().meta({ description: 'Of these, jobs of one person' }),
  })
    .optional()
    .meta({ description: 'More jobs than this wait for their turn' }),
  limit: strict({
    per_minute: z
      .int()
      .min(1)
      .max(MAX_PER_MINUTE)
      .meta({ description: 'Jobs of this recipe that begin in any minute' }),
  })
    .optional()
    .meta({ description: 'Jobs beyond it wait for their turn' }),
  steps: z.array(Step).min(1).max(100),
}).meta({ title: 'Behalf recipe' });

export type Recipe = z.infer<typeof Recipe>;

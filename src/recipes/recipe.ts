import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';
import { ASK_KEYS, type AskShape } from './ask-shape.js';
import { Command, Name, Text, Value, Words } from './recipe-values.js';
import { Reply } from './reply-shape.js';

const ParameterShape = strict({
  name: Name.meta({ description: 'Name: in `name: value` and in {{ parameters.name }}' }),
  type: z
    .enum(['string', 'text', 'number', 'boolean'])
    .default('string')
    .meta({ description: '`text` may have several lines' }),
  prompt: Words.optional().meta({ description: 'The question when it is missing' }),
  hint: Words.optional().meta({ description: 'Explains the question' }),
  example: z.union([Words, z.number(), z.boolean()]).optional(),
  optional: z.boolean().default(false).meta({ description: 'True: not asked for' }),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  hidden: z.boolean().default(false).meta({ description: 'True: never asked for or shown; a button gives it' }),
});

const Slot = strict({
  use: Words.meta({ description: 'Name of a connection in connections.yaml' }),
  verify_user_access: z.boolean().default(false).meta({
    description: 'True: the person who asks logs in with their own account. False: the shared connection is used',
  }),
});

const ActionShape = strict({
  id: Name.optional().meta({ description: 'Name of the output: {{ steps.<id> }}' }),
  action: pattern(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'the app and its action: salesforce.create_opportunity'),
  input: z.record(z.string(), Value).default({}),
});

const ReplyShape = strict({
  id: Name.optional().meta({ description: 'Name of the message, for a later reply that replaces it' }),
  reply: Reply,
});

const StopShape = strict({
  stop: strict({
    as: z.enum(['succeeded', 'failed']).default('succeeded'),
    message: Text.optional(),
  }),
});

const IfShape = strict({
  if: z.string().min(1).meta({ description: 'One datapill: {{ parameters.amount > 1000 }}' }),
  // biome-ignore lint/suspicious/noThenProperty: it is the recipe language's word, holds a list and is never awaited.
  get then(): z.ZodArray<z.ZodType<StepShape>> {
    return z.array(Step).min(1);
  },
  get else(): z.ZodOptional<z.ZodArray<z.ZodType<StepShape>>> {
    return z.array(Step).min(1).optional();
  },
});

const AskStep = strict({
  id: Name.optional().meta({ description: 'Name of the answer: {{ steps.<id>.value }}' }),
  ask: strict({
    ...ASK_KEYS,
    get on_timeout(): z.ZodOptional<z.ZodArray<z.ZodType<StepShape>>> {
      return z.array(Step).min(1).optional();
    },
  }),
});

export type StepShape =
  | z.infer<typeof ActionShape>
  | z.infer<typeof ReplyShape>
  | z.infer<typeof StopShape>
  | {
      readonly id?: string | undefined;
      readonly ask: AskShape & { readonly on_timeout?: readonly StepShape[] | undefined };
    }
  | { readonly if: string; readonly then: readonly StepShape[]; readonly else?: readonly StepShape[] | undefined };

const Step: z.ZodType<StepShape> = z.union([ActionShape, ReplyShape, AskStep, IfShape, StopShape]).meta({ id: 'Step' });

/** A recipe file, as people write it. */
export const Recipe = strict({
  name: Words,
  description: Words.meta({ description: 'What it does; shown by `help`' }),
  hidden: z.boolean().default(false).meta({ description: 'True: not listed by `help`, still callable' }),
  trigger: strict({
    command: Command.meta({ description: 'What people type' }),
    parameters: z.array(ParameterShape).max(20).default([]),
  }),
  connections: z.record(Name, Slot).default({}).meta({ description: 'By app: which connection, and as whom' }),
  steps: z.array(Step).min(1).max(100),
}).meta({ title: 'Behalf recipe' });

export type Recipe = z.infer<typeof Recipe>;

import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';
import { ASK_KEYS, type AskShape } from './ask-shape.js';
import { Name, Text, Value } from './recipe-values.js';
import { Reply } from './reply-shape.js';

/** Most items that a loop may be allowed. */
const MAX_ITEMS = 1_000;

const Pill = z.string().min(1);

/** Times that a passing error of a step is tried again. */
const RetryShape = z
  .union([
    z.int().min(0).max(3),
    strict({ times: z.int().min(0).max(3), wait: z.number().min(0.1).max(30).default(1) }),
  ])
  .optional()
  .meta({
    description: 'Times that a passing error is tried again; `wait`: seconds before the first, doubled each time',
  });

function errorSteps(): z.ZodOptional<z.ZodArray<z.ZodType<StepShape>>> {
  return z
    .array(Step)
    .min(1)
    .optional()
    .meta({ description: 'Steps in place of failing; they see {{ error.message }}' });
}

const ActionShape = strict({
  id: Name.optional().meta({ description: 'Name of the output: {{ steps.<id> }}' }),
  action: pattern(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'the app and its action: salesforce.create_opportunity'),
  input: z.record(z.string(), Value).default({}),
  timeout: z.number().min(1).max(120).optional().meta({ description: 'Seconds that the app may take; 20 unless told' }),
  retry: RetryShape,
  get on_error() {
    return errorSteps();
  },
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

const LogShape = strict({
  log: z.union([Text, strict({ text: Text, level: z.enum(['info', 'warn']).default('info') })]).meta({
    description: "A line for the service's log and the job's history",
  }),
});

const IfShape = strict({
  if: Pill.meta({ description: 'One datapill: {{ parameters.amount > 1000 }}' }),
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

const ForEachShape = strict({
  id: Name.optional().meta({ description: 'Name of the list that `collect` makes: {{ steps.<id> }}' }),
  for_each: Pill.meta({ description: 'One datapill that gives a list' }),
  as: Name.default('item').meta({ description: 'Name of the item for datapills; {{ index }} counts from 0' }),
  max: z.int().min(1).max(MAX_ITEMS).default(100).meta({ description: 'More items than this are an error' }),
  concurrency: z.int().min(1).max(10).default(1).meta({ description: 'Items that are worked on at the same time' }),
  collect: Value.optional().meta({ description: 'What each item leaves behind' }),
  get do(): z.ZodArray<z.ZodType<StepShape>> {
    return z.array(Step).min(1);
  },
});

const TryShape = strict({
  get try(): z.ZodArray<z.ZodType<StepShape>> {
    return z.array(Step).min(1);
  },
  retry: RetryShape,
  get on_error() {
    return errorSteps();
  },
});

const CallShape = strict({
  id: Name.optional().meta({ description: 'Name of the outputs: {{ steps.<id>.<output> }}' }),
  call: strict({
    recipe: z.string().min(1).max(200).meta({ description: 'Its file below recipes/, without .yaml' }),
    input: z.record(Name, Value).default({}),
    connections: z
      .record(Name, z.string().min(1).max(200))
      .default({})
      .meta({ description: 'By slot: a connection in the place of the one that the recipe names' }),
  }).meta({ description: 'Another recipe, with `trigger: callable`' }),
  retry: RetryShape,
  get on_error() {
    return errorSteps();
  },
});

type Retry = number | { readonly times: number; readonly wait: number };

interface FailureShape {
  readonly retry?: Retry | undefined;
  readonly on_error?: readonly StepShape[] | undefined;
}

export type ActionShape = FailureShape & {
  readonly id?: string | undefined;
  readonly action: string;
  readonly input: Readonly<Record<string, z.core.util.JSONType>>;
  readonly timeout?: number | undefined;
};

export type CallShape = FailureShape & {
  readonly id?: string | undefined;
  readonly call: {
    readonly recipe: string;
    readonly input: Readonly<Record<string, z.core.util.JSONType>>;
    readonly connections: Readonly<Record<string, string>>;
  };
};

export type ForEachShape = {
  readonly id?: string | undefined;
  readonly for_each: string;
  readonly as: string;
  readonly max: number;
  readonly concurrency: number;
  readonly collect?: z.core.util.JSONType | undefined;
  readonly do: readonly StepShape[];
};

export type TryShape = FailureShape & { readonly try: readonly StepShape[] };

export type StepShape =
  | ActionShape
  | z.infer<typeof ReplyShape>
  | z.infer<typeof StopShape>
  | z.infer<typeof LogShape>
  | { readonly if: string; readonly then: readonly StepShape[]; readonly else?: readonly StepShape[] | undefined }
  | {
      readonly id?: string | undefined;
      readonly ask: AskShape & { readonly on_timeout?: readonly StepShape[] | undefined };
    }
  | ForEachShape
  | CallShape
  | TryShape;

export const Step: z.ZodType<StepShape> = z
  .union([ActionShape, ReplyShape, AskStep, IfShape, ForEachShape, CallShape, TryShape, StopShape, LogShape])
  .meta({ id: 'Step' });

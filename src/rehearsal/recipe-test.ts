import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';

const Words = z.string().min(1).max(200);
const Text = z.string().min(1).max(4000);
const Json = z.json();
const Values = z.record(z.string(), Json);

const User = strict({
  id: Words.default('U-TEST'),
  name: Words.default('Test Person'),
  email: Words.optional().meta({ description: 'As confirmed by the platform' }),
  platform: z.enum(['slack', 'teams']).default('slack'),
});

const SentFile = strict({
  name: Words,
  type: Words.optional().meta({ description: 'Media type; that of the name by default' }),
  text: z.string().max(100_000).optional().meta({ description: 'What is in it' }),
  path: Words.optional().meta({ description: 'Where it is instead, from the folder of the test' }),
});

const ExpectedFile = strict({
  field: Words.optional().meta({ description: 'Name of the part of the form' }),
  name: Words.optional(),
  type: Words.optional(),
  size: z.int().min(0).optional().meta({ description: 'Bytes' }),
  text: z.string().optional(),
});

const Files = z.array(SentFile).min(1).max(10).optional();

const ExpectedRequest = strict({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  path: Text.optional().meta({ description: 'Path of the URL, encoded' }),
  query: z.record(z.string(), z.string()).optional().meta({ description: 'All of the query' }),
  headers: z.record(z.string(), z.string()).optional().meta({ description: 'Some of the headers' }),
  body: Json.optional().meta({ description: 'Parsed JSON, or the fields of a form' }),
  file: ExpectedFile.optional().meta({ description: 'Some of what is known of the file that it carries' }),
});

const Action = strict({
  action: pattern(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'the slot and its action: salesforce.create_opportunity'),
  input: Values.optional().meta({ description: 'The input that the recipe must give, all of it' }),
  request: ExpectedRequest.optional().meta({ description: 'The HTTP request that the connector must make' }),
  output: Json.optional().meta({ description: 'What the action gives; {} by default' }),
  error: z
    .enum([
      'unauthorized',
      'forbidden',
      'bad_input',
      'not_found',
      'conflict',
      'rate_limited',
      'unavailable',
      'unexpected_answer',
    ])
    .optional()
    .meta({ description: 'Fails in this way instead' }),
  response: strict({
    status: z.int().min(100).max(599).default(200),
    headers: z.record(z.string(), z.string()).default({}),
    body: Json.optional(),
  })
    .optional()
    .meta({ description: 'What the app answers instead; the connector judges it and makes the output' }),
});

const Reply = strict({
  text: z.string().optional().meta({ description: 'The whole text, without markup' }),
  contains: z.union([Text, z.array(Text).min(1)]).optional(),
  fields: z.record(z.string(), z.string()).optional().meta({ description: 'All fields, by label' }),
  buttons: z.array(Words).optional().meta({ description: 'The labels of all buttons' }),
  visible_to: z.enum(['user', 'channel']).optional(),
});

const Turn = strict({
  say: Text.optional().meta({ description: 'The person types this' }),
  files: Files.meta({ description: 'Sent along' }),
  press: Words.optional().meta({ description: 'The person presses the button with this label, the newest one' }),
  replies: z.array(Reply).optional().meta({ description: 'All that is said or changed then, in order' }),
});

const Test = strict({
  name: Words,
  user: User.optional(),
  conversation: z.enum(['direct', 'channel']).default('direct'),
  say: Text.optional().meta({ description: 'What the person types, in place of parameters' }),
  files: Files.meta({
    description: 'Sent along; without `say`: what the parameters of the type file are, in their order',
  }),
  parameters: Values.optional().meta({ description: 'The parameters that the recipe starts with' }),
  inputs: Values.optional().meta({ description: 'What a callable recipe is given' }),
  http: z
    .boolean()
    .default(false)
    .meta({ description: 'True: a program starts the callable recipe, and no person is there' }),
  outputs: Values.optional().meta({ description: 'All that a callable recipe gives' }),
  accounts: z
    .record(z.string(), Words)
    .default({})
    .meta({ description: "By slot: the person's account in the app, {{ connections.<slot>.account }}" }),
  actions: z.array(Action).default([]).meta({ description: 'The calls of apps, each action in its own order' }),
  replies: z.array(Reply).optional().meta({ description: 'All that is said, in order' }),
  // biome-ignore lint/suspicious/noThenProperty: it is a word of the test language, holds a list and is never awaited.
  then: z.array(Turn).default([]).meta({ description: 'What the person does next' }),
  status: z
    .enum(['succeeded', 'failed', 'cancelled', 'suspended'])
    .default('succeeded')
    .meta({ description: 'How the last job ends' }),
});

/** A file of recipe tests, as people write it: `create-opportunity.test.yaml` beside `create-opportunity.yaml`. */
export const RecipeTests = strict({
  recipe: Words.optional().meta({
    description: "The recipe's file below recipes/, without .yaml; by default by this name",
  }),
  tests: z.array(Test).min(1).max(200),
}).meta({ title: 'Behalf recipe tests' });

export type RecipeTests = z.infer<typeof RecipeTests>;
export type SentFile = z.infer<typeof SentFile>;
export type RecipeTest = RecipeTests['tests'][number];
export type MockedAction = RecipeTest['actions'][number];
export type ExpectedReply = NonNullable<RecipeTest['replies']>[number];

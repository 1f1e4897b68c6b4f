import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';
import { Value } from './recipe-values.js';

const Words = z.string().min(1).max(200);

/** One of the choices of a `select`. */
export const OptionShape = z.union([
  Words,
  z.number(),
  strict({
    label: Words.meta({ description: 'What people see and may type' }),
    value: z.union([z.string().min(1).max(150), z.number()]).meta({ description: 'What {{ parameters.name }} is' }),
  }),
]);

const Search = strict({
  action: pattern(
    /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/,
    'an app of this recipe and its action: salesforce.find_records',
  ).meta({
    description: 'An action that only reads; it is carried out as the one who types, if their access is verified',
  }),
  input: z.record(z.string(), Value).default({}).meta({
    description: 'Its input: {{ query }} is what was typed, {{ parameters.name }} what parameters before this one are',
  }),
  from: z
    .string()
    .min(1)
    .meta({ description: 'One datapill that gives the list; {{ answer }} is what the action gives' }),
  label: Words.meta({ description: 'What people see and may type; {{ option }} is the item' }),
  value: Value.meta({ description: 'What {{ parameters.name }} is, a text or a number; {{ option }} is the item' }),
  min_query: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .meta({ description: 'Characters that must be typed before it is asked' }),
});

export type SearchShape = z.infer<typeof Search>;

const Validation = strict({
  pattern: z.string().min(1).max(500).optional().meta({ description: 'Regular expression that the whole text fits' }),
  min_length: z.int().min(1).max(4000).optional(),
  max_length: z.int().min(1).max(4000).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  max_size_mb: z.number().positive().max(500).optional().meta({ description: 'Largest file, in MB' }),
  types: z
    .array(
      pattern(/^(?:\.?[A-Za-z0-9]{1,10}|[A-Za-z]+\/(?:\*|[A-Za-z0-9.+-]+))$/, 'like pdf, image/* or application/pdf'),
    )
    .min(1)
    .max(30)
    .optional()
    .meta({ description: 'Files that are taken, by the ends of their names or by media type' }),
  message: Words.optional().meta({ description: 'What people read when the value does not fit' }),
});

export type ValidationShape = z.infer<typeof Validation>;

/** One parameter of a command, as people write it. */
export const ParameterShape = strict({
  name: pattern(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _, beginning with a letter').meta({
    description: 'Name: in `name: value` and in {{ parameters.name }}',
  }),
  type: z
    .enum(['string', 'text', 'number', 'boolean', 'date', 'time', 'select', 'user', 'file'])
    .default('string')
    .meta({ description: '`text` may have several lines; `select` needs `options`' }),
  options: z
    .union([z.array(OptionShape).min(1).max(100), Search])
    .optional()
    .meta({ description: 'What a `select` offers: a list, or what an action of an app finds while one types' }),
  prompt: Words.optional().meta({ description: 'The question when it is missing' }),
  hint: Words.optional().meta({ description: 'Explains the question' }),
  example: z.union([Words, z.number(), z.boolean()]).optional(),
  optional: z.boolean().default(false).meta({ description: 'True: not asked for' }),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  hidden: z.boolean().default(false).meta({ description: 'True: never asked for or shown; a button gives it' }),
  validate: Validation.optional(),
});

export type ParameterShape = z.infer<typeof ParameterShape>;

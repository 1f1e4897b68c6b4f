import { z } from 'zod';
import { ShapeNotation } from '../language/data-shape.js';
import { pattern, strict } from '../language/shape.js';
import { AddressText, Expression, Id, Value, Words } from './schema-parts.js';

const FilePart = strict({
  field: Words.default('file').meta({ description: 'Name of the part' }),
  name: Value.optional().meta({ description: 'Name of the file; that of `content` by default' }),
  content: Expression.optional().meta({ description: 'One input of the type file: {{ input.file }}' }),
  text: Value.optional().meta({ description: 'Its content as text (UTF-8)' }),
  base64: Value.optional().meta({ description: 'Its content in base64' }),
  type: Words.optional().meta({ description: 'Its media type; that of `content` by default' }),
});

const Multipart = strict({
  fields: z.record(Words, Value).default({}).meta({ description: 'Parts that are texts, before the file' }),
  file: FilePart,
});

export const Request = strict({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  base_url: AddressText.optional().meta({
    description: 'In place of the base URL; its host must be listed under hosts',
  }),
  path: pattern(/^\/[^?#\\]*$/, 'a path that begins with / and has no ?, # or \\').max(1000),
  path_segments: Expression.optional().meta({
    description: 'One datapill that gives a list of segments behind the path; each is encoded',
  }),
  query: z
    .union([z.record(Words, Value), Expression])
    .default({})
    .meta({
      description: 'By name; or one datapill that gives them by name',
    }),
  headers: z.record(Words, z.string().max(2000)).default({}),
  json: Value.optional().meta({ description: 'Body as JSON' }),
  form: z.record(Words, Value).optional().meta({ description: 'Body as a form' }),
  text: Value.optional().meta({ description: 'Body as plain text' }),
  binary: Expression.optional().meta({
    description: 'Body that is a file: one input of the type file, {{ input.file }}',
  }),
  multipart: Multipart.optional().meta({ description: 'Body with one file (multipart/form-data)' }),
});

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'any'] as const;

const rules = {
  enum: z
    .array(z.union([z.string(), z.number()]))
    .min(1)
    .optional()
    .meta({ description: 'The only values' }),
  max_length: z.int().min(1).optional().meta({ description: 'Most characters of a text, most entries of a list' }),
  format: z.enum(['date', 'date-time', 'email', 'uri']).optional().meta({
    description: 'date: 2026-11-27; date-time: RFC 3339; uri: http(s) address',
  }),
};

const Input = strict({
  type: z
    .enum([...TYPES, 'file'])
    .default('string')
    .meta({ description: '`file`: one that a person sent in the chat' }),
  title: Words.optional(),
  description: Words.optional(),
  required: z.boolean().default(false),
  default: z.json().optional().meta({ description: 'What is sent where a recipe gives nothing' }),
  items: strict({ type: z.enum(TYPES).default('string'), ...rules })
    .optional()
    .meta({ description: 'What the entries of an array are' }),
  ...rules,
});

const paged = {
  items: Expression.meta({ description: 'The list in one answer: {{ body.value }}' }),
  limit_parameter: Words.optional().meta({ description: 'Query parameter for the size of a page' }),
  page_size: z.int().min(1).max(1000).default(100),
  max_items: z
    .union([z.int().min(1).max(1000), Expression])
    .default(200)
    .meta({ description: 'Most items in all (1 to 1000), or a datapill: {{ input.limit }}' }),
};

const Total = Expression.optional().meta({
  description: 'Number of items in all, in an answer; without it a page that is not full is the last',
});

const Pagination = z.discriminatedUnion('kind', [
  strict({
    kind: z.literal('cursor'),
    cursor: Expression.meta({ description: 'The cursor of the next page in an answer' }),
    parameter: Words.meta({ description: 'Query parameter that takes the cursor' }),
    ...paged,
  }),
  strict({
    kind: z.literal('link'),
    next: Expression.optional().meta({
      description: 'Address of the next page in an answer; by default the header Link with rel="next" (RFC 8288)',
    }),
    ...paged,
  }),
  strict({
    kind: z.literal('offset'),
    parameter: Words.meta({ description: 'Query parameter that takes the number of items before the page' }),
    total: Total,
    ...paged,
  }),
  strict({
    kind: z.literal('page'),
    parameter: Words.meta({ description: 'Query parameter that takes the number of the page' }),
    first: z.int().min(0).max(1).default(1).meta({ description: 'Number of the first page' }),
    total: Total,
    ...paged,
  }),
]);

export const Action = strict({
  title: Words.meta({ description: 'Completes "Your account may not …": create opportunities' }),
  description: Words.optional(),
  request: Request,
  input: z.record(Id, Input).default({}),
  scopes: z.array(Words).default([]).meta({ description: "Scopes that it needs besides the connector's own" }),
  response: z.enum(['json', 'text', 'none']).optional().meta({
    description: 'What a good answer is read as; by its content type by default',
  }),
  pagination: Pagination.optional(),
  output: Value.optional().meta({
    description:
      'What later steps see; the whole answer by default. Sees body, status, headers, input, items, truncated',
  }),
  output_schema: ShapeNotation.optional().meta({ description: 'Shape of the output, for checking recipes' }),
  idempotent: z.boolean().optional().meta({ description: 'True: a repeat has no second effect' }),
  idempotency_key_header: Words.optional().meta({ description: 'Header by which the app recognises a repeat' }),
});

export type ActionFile = z.infer<typeof Action>;
export type RequestFile = z.infer<typeof Request>;
export type InputFile = z.infer<typeof Input>;
export type PaginationFile = z.infer<typeof Pagination>;

import { recipePath } from './recipe-paths.js';

/** A recipe as it is described outside. */
export interface DescribedCallable {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly inputs: JsonSchema;
  readonly outputs: JsonSchema;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

const TIME = { type: 'string', format: 'date-time' } as const;
const TEXT = { type: 'string' } as const;

/** The API for one key as OpenAPI 3.1. */
export function openApi(publicUrl: string, callables: readonly DescribedCallable[]): JsonSchema {
  return {
    openapi: '3.1.0',
    info: { title: 'Behalf', version: '1', description: 'Recipes that this key may start' },
    servers: [{ url: publicUrl }],
    security: [{ key: [] }],
    paths: {
      ...Object.fromEntries(callables.map((callable) => [recipePath(callable.id), { post: startOf(callable) }])),
      '/api/jobs/{id}': { parameters: [JOB_ID], get: LOOK, delete: CANCEL },
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: { Job: JOB, Problem: PROBLEM },
    },
  };
}

function startOf({ description, id, inputs, name, outputs }: DescribedCallable): JsonSchema {
  return {
    operationId: `start ${id}`.replaceAll(/[^A-Za-z0-9]+/gu, '_'),
    summary: name,
    description,
    parameters: [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 255 } }],
    requestBody: { required: true, content: jsonOf({ type: 'object', properties: { inputs } }) },
    responses: {
      '202': {
        description: 'The job was taken in; look at it under its URL',
        headers: { Location: { schema: TEXT } },
        content: jsonOf(withOutputs(outputs)),
      },
      default: FAILED,
    },
  };
}

function withOutputs(outputs: JsonSchema): JsonSchema {
  const job = { allOf: [{ $ref: '#/components/schemas/Job' }, { properties: { outputs } }] };
  return { type: 'object', properties: { job } };
}

function jsonOf(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } };
}

const JOB_ID = { name: 'id', in: 'path', required: true, schema: TEXT } as const;

const FAILED = {
  description: 'What went wrong',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
} as const;

const LOOK = {
  operationId: 'look_at_job',
  summary: 'A job that this key has started',
  responses: { '200': { description: 'The job', content: jsonOf(withOutputs({ type: 'object' })) }, default: FAILED },
};

const CANCEL = {
  operationId: 'cancel_job',
  summary: 'Lets a job end before its next step',
  responses: {
    '202': { description: 'The job will end', content: jsonOf(withOutputs({ type: 'object' })) },
    default: FAILED,
  },
};

const JOB: JsonSchema = {
  type: 'object',
  required: ['id', 'url', 'recipe', 'status', 'created_at', 'updated_at', 'replies'],
  properties: {
    id: TEXT,
    url: { type: 'string', format: 'uri' },
    recipe: TEXT,
    status: { enum: ['pending', 'running', 'suspended', 'succeeded', 'failed', 'cancelled'] },
    created_at: TIME,
    updated_at: TIME,
    finished_at: TIME,
    replies: { type: 'array', items: { type: 'object', required: ['text'], properties: { text: TEXT } } },
    outputs: { type: 'object' },
    message: TEXT,
    error: { type: 'object', required: ['code'], properties: { code: TEXT, message: TEXT, ref: TEXT } },
  },
};

const PROBLEM: JsonSchema = {
  type: 'object',
  required: ['title', 'status', 'code', 'detail'],
  properties: {
    type: TEXT,
    title: TEXT,
    status: { type: 'integer' },
    code: TEXT,
    detail: TEXT,
    ref: TEXT,
    errors: { type: 'array', items: { type: 'object', properties: { input: TEXT, message: TEXT } } },
  },
};

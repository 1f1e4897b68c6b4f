import { z } from 'zod';
import { ShapeNotation } from '../language/data-shape.js';
import { pattern, strict } from '../language/shape.js';

const Id = pattern(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _, beginning with a letter');
const Words = z.string().min(1).max(200);
const Line = z.string().min(1).max(2000);
const SettingsText = Line.meta({ description: 'May hold {{ settings.<name> }}' });
const Value = z.json().meta({ description: 'A value; texts may hold {{ input.<name> }} and {{ settings.<name> }}' });
const Expression = Line.meta({ description: 'One datapill: {{ body.id }}' });

const Setting = strict({
  name: Id,
  title: Words,
  required: z.boolean().default(true),
  default: z.string().optional(),
});

const OAuth2 = strict({
  authorization_url: SettingsText,
  token_url: SettingsText,
  revocation_url: SettingsText.optional().meta({ description: 'RFC 7009; leave it out when the app has none' }),
  issuer: SettingsText.optional().meta({ description: 'Expected `iss` of the authorization response (RFC 9207)' }),
  issuer_required: z.boolean().default(false).meta({ description: 'True: the app always sends `iss`' }),
  scopes: z.array(Words).default([]),
  scope_separator: z.string().min(1).max(3).default(' '),
  client_authentication: z.enum(['header', 'body']).default('header'),
  pkce: z.enum(['S256', 'none']).default('S256'),
  authorization_parameters: z.record(z.string(), z.string()).default({}),
  token_parameters: z.record(z.string(), z.string()).default({}),
  default_expires_in: z.int().min(1).optional().meta({ description: 'Seconds, where the app does not tell' }),
  code_lifetime: z.int().min(1).max(600).default(60).meta({ description: 'Seconds that an authorization code lives' }),
  revocation_ends: z.enum(['token', 'grant']).default('token').meta({
    description:
      "grant: revoking one token ends everything that the person's account has allowed, later logins too (Google)",
  }),
  reauthorize_errors: z.array(Words).default([]).meta({
    description: 'Errors of the token endpoint that mean "log in again", besides invalid_grant',
  }),
});

const ApiKey = strict({
  in: z.enum(['header', 'query']).default('header'),
  name: Words.meta({ description: 'Name of the header or query parameter' }),
  prefix: z.string().max(40).default('').meta({ description: 'Stands before the key: "Token "' }),
});

const Request = strict({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  base_url: SettingsText.optional().meta({
    description: 'In place of the base URL; its host must be listed under hosts',
  }),
  path: pattern(/^\/[^?#\\]*$/, 'a path that begins with / and has no ?, # or \\').max(1000),
  query: z.record(Words, Value).default({}),
  headers: z.record(Words, z.string().max(2000)).default({}),
  json: Value.optional().meta({ description: 'Body as JSON' }),
  form: z.record(Words, Value).optional().meta({ description: 'Body as a form' }),
});

const Input = strict({
  type: z.enum(['string', 'number', 'integer', 'boolean', 'object', 'array', 'any']).default('string'),
  title: Words.optional(),
  description: Words.optional(),
  required: z.boolean().default(false),
});

const Action = strict({
  title: Words.meta({ description: 'Completes "Your account may not …": create opportunities' }),
  description: Words.optional(),
  request: Request,
  input: z.record(Id, Input).default({}),
  output: Value.optional().meta({
    description: 'What later steps see; the whole answer by default. Sees body, status, headers, input',
  }),
  output_schema: ShapeNotation.optional().meta({ description: 'Shape of the output, for checking recipes' }),
  idempotent: z.boolean().optional().meta({ description: 'True: a repeat has no second effect' }),
  idempotency_key_header: Words.optional().meta({ description: 'Header by which the app recognises a repeat' }),
});

const ErrorRule = strict({
  status: z.union([z.int(), z.array(z.int()).min(1)]).optional(),
  when: Expression.optional().meta({ description: 'Sees body, status and headers' }),
  class: z.enum([
    'unauthorized',
    'forbidden',
    'bad_input',
    'not_found',
    'conflict',
    'rate_limited',
    'unavailable',
    'unexpected_answer',
  ]),
});

/** A connector file, as people write it. */
export const ConnectorFile = strict({
  name: Id.meta({ description: "The app's name in recipes" }),
  title: Words.meta({ description: "The app's name for people" }),
  secondary: z
    .boolean()
    .default(false)
    .meta({ description: 'True: a recipe may use a second instance as <name>_secondary' }),
  settings: z.array(Setting).default([]).meta({ description: 'What each connection must say' }),
  base_url: SettingsText.meta({ description: 'https address that the paths of requests are below' }),
  hosts: z.array(SettingsText).default([]).meta({ description: 'Further hosts that the credentials may be sent to' }),
  auth: strict({ oauth2: OAuth2.optional(), api_key: ApiKey.optional(), basic: strict({}).optional() }),
  identity: strict({
    request: Request,
    id: Expression,
    label: Expression.meta({ description: 'What people recognise: an e-mail address or user name' }),
    email: Expression.optional(),
    email_verified: Expression.optional().meta({ description: 'True when the app has confirmed the e-mail address' }),
  }).optional(),
  errors: z.array(ErrorRule).default([]).meta({ description: 'The first that fits decides; usual statuses are known' }),
  error_message: Expression.optional().meta({ description: "The app's own words about an error: {{ body.message }}" }),
  actions: z.record(Id, Action),
}).meta({ title: 'Behalf connector' });

export type ConnectorFile = z.infer<typeof ConnectorFile>;

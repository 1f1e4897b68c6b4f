import { z } from 'zod';
import { strict } from '../language/shape.js';
import { Action, Request } from './action-file.js';
import { AddressText, Expression, Id, Line, SettingsText, Words } from './schema-parts.js';

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
  token_fields: z.array(Words).default([]).meta({
    description: 'Fields of the token answer that are kept, readable as {{ token.<name> }}',
  }),
});

const ApiKey = strict({
  in: z.enum(['header', 'query']).default('header'),
  name: Words.meta({ description: 'Name of the header or query parameter' }),
  prefix: z.string().max(40).default('').meta({ description: 'Stands before the key: "Token "' }),
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
  words: Expression.optional().meta({ description: "The app's own words about this error, in place of error_message" }),
});

const RateLimit = strict({
  remaining_header: Words.meta({ description: 'Header that tells how many calls are left' }),
  reset_header: Words.meta({ description: 'Header that tells when there are more: a Unix time, seconds or a date' }),
});

const Identity = strict({
  request: Request,
  more: strict({ request: Request })
    .optional()
    .meta({ description: 'A second request; its answer is read as more.body' }),
  id: Expression,
  label: Expression.meta({ description: 'What people recognise: an e-mail address or user name' }),
  email: Expression.optional(),
  email_verified: Expression.optional().meta({ description: 'True when the app has confirmed the e-mail address' }),
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
  base_url: AddressText.meta({ description: 'https address that the paths of requests are below' }),
  hosts: z.array(SettingsText).default([]).meta({
    description: 'Further hosts that the credentials may be sent to; "*.my.app.com" stands for one label',
  }),
  auth: strict({ oauth2: OAuth2.optional(), api_key: ApiKey.optional(), basic: strict({}).optional() }),
  identity: Identity.optional(),
  test: strict({ request: Request })
    .optional()
    .meta({ description: 'A call without effect that shows whether the credentials work' }),
  errors: z.array(ErrorRule).default([]).meta({ description: 'The first that fits decides; usual statuses are known' }),
  error_message: Expression.optional().meta({ description: "The app's own words about an error: {{ body.message }}" }),
  retry_after: Line.optional().meta({
    description: 'Where the time to wait is, if not in Retry-After: the name of a header, or a datapill',
  }),
  rate_limit: RateLimit.optional(),
  actions: z.record(Id, Action),
}).meta({ title: 'Behalf connector' });

export type ConnectorFile = z.infer<typeof ConnectorFile>;

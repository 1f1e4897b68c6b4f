import { z } from 'zod';

import { strict } from '../language/shape.js';
import { Action, Request } from './action-file.js';
import { AUTH_METHODS } from './auth-file.js';
import { CallLimitKeys } from './call-limit-file.js';
import { AddressText, Expression, Id, Line, SettingsText, Words } from './schema-parts.js';

const Setting = strict({
  name: Id,
  title: Words,
  required: z.boolean().default(true),
  default: z.string().optional(),
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
  requests: CallLimitKeys.requests.optional(),
  per: CallLimitKeys.per.optional(),
  scope: CallLimitKeys.scope.optional(),
  remaining_header: Words.optional().meta({ description: 'Header that tells how many calls are left' }),
  reset_header: Words.optional().meta({
    description: 'Header that tells when there are more: a Unix time, seconds or a date',
  }),
});

const Identity = strict({
  request: Request,
  more: strict({
    request: Request,
    optional: z
      .boolean()
      .default(false)
      .meta({ description: 'True: a login does without it where the account may not ask' }),
  })
    .optional()
    .meta({ description: 'A second request; its answer is read as more.body' }),
  id: Expression,
  label: Expression.meta({ description: 'What people recognise: an e-mail address or user name' }),
  email: Expression.optional(),
  email_verified: Expression.optional().meta({ description: 'True when the app has confirmed the e-mail address' }),
  organization: Expression.optional().meta({ description: 'Id of the organisation that the account belongs to' }),
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
  auth: strict({
    ...AUTH_METHODS,
    test: strict({ request: Request }).optional().meta({ description: 'The same as test beside auth' }),
  }),
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

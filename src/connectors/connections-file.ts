import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';
import { CallLimitKeys } from './call-limit-file.js';
import { KeepAliveFile } from './keep-alive-file.js';

/** What a connection may be called. */
export const CONNECTION_NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

const Name = pattern(CONNECTION_NAME, 'lower-case letters, digits and -');
const Words = z.string().min(1).max(200);
const FromEnvironment = z
  .string()
  .min(1)
  .max(4000)
  .meta({ description: 'Environment variables in braces after a $ are filled in; :- in them begins a default' });

const ConnectionEntry = strict({
  connector: Words.meta({ description: 'Name of a connector' }),
  title: Words.optional().meta({ description: "The app's name for people, in place of the connector's" }),
  settings: z.record(z.string(), FromEnvironment).default({}),
  accounts: strict({
    email_domains: z
      .array(pattern(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, 'a domain: acme.example').max(253))
      .min(1)
      .optional()
      .meta({ description: 'Domains of confirmed e-mail addresses' }),
    organization_ids: z.array(Words).min(1).optional().meta({ description: "The app's ids of organisations" }),
  })
    .optional()
    .meta({ description: 'Accounts that may be connected' }),
  prompt: z
    .enum(['consent', 'select_account'])
    .optional()
    .meta({ description: "What the app's login page shows in any case" }),
  login_hint: z
    .boolean()
    .default(false)
    .meta({ description: "True: the app's login page is told the person's e-mail address" }),
  single_sign_on: z.boolean().default(false).meta({
    description: 'True: people are connected without a login, where their chat client vouches for them',
  }),
  rate_limit: strict({ ...CallLimitKeys, scope: CallLimitKeys.scope.default('connection') })
    .optional()
    .meta({ description: "How often the app is called, in place of the connector's" }),
  auth: z.discriminatedUnion('method', [
    strict({
      method: z.literal('oauth2'),
      client_id: FromEnvironment,
      client_secret: FromEnvironment.optional().meta({ description: 'Left out for a client without a secret' }),
      scopes: z.array(Words).optional().meta({ description: "In place of the connector's" }),
      keep_alive: z
        .union([z.literal(false), KeepAliveFile])
        .optional()
        .meta({
          description: "Refresh tokens that the app would end unused are used in time; in place of the connector's",
        }),
    }),
    strict({
      method: z.literal('client_credentials'),
      client_id: FromEnvironment,
      client_secret: FromEnvironment,
      scopes: z.array(Words).optional().meta({ description: "In place of the connector's" }),
    }),
    strict({
      method: z.literal('oauth1'),
      consumer_key: FromEnvironment,
      consumer_secret: FromEnvironment,
      token: FromEnvironment.optional(),
      token_secret: FromEnvironment.optional(),
    }),
    strict({
      method: z.literal('api_key'),
      key: FromEnvironment.optional(),
      fields: z.record(z.string(), FromEnvironment).optional(),
    }),
    strict({
      method: z.literal('basic'),
      username: FromEnvironment.optional(),
      password: FromEnvironment.optional(),
    }),
    strict({ method: z.literal('custom'), fields: z.record(z.string(), FromEnvironment).optional() }),
  ]),
});

export type ConnectionEntry = z.infer<typeof ConnectionEntry>;

/** `connections.yaml`, as people write it. Secrets stand in the environment, never in the file. */
export const ConnectionsFile = strict({
  connections: z.record(Name, ConnectionEntry),
}).meta({ title: 'Behalf connections' });

export type ConnectionsFile = z.infer<typeof ConnectionsFile>;

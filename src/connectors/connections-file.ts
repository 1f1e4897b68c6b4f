import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';

const Name = pattern(/^[a-z0-9][a-z0-9-]{0,59}$/, 'lower-case letters, digits and -');
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
  auth: z.discriminatedUnion('method', [
    strict({
      method: z.literal('oauth2'),
      client_id: FromEnvironment,
      client_secret: FromEnvironment,
      scopes: z.array(Words).optional().meta({ description: "In place of the connector's" }),
    }),
    strict({ method: z.literal('api_key'), key: FromEnvironment }),
    strict({ method: z.literal('basic'), username: FromEnvironment, password: FromEnvironment }),
  ]),
});

export type ConnectionEntry = z.infer<typeof ConnectionEntry>;

/** `connections.yaml`, as people write it. Secrets stand in the environment, never in the file. */
export const ConnectionsFile = strict({
  connections: z.record(Name, ConnectionEntry),
}).meta({ title: 'Behalf connections' });

export type ConnectionsFile = z.infer<typeof ConnectionsFile>;

import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';
import { KeepAliveFile } from './keep-alive-file.js';

const FieldName = pattern(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _, beginning with a letter');
const Words = z.string().min(1).max(200);
const SettingsText = z.string().min(1).max(2000).meta({ description: 'May hold {{ settings.<name> }}' });
const FieldsText = z.string().min(1).max(2000).meta({ description: 'May hold {{ fields.<name> }}' });
const ClientAuthentication = z.enum(['header', 'body', 'none']).default('header').meta({
  description: 'header: HTTP basic; body: in the form; none: a public client, which has no secret',
});

const RevocationCall = strict({
  method: z.enum(['POST', 'DELETE']).default('POST'),
  authentication: z.enum(['client', 'token']).meta({
    description: 'client: HTTP basic with client id and secret; token: the token itself as bearer',
  }),
  json: Words.optional().meta({
    description: 'Field of a JSON body that holds the token; without it there is no body',
  }),
});

const OnBehalfOf = strict({
  token_parameters: z.record(z.string(), z.string()).default({}).meta({
    description: 'Further parameters of the exchange; Entra ID: requested_token_use: on_behalf_of',
  }),
  required_settings: z.array(Words).max(20).default([]).meta({
    description: 'Settings that a connection with single_sign_on must give itself, in place of their defaults',
  }),
});

const OAuth2 = strict({
  authorization_url: SettingsText,
  token_url: SettingsText,
  revocation_url: SettingsText.optional().meta({
    description:
      'RFC 7009, or that of revocation_call; leave it out when the app has none. May hold {{ client.id }}, too',
  }),
  revocation_call: RevocationCall.optional().meta({ description: "The app's own way, where it is not RFC 7009" }),
  issuer: SettingsText.optional().meta({ description: 'Expected `iss` of the authorization response (RFC 9207)' }),
  issuer_required: z.boolean().default(false).meta({ description: 'True: the app always sends `iss`' }),
  scopes: z.array(Words).default([]),
  scope_separator: z.string().min(1).max(3).default(' '),
  scope_parameter: Words.optional().meta({ description: 'Authorization parameter for the scopes; Slack: user_scope' }),
  client_authentication: ClientAuthentication,
  pkce: z.enum(['S256', 'none']).default('S256'),
  authorization_parameters: z.record(z.string(), z.string()).default({}),
  token_parameters: z.record(z.string(), z.string()).default({}),
  token_fields: z.array(Words).max(20).default([]).meta({
    description: 'Fields of the token response that are kept: {{ token.<name> }}',
  }),
  token_path: Words.optional().meta({
    description: "Field of the token response that holds the person's tokens; Slack: authed_user",
  }),
  default_expires_in: z.int().min(1).optional().meta({ description: 'Seconds, where the app does not tell' }),
  code_lifetime: z.int().min(1).max(600).default(60).meta({ description: 'Seconds that an authorization code lives' }),
  revocation_ends: z.enum(['token', 'grant']).default('token').meta({
    description:
      "grant: revoking one token ends everything that the person's account has allowed, later logins too (Google)",
  }),
  reauthorize_errors: z.array(Words).default([]).meta({
    description: 'Errors of the token endpoint that mean "log in again", besides invalid_grant',
  }),
  keep_alive: KeepAliveFile.optional().meta({
    description: 'The app ends refresh tokens that are not used: they are used in time',
  }),
  on_behalf_of: OnBehalfOf.optional().meta({
    description:
      'The token endpoint takes an assertion of who the person is (RFC 7523): connections may use single_sign_on',
  }),
});

const ClientCredentials = strict({
  token_url: SettingsText,
  scopes: z.array(Words).default([]),
  scope_separator: z.string().min(1).max(3).default(' '),
  client_authentication: z.enum(['header', 'body']).default('header'),
  token_parameters: z.record(z.string(), SettingsText).default({}),
  token_fields: z.array(Words).max(20).default([]),
  default_expires_in: z.int().min(1).optional().meta({ description: 'Seconds, where the app does not tell' }),
});

const OAuth1 = strict({
  request_token_url: SettingsText,
  authorization_url: SettingsText,
  access_token_url: SettingsText,
  signature_method: z.enum(['HMAC-SHA1', 'HMAC-SHA256']).default('HMAC-SHA1'),
});

const Place = z.enum(['header', 'query']).default('header');
const Prefix = z.string().max(40).default('').meta({ description: 'Stands before the key: "Token "' });

const ApiKey = z.union([
  strict({ in: Place, name: Words.meta({ description: 'Name of the header or query parameter' }), prefix: Prefix }),
  strict({
    fields: z
      .array(
        strict({
          name: FieldName,
          title: Words.optional(),
          in: Place,
          as: Words.meta({ description: 'Name of the header or query parameter' }),
          prefix: Prefix,
        }),
      )
      .min(1)
      .max(10),
  }),
]);

const Basic = strict({
  username_title: Words.optional(),
  password_title: Words.optional(),
  username_suffix: z.string().max(40).default('').meta({ description: 'Stands behind the user name: "/token"' }),
});

const Custom = strict({
  fields: z
    .array(strict({ name: FieldName, title: Words.optional(), secret: z.boolean().default(true) }))
    .min(1)
    .max(10),
  headers: z.record(Words, FieldsText).default({}),
  query: z.record(Words, FieldsText).default({}),
});

/** The ways to authenticate, as people write them in a connector; `test` is added where requests are known. */
export const AUTH_METHODS = {
  oauth2: OAuth2.optional(),
  client_credentials: ClientCredentials.optional(),
  oauth1: OAuth1.optional(),
  api_key: ApiKey.optional(),
  basic: Basic.optional(),
  custom: Custom.optional(),
} as const;

export type AuthMethodsFile = {
  readonly [M in keyof typeof AUTH_METHODS]?: z.infer<(typeof AUTH_METHODS)[M]>;
};

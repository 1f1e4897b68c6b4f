import type { Credential, PlacedSecret } from '../connections/connection.js';
import type { ParentAuth, SecretField, SecretMethod } from '../connections/parent-connection.js';
import { BehalfError } from '../kernel/errors.js';
import { Secret } from '../kernel/secret.js';
import { didYouMean } from '../language/did-you-mean.js';
import { evaluateText } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { AuthMethods, CustomMethod } from './auth-methods.js';
import type { ConnectionEntry } from './connections-file.js';
import type { EntryReader } from './entry-reader.js';

type SecretEntry = Extract<ConnectionEntry['auth'], { method: 'api_key' | 'basic' | 'custom' }>;
type Secrets = Readonly<Record<string, Secret>>;

/** A method whose secrets are the same for everybody: what it needs, and what it makes of that. */
interface SecretRecipe {
  readonly method: SecretMethod;
  readonly fields: readonly SecretField[];
  readonly credentialOf: (secrets: Secrets) => Promise<Credential>;
}

/**
 * Makes the authentication of an entry with secrets. All of them given: they are used; none: `behalf connect` asks for them
 * and they are kept in the store.
 */
export async function resolveSecrets(entry: SecretEntry, reader: EntryReader): Promise<ParentAuth | undefined> {
  const recipe = recipeOf(entry.method, reader.connector.auth);
  if (!recipe) return undefined;
  const { fields, method } = recipe;
  const credentialOf = (secrets: Secrets) => recipe.credentialOf(withAll(secrets, fields, reader.connection));
  const given = readGiven(entry, recipe, reader);
  if (given.size === 0) return { kind: 'stored', method, fields, credentialOf };
  const missing = fields.filter(({ name }) => !given.has(name));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => `"${name}"`).join(', ');
    reader.report(['auth'], `${names} of ${method} is missing`, 'give all, or none and run behalf connect');
    return undefined;
  }
  try {
    return { kind: 'static', method, credential: await credentialOf(Object.fromEntries(given)) };
  } catch {
    reader.report(['auth'], 'a secret has characters that cannot stand in a request', 'look at its variable');
    return undefined;
  }
}

function recipeOf(method: SecretEntry['method'], { api_key, basic, custom }: AuthMethods): SecretRecipe | undefined {
  switch (method) {
    case 'api_key':
      return api_key && apiKeyRecipe(api_key.fields);
    case 'basic':
      return basic && basicRecipe(basic);
    case 'custom':
      return custom && customRecipe(custom);
  }
}

function apiKeyRecipe(keys: NonNullable<AuthMethods['api_key']>['fields']): SecretRecipe {
  return {
    method: 'api_key',
    fields: keys.map(({ name, title }) => ({ name, title, secret: true })),
    async credentialOf(secrets) {
      const values = keys.map(({ as, in: where, name, prefix }) =>
        placed({ in: where, name: as, value: new Secret(`${prefix}${secrets[name]?.reveal()}`) }),
      );
      const [only, ...others] = values;
      return only && others.length === 0
        ? { kind: 'api_key', in: only.in, name: only.name, key: only.value }
        : { kind: 'placed', values };
    },
  };
}

function basicRecipe(method: NonNullable<AuthMethods['basic']>): SecretRecipe {
  return {
    method: 'basic',
    fields: [
      { name: 'username', title: method.usernameTitle, secret: false },
      { name: 'password', title: method.passwordTitle, secret: true },
    ],
    credentialOf: async ({ password = new Secret(''), username }) => ({
      kind: 'basic',
      username: `${username?.reveal()}${method.usernameSuffix}`,
      password,
    }),
  };
}

function customRecipe({ fields, headers, query }: CustomMethod): SecretRecipe {
  return {
    method: 'custom',
    fields,
    async credentialOf(secrets) {
      const data = { fields: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, value.reveal()])) };
      const entries = [
        ...headers.map((entry) => ({ where: 'header' as const, entry })),
        ...query.map((entry) => ({ where: 'query' as const, entry })),
      ];
      const values = entries.map(async ({ entry: [name, template], where }) =>
        placed({ in: where, name, value: new Secret(await evaluateText(template, data)) }),
      );
      return { kind: 'placed', values: await Promise.all(values) };
    },
  };
}

/** RFC 9110 section 5.5: visible ASCII and space; anything else would break the request, and its error show the secret. */
function placed(secret: PlacedSecret): PlacedSecret {
  if (secret.in === 'header' && !/^[\x20-\x7e]*$/.test(secret.value.reveal())) {
    throw new BehalfError('connection.invalid', `The secret for the header ${secret.name} cannot stand in a header`);
  }
  return secret;
}

function withAll(secrets: Secrets, fields: readonly SecretField[], connection: string): Secrets {
  const missing = fields.find(({ name }) => secrets[name] === undefined);
  if (!missing) return secrets;
  throw new BehalfError('connection.invalid', `The connection ${connection} has no ${missing.name}: connect it again`, {
    details: { connection },
  });
}

/** What the entry gives, by the names of the method's fields. */
function readGiven(entry: SecretEntry, recipe: SecretRecipe, reader: EntryReader): ReadonlyMap<string, Secret> {
  const given = new Map<string, Secret>();
  const known = new Map(recipe.fields.map((field) => [field.name, field]));
  for (const [name, { path, value }] of writtenFields(entry)) {
    const field = known.get(name);
    if (!field) {
      reader.report(path, `${recipe.method} of this app has no "${name}"`, didYouMean(name, known.keys()));
    } else {
      given.set(name, new Secret(field.secret ? reader.secret(value, path) : reader.fill(value, path)));
    }
  }
  return given;
}

function writtenFields(entry: SecretEntry): ReadonlyMap<string, { readonly value: string; readonly path: YamlPath }> {
  const short =
    entry.method === 'api_key'
      ? { key: entry.key }
      : entry.method === 'basic'
        ? { username: entry.username, password: entry.password }
        : {};
  const long = entry.method === 'basic' ? {} : (entry.fields ?? {});
  const at = (prefix: YamlPath, values: Readonly<Record<string, string | undefined>>) =>
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, { value, path: [...prefix, name] }] as const],
    );
  return new Map([...at(['auth'], short), ...at(['auth', 'fields'], long)]);
}

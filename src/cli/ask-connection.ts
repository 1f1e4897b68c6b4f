import type { ConnectionEntry } from '../connectors/connections-file.js';
import type { Connector } from '../connectors/connector.js';
import { BehalfError } from '../kernel/errors.js';
import type { Terminal } from './terminal.js';

type Method = ConnectionEntry['auth']['method'];

interface Wanted {
  readonly connector: Connector;
  /** One of the connector's; asked for where it has several. */
  readonly method?: string;
  /** `name=value`. */
  readonly settings: readonly string[];
}

/**
 * Asks for what stands in an entry of `connections.yaml`, for one that is made at run time. Keys and passwords are asked for
 * later, when it is connected.
 */
export async function askConnection(terminal: Terminal, wanted: Wanted): Promise<ConnectionEntry> {
  const { connector } = wanted;
  const method = await methodOf(terminal, wanted);
  const settings = await settingsOf(terminal, wanted);
  return {
    connector: connector.name,
    settings,
    login_hint: false,
    single_sign_on: false,
    auth: await authOf(terminal, connector, method),
  };
}

async function methodOf(terminal: Terminal, { connector, method: given }: Wanted): Promise<Method> {
  const methods = METHODS.filter((method) => Object.hasOwn(connector.auth, method));
  const [only, ...others] = methods;
  const asked =
    given ?? (only !== undefined && others.length === 0 ? only : await terminal.ask(`Method (${methods.join(', ')})`));
  const method = methods.find((known) => known === asked);
  if (method) return method;
  const message = `${connector.title} cannot be used with ${asked}: use ${methods.join(', ')}`;
  throw new BehalfError('connection.invalid', message);
}

async function settingsOf(terminal: Terminal, wanted: Wanted): Promise<Readonly<Record<string, string>>> {
  const given = new Map(
    wanted.settings.map((text) => {
      const at = text.indexOf('=');
      return at < 1 ? ([text, ''] as const) : ([text.slice(0, at), text.slice(at + 1)] as const);
    }),
  );
  for (const { default: standard, name, required, title } of wanted.connector.settings) {
    if (given.has(name)) continue;
    const more = standard === undefined ? (required ? '' : ' (may be empty)') : ` (${standard} when empty)`;
    const answer = await terminal.ask(`${title}${more}`);
    if (answer !== '') given.set(name, answer);
  }
  return Object.fromEntries(given);
}

async function authOf(terminal: Terminal, connector: Connector, method: Method): Promise<ConnectionEntry['auth']> {
  switch (method) {
    case 'oauth2': {
      const client_id = await terminal.ask('Client id');
      if (connector.auth.oauth2?.clientAuthentication === 'none') return { method, client_id };
      return { method, client_id, client_secret: await terminal.ask('Client secret', { secret: true }) };
    }
    case 'client_credentials':
      return {
        method,
        client_id: await terminal.ask('Client id'),
        client_secret: await terminal.ask('Client secret', { secret: true }),
      };
    case 'oauth1':
      return {
        method,
        consumer_key: await terminal.ask('Consumer key'),
        consumer_secret: await terminal.ask('Consumer secret', { secret: true }),
      };
    case 'api_key':
    case 'basic':
    case 'custom':
      return { method };
  }
}

const METHODS: readonly Method[] = ['oauth2', 'client_credentials', 'oauth1', 'api_key', 'basic', 'custom'];

import type { Command } from 'commander';
import { type OpenedConnections, openConnections } from '../compose/open-connections.js';
import { type Config, parseConfig } from '../config.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import { CONNECTION_NAME } from '../connectors/connections-file.js';
import { asBehalfError, BehalfError } from '../kernel/errors.js';
import { Secret } from '../kernel/secret.js';
import { askConnection } from './ask-connection.js';
import type { Environment } from './environment.js';
import { Terminal } from './terminal.js';

const POLL_MS = 1_000;

interface ConnectOptions {
  readonly connector?: string;
  readonly method?: string;
  readonly set: readonly string[];
}

/** `behalf connect <name>`: connects what everybody shares, or makes a connection that is not in `connections.yaml`. */
export function addConnectCommand(program: Command, environment: Environment): void {
  program
    .command('connect')
    .description('connect a shared connection: by a login in the browser, or with secrets that are asked for')
    .argument('<name>', 'name of a connection; with --connector of one that is made now')
    .option('--connector <connector>', 'make the connection, for this app: what it needs is asked for')
    .option('--method <method>', 'with --connector: how it authenticates')
    .option('--set <name=value>', 'with --connector: a setting; may be repeated', collect, [])
    .action(async (name: string, options: ConnectOptions) => {
      const config = parseConfig(environment);
      const terminal = new Terminal(process.stdin, process.stdout);
      try {
        if (options.connector !== undefined) await make(config, environment, terminal, { ...options, name });
        const opened = await openConnections(config, environment, { mayMake: true });
        try {
          const text = await connect(opened, config, terminal, name).catch(async (error: unknown) => {
            // Without its secrets it is of no use; a login may still be done later.
            const isKept = options.connector === undefined || hasLogin(opened.catalogue.parent(name));
            if (!isKept) await opened.connections.remove('shared', name);
            throw error;
          });
          process.stdout.write(`${text}\n`);
        } finally {
          await opened.close();
        }
      } finally {
        terminal.close();
      }
    });
}

function collect(value: string, former: readonly string[]): readonly string[] {
  return [...former, value];
}

function hasLogin(parent: ParentConnection | undefined): boolean {
  return parent?.auth.kind === 'oauth2' || (parent?.auth.kind === 'stored' && parent.auth.login !== undefined);
}

async function make(
  config: Config,
  environment: Environment,
  terminal: Terminal,
  { connector: app = '', name, method, set }: ConnectOptions & { readonly name: string },
): Promise<void> {
  const opened = await openConnections(config, environment, { connector: app, mayMake: true });
  try {
    if (!CONNECTION_NAME.test(name)) {
      throw new BehalfError('connection.invalid', `${name} is no name: lower-case letters, digits and -`);
    }
    if (opened.catalogue.parent(name)) {
      throw new BehalfError('connection.invalid', `There is a connection ${name} already: leave out --connector`);
    }
    const connector = opened.catalogue.connector(app);
    if (!connector) throw new BehalfError('connection.invalid', `There is no connector "${app}"`);
    process.stdout.write(`Redirect URI, where the app wants one: ${config.publicUrl}/oauth/callback/${name}\n`);
    const entry = await askConnection(terminal, {
      connector,
      settings: set,
      ...(method === undefined ? {} : { method }),
    });
    await opened.make(name, entry);
  } finally {
    await opened.close();
  }
}

async function connect(opened: OpenedConnections, config: Config, terminal: Terminal, name: string): Promise<string> {
  const parent = opened.catalogue.parent(name);
  if (!parent) {
    throw new BehalfError(
      'connection.invalid',
      `There is no usable connection "${name}": behalf check, or make one with --connector`,
    );
  }
  const { auth } = parent;
  switch (auth.kind) {
    case 'static':
      return `${name} has its secrets in connections.yaml. ${await tried(opened, parent)}`;
    case 'client_credentials':
      if ((await opened.connections.get('shared', name))?.status !== 'connected') {
        await opened.connections.remove('shared', name);
      }
      return tried(opened, parent);
    case 'oauth2':
      return byLogin(opened, config, parent);
    case 'stored':
      return auth.login ? byLogin(opened, config, parent) : bySecrets(opened, terminal, parent, auth);
  }
}

async function tried({ connections, tryOut }: OpenedConnections, parent: ParentConnection): Promise<string> {
  const found = await connections.credentialFor('shared', parent);
  if (found.kind !== 'ready') return `${parent.title} is not connected.`;
  return connectedText(parent, (await tryOut(parent, found.credential))?.label);
}

async function byLogin(opened: OpenedConnections, config: Config, parent: ParentConnection): Promise<string> {
  const { clock, connections } = opened;
  const before = (await connections.get('shared', parent.name))?.connectedAt;
  const url = await opened.sharedLoginUrl(parent.name);
  // Where the service runs it serves the page, too: the link is in the store that both use.
  const stop = (await isServing(config.publicUrl)) ? undefined : await opened.serveLogins();
  process.stdout.write(
    `Open this in your browser and log in with the account that everybody shall use:\n\n  ${url}\n\n`,
  );
  const until = clock.now() + config.loginTimeoutMs;
  try {
    while (clock.now() < until) {
      const current = await connections.get('shared', parent.name);
      if (current?.status === 'connected' && current.connectedAt !== before) {
        return connectedText(parent, current.account?.label);
      }
      await clock.sleep(POLL_MS);
    }
  } finally {
    await stop?.();
  }
  throw new BehalfError('connection.invalid', 'The login was not done in time. Nothing has changed.');
}

async function isServing(publicUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

async function bySecrets(
  { connections, tryOut }: OpenedConnections,
  terminal: Terminal,
  parent: ParentConnection,
  auth: Extract<ParentConnection['auth'], { kind: 'stored' }>,
): Promise<string> {
  const secrets: Record<string, Secret> = {};
  for (const { name, secret, title } of auth.fields) secrets[name] = new Secret(await terminal.ask(title, { secret }));
  const credential = await auth.credentialOf(secrets);
  const account = await tryOut(parent, credential).catch((error: unknown) => {
    const { code, userText } = asBehalfError(error);
    throw new BehalfError('connection.invalid', `Nothing was kept (${code}). ${userText}`);
  });
  await connections.keepSecrets(parent, secrets, account);
  return connectedText(parent, account?.label);
}

function connectedText({ name, title }: ParentConnection, account: string | undefined): string {
  return `${name} (${title}) is connected${account === undefined ? '' : ` as ${account}`}.`;
}

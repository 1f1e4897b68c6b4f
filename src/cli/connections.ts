import type { Command } from 'commander';
import { loadCatalogue } from '../catalogue.js';
import { missingStore } from '../compose/existing-store.js';
import { type OpenedConnections, openConnections } from '../compose/open-connections.js';
import { parseConfig } from '../config.js';
import { UNREADABLE } from '../connections/connections.js';
import { methodOf, type ParentConnection } from '../connections/parent-connection.js';
import { asBehalfError, BehalfError } from '../kernel/errors.js';
import { reasonText } from '../texts/reason-text.js';
import { textsFor } from '../texts/texts-for.js';
import type { Environment } from './environment.js';

/** `behalf connections`: what `connections.yaml` provides, whether it is connected, and what to do with it. */
export function addConnectionsCommand(program: Command, environment: Environment): void {
  const withStore = async (work: (opened: OpenedConnections) => Promise<string>): Promise<void> => {
    const opened = await openConnections(parseConfig(environment), environment);
    try {
      process.stdout.write(await work(opened));
    } finally {
      await opened.close();
    }
  };
  const connections = program
    .command('connections')
    .description(
      'list the connections of connections.yaml and those made at run time, with their states and redirect URIs',
    )
    .option('--json', 'print them as JSON')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const missing = await missingStore(parseConfig(environment));
      if (missing === undefined) return withStore((opened) => list(opened, json));
      // Before the first start there is none: the redirect URIs are wanted then.
      const { parents } = await loadCatalogue(parseConfig(environment), environment);
      process.stderr.write(`What is connected is not known. ${missing}\n`);
      process.stdout.write(printed(parents.map(rowOf), json));
    });
  connections
    .command('test')
    .description('call the app with the shared connection')
    .argument('<name>')
    .action((name: string) => withStore((opened) => test(opened, name)));
  connections
    .command('disconnect')
    .description('end the shared connection; personal ones stay')
    .argument('<name>')
    .action((name: string) => withStore((opened) => disconnect(opened, name)));
  connections
    .command('delete')
    .description('end the shared and all personal connections of this name')
    .argument('<name>')
    .option('--yes', 'do it; without it, only say what would stop')
    .option('--unrevoked', 'do it also where logins cannot be opened, so that the app cannot be asked to revoke them')
    .action((name: string, options: RemoveOptions) => withStore((opened) => remove(opened, name, options)));
}

async function list({ catalogue, connections }: OpenedConnections, asJson: boolean): Promise<string> {
  const rows = await Promise.all(
    catalogue.parents.map(async (parent) => {
      const { auth, name, title } = parent;
      const shared = await connections.get('shared', name);
      return {
        ...rowOf(parent),
        state: auth.kind === 'static' ? 'connected' : (shared?.status ?? 'disconnected'),
        ...(shared?.account === undefined ? {} : { account: shared.account.label }),
        ...(shared?.reason === undefined ? {} : { reason: reasonText(shared.reason, title, textsFor(undefined)) }),
        ...(shared?.changedAt === undefined ? {} : { since: new Date(shared.changedAt).toISOString() }),
        children: await connections.countChildren(name),
      };
    }),
  );
  return printed(rows, asJson);
}

interface Row {
  readonly name: string;
  readonly connector: string;
  readonly title: string;
  readonly method: string;
  readonly origin: 'file' | 'store';
  readonly state: string;
  readonly account?: string;
  readonly reason?: string;
  readonly since?: string;
  /** Absent where it is not known. */
  readonly children?: number;
  readonly redirectUri?: string;
}

/** What is known of a connection without the store. */
function rowOf({ auth, connector, name, origin, title }: ParentConnection): Row {
  return {
    ...{ name, connector, title, method: methodOf(auth) },
    origin: origin ?? 'file',
    state: auth.kind === 'static' ? 'connected' : 'unknown',
    ...(auth.kind === 'oauth2' ? { redirectUri: auth.app.redirectUri } : {}),
    ...(auth.kind === 'stored' && auth.login ? { redirectUri: auth.login.redirectUri } : {}),
  };
}

function printed(rows: readonly Row[], asJson: boolean): string {
  if (asJson) return `${JSON.stringify(rows, undefined, 2)}\n`;
  return rows.map(describe).join('') || 'There are no connections.\n';
}

function describe(row: Row): string {
  const account = row.account === undefined ? '' : ` as ${row.account}`;
  const since = row.since === undefined ? '' : ` since ${row.since}`;
  const reason = row.reason === undefined ? '' : ` (${row.reason})`;
  return [
    `${row.name}  ${row.title} (${row.connector}), ${row.method}${row.origin === 'store' ? ', made at run time' : ''}`,
    `  shared: ${row.state.replace('_', ' ')}${account}${since}${reason}; personal: ${row.children ?? 'unknown'}`,
    ...(row.redirectUri === undefined ? [] : [`  redirect URI: ${row.redirectUri}`]),
    '',
  ].join('\n');
}

async function test({ catalogue, connections, tryOut }: OpenedConnections, name: string): Promise<string> {
  const parent = parentOf(catalogue.parent(name), name);
  const found = await connections.credentialFor('shared', parent);
  if (found.kind !== 'ready') throw notConnected(name);
  try {
    const account = await tryOut(parent, found.credential);
    return `${name} works${account === undefined ? '' : ` as ${account.label}`}.\n`;
  } catch (error) {
    const { code, userText } = asBehalfError(error);
    throw new BehalfError('connection.invalid', `${name} does not work (${code}): ${userText}`);
  }
}

async function disconnect({ catalogue, connections }: OpenedConnections, name: string): Promise<string> {
  if (catalogue.parent(name)?.auth.kind === 'static') {
    throw new BehalfError('connection.invalid', `${name} has its secrets in connections.yaml: take them out there`);
  }
  if ((await connections.get('shared', name))?.reason === UNREADABLE)
    throw new BehalfError(
      'config.invalid',
      `No key of ENCRYPTION_KEYS opens the connection ${name}. Nothing was done. Give all keys that the service has had; where one is lost: behalf connect ${name}, and end the former login in the app.`,
    );
  const ended = await connections.disconnect('shared', name);
  if (ended === undefined) throw notConnected(name);
  const told = {
    queued: 'The app is told to end its tokens.',
    unsupported: 'The app offers no way to end its tokens: they are only forgotten here.',
    unreadable: 'No key opens its tokens: end them in the app.',
    none: '',
  };
  return `${name} is disconnected. ${told[ended.revocation]}\n`;
}

interface RemoveOptions {
  readonly yes?: boolean;
  readonly unrevoked?: boolean;
}

async function remove(
  { catalogue, connections }: OpenedConnections,
  name: string,
  { unrevoked = false, yes = false }: RemoveOptions,
): Promise<string> {
  const unreadable = unrevoked ? 0 : await connections.countUnreadable(name);
  if (unreadable > 0)
    throw new BehalfError(
      'config.invalid',
      `No key of ENCRYPTION_KEYS opens connections of ${name}: ${unreadable}. Nothing was done. Give all keys that the service has had; where one is lost, add --unrevoked, and end these logins in the app.`,
    );
  const children = await connections.countChildren(name);
  const recipes = catalogue.recipes.started().filter(({ connections: slots }) => slots.some(({ use }) => use === name));
  const what = `the shared connection ${name} and ${children} personal ${children === 1 ? 'one' : 'ones'}`;
  const stops = recipes.map((recipe) => `  ${recipe.name} (${recipe.file})\n`).join('');
  const effect = stops === '' ? 'No recipe uses it.\n' : `These recipes cannot work without it:\n${stops}`;
  if (!yes) return `This would delete ${what}.\n${effect}Nothing was done. Add --yes to do it.\n`;
  const removed = await connections.removeAll(name);
  const parent = catalogue.parent(name);
  const rest =
    parent && parent.origin === undefined ? `Take ${name} out of connections.yaml, too, or connect it again.\n` : '';
  return `Deleted ${what} (${removed} in all); tokens are ended at the app where it offers that.\n${effect}${rest}`;
}

function parentOf(parent: ParentConnection | undefined, name: string): ParentConnection {
  if (parent) return parent;
  throw new BehalfError('connection.invalid', `There is no usable connection "${name}"`);
}

function notConnected(name: string): BehalfError {
  return new BehalfError('connection.invalid', `${name} is not connected: run behalf connect ${name}`);
}

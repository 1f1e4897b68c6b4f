import type { Command } from 'commander';
import { loadCatalogue } from '../catalogue.js';
import { parseConfig } from '../config.js';
import type { Environment } from './environment.js';

/** `behalf connections`: what `connections.yaml` provides, and what to enter at each provider. */
export function addConnectionsCommand(program: Command, environment: Environment): void {
  program
    .command('connections')
    .description('list the connections of connections.yaml, with the redirect URI to register at each app')
    .option('--json', 'print them as JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const { parents } = await loadCatalogue(parseConfig(environment), environment);
      const rows = parents.map(({ auth, connector, name, title }) => ({
        name,
        connector,
        title,
        method: auth.kind === 'oauth2' ? 'oauth2' : auth.method,
        ...(auth.kind === 'oauth2' ? { redirectUri: auth.app.redirectUri } : {}),
      }));
      const lines = rows.map(
        (row) =>
          `${row.name}  ${row.title} (${row.connector}), ${row.method}${row.redirectUri === undefined ? '' : `\n  redirect URI: ${row.redirectUri}`}\n`,
      );
      process.stdout.write(
        options.json
          ? `${JSON.stringify(rows, undefined, 2)}\n`
          : lines.join('') || 'connections.yaml has no connections.\n',
      );
    });
}

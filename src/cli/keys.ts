import type { Command } from 'commander';
import { openConnections } from '../compose/open-connections.js';
import { parseConfig } from '../config.js';
import { systemClock } from '../kernel/system-clock.js';
import { generateKey } from '../keyring.js';
import type { Environment } from './environment.js';

/** `behalf keys`: make a key, and seal everything with the first key of the keyring. */
export function addKeysCommand(program: Command, environment: Environment): void {
  const keys = program.command('keys').description('keys that encrypt what is stored');
  keys
    .command('generate')
    .description('print a new entry for ENCRYPTION_KEYS')
    .argument(
      '[id]',
      'name of the key',
      `k${new Date(systemClock.now()).toISOString().slice(0, 10).replaceAll('-', '')}`,
    )
    .action((id: string) => {
      process.stdout.write(`${generateKey(id)}\n`);
    });
  keys
    .command('rotate')
    .description(
      'seal all connections with the first key of ENCRYPTION_KEYS; with Redis beside the running service; may be repeated',
    )
    .option('--json', 'print the counts as JSON')
    .action((options: { readonly json?: boolean }) => rotate(environment, options.json ?? false));
}

async function rotate(environment: Environment, asJson: boolean): Promise<void> {
  const { catalogue, close, connections } = await openConnections(parseConfig(environment), environment);
  try {
    const results = [];
    for (const { name } of catalogue.parents)
      results.push({ connection: name, ...(await connections.rotateKeys(name)) });
    const lines = results.map(
      ({ checked, connection, failed, resealed }) =>
        `${connection}: ${checked} checked, ${resealed} sealed anew, ${failed} failed\n`,
    );
    process.stdout.write(asJson ? `${JSON.stringify(results)}\n` : lines.join(''));
    if (results.some(({ failed }) => failed > 0)) process.exitCode = 1;
  } finally {
    await close();
  }
}

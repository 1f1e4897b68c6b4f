import type { Command } from 'commander';
import { openConnections } from '../compose/open-connections.js';
import { parseConfig } from '../config.js';
import { INSTALLATION } from '../connections/installations.js';
import { API_KEY_NAME, apiKeyEntry, generateApiKey } from '../kernel/api-key.js';
import { BehalfError } from '../kernel/errors.js';
import { systemClock } from '../kernel/system-clock.js';
import { generateKey } from '../keyring.js';
import type { Environment } from './environment.js';

/** `behalf keys`: make keys, and seal everything with the first key of the keyring. */
export function addKeysCommand(program: Command, environment: Environment): void {
  const keys = program.command('keys').description('keys that encrypt what is stored, and keys of programs');
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
    .command('api')
    .description('print a new key for a program, this once, and its entry for API_KEYS')
    .argument('<name>', 'name of the program: lower-case letters, digits, _ and -')
    .option('--admin', 'the key may also read what is wrong with the configuration')
    .option('--json', 'print both as JSON')
    .action((name: string, options: { readonly admin?: boolean; readonly json?: boolean }) => {
      process.stdout.write(newApiKey(name, options));
    });
  keys
    .command('rotate')
    .description(
      'seal all connections with the first key of ENCRYPTION_KEYS; with Redis beside the running service; may be repeated',
    )
    .option('--json', 'print the counts as JSON')
    .action((options: { readonly json?: boolean }) => rotate(environment, options.json ?? false));
}

function newApiKey(name: string, options: { readonly admin?: boolean; readonly json?: boolean }): string {
  if (!API_KEY_NAME.test(name))
    throw new BehalfError('config.invalid', `${name} is no name for a key: use lower-case letters, digits, _ and -`);
  const key = generateApiKey();
  const entry = apiKeyEntry(name, key, options.admin ? 'admin' : 'run');
  if (options.json) return `${JSON.stringify({ name, key, entry })}\n`;
  return `The key, for the program. It is shown this once and kept nowhere:\n${key}\n\nIts entry, to be added to API_KEYS of the service:\n${entry}\n`;
}

async function rotate(environment: Environment, asJson: boolean): Promise<void> {
  const { catalogue, close, connections, rotateAuditKey } = await openConnections(
    parseConfig(environment),
    environment,
  );
  try {
    const results = [];
    for (const { name } of catalogue.parents)
      results.push({ connection: name, ...(await connections.rotateKeys(name)) });
    const installations = await connections.rotateKeys(INSTALLATION);
    if (installations.checked > 0) results.push({ connection: INSTALLATION, ...installations });
    if (await rotateAuditKey()) results.push({ connection: 'audit', checked: 1, resealed: 1, failed: 0 });
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

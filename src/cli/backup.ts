import type { Command } from 'commander';
import { backUpStore, restoreStore } from '../compose/backup.js';
import { parseStoreConfig } from '../config.js';
import type { Environment } from './environment.js';

/** `behalf backup` and `behalf restore`: the embedded store as one file. */
export function addBackupCommands(program: Command, environment: Environment): void {
  program
    .command('backup')
    .description('copy the embedded store (DATA_DIR) into one file, also while the service runs')
    .argument('<file>', 'a new file')
    .action(async (file: string) => {
      await backUpStore(parseStoreConfig(environment), file);
      process.stdout.write(`The store is in ${file}. ENCRYPTION_KEYS are not: keep them elsewhere.\n`);
    });
  program
    .command('restore')
    .description('put such a file in the place of the embedded store (DATA_DIR), while no service runs')
    .argument('<file>', 'what `behalf backup` has made')
    .action(async (file: string) => {
      const aside = await restoreStore(parseStoreConfig(environment), file);
      const more = aside === undefined ? '' : ` What was there is set aside as ${aside}.`;
      process.stdout.write(`The store is restored from ${file}.${more} Start the service.\n`);
    });
}

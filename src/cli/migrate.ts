import type { Command } from 'commander';
import { migrateToRedis } from '../compose/migrate.js';
import { parseConfig } from '../config.js';
import type { Environment } from './environment.js';

/** `behalf migrate`: from the embedded store to Redis. */
export function addMigrateCommand(program: Command, environment: Environment): void {
  program
    .command('migrate')
    .description(
      'carry the connections, jobs and logins under way of the embedded store (DATA_DIR) into Redis (REDIS_URL), while no service runs; may be repeated',
    )
    .option('--leave-unreadable', 'leave connections behind that no key opens: their people log in anew')
    .option('--json', 'print the counts as JSON')
    .action(async (options: { readonly json?: boolean; readonly leaveUnreadable?: boolean }) => {
      const { leaveUnreadable = false } = options;
      const { aside, ...rows } = await migrateToRedis(parseConfig(environment), { leaveUnreadable });
      const unreadable = Object.values(rows).some((count) => count.unreadable > 0);
      if (unreadable) process.exitCode = 1;
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ ...rows, aside })}\n`);
        return;
      }
      for (const [name, { moved, there, unreadable: lost }] of Object.entries(rows)) {
        const more = [there > 0 ? `${there} were there` : '', lost > 0 ? `${lost} cannot be opened` : ''].filter(
          Boolean,
        );
        process.stdout.write(`${name}: ${[`${moved} moved`, ...more].join(', ')}\n`);
      }
      process.stdout.write(
        `The embedded store is set aside as ${aside}. Start the service with REDIS_URL; delete the file when all is well.\n`,
      );
    });
}

#!/usr/bin/env node
import { Command } from 'commander';
import { addCheckCommand } from './cli/check.js';
import { addConnectCommand } from './cli/connect.js';
import { addConnectionsCommand } from './cli/connections.js';
import { addConnectorCommand } from './cli/connector.js';
import { addDoctorCommand } from './cli/doctor.js';
import { addKeysCommand } from './cli/keys.js';
import { addMigrateCommand } from './cli/migrate.js';
import { addSlackCommand } from './cli/slack.js';
import { runService } from './cli/start.js';
import { addTeamsCommand } from './cli/teams.js';
import { addTestCommand } from './cli/test.js';
import { isBehalfError } from './kernel/errors.js';

/** Exit code for a mistake in the configuration or in a file, as opposed to a crash (1). */
const EXIT_INVALID = 2;

async function main(): Promise<void> {
  const program = new Command('behalf')
    .description('A chat bot that acts in other apps as the person who asked')
    .showHelpAfterError();
  program
    .command('start', { isDefault: true })
    .description('start the service')
    .action(() => runService(process.env));
  addCheckCommand(program, process.env);
  addDoctorCommand(program, process.env);
  addConnectorCommand(program, process.env);
  addTestCommand(program, process.env);
  addConnectCommand(program, process.env);
  addConnectionsCommand(program, process.env);
  addKeysCommand(program, process.env);
  addMigrateCommand(program, process.env);
  addTeamsCommand(program, process.env);
  addSlackCommand(program, process.env);
  await program.parseAsync();
}

main().catch((error: unknown) => {
  const text = isBehalfError(error)
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`behalf: ${text}\n`);
  const isInvalid = isBehalfError(error, 'config.invalid', 'recipe.invalid', 'connector.invalid', 'connection.invalid');
  // What had been opened before the mistake would keep the process alive.
  process.exit(isInvalid ? EXIT_INVALID : 1);
});

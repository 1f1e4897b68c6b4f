import { Command } from 'commander';
import { nearest } from '../language/did-you-mean.js';
import { addAuditCommand } from './audit.js';
import { addBackupCommands } from './backup.js';
import { addCheckCommand } from './check.js';
import { addConnectCommand } from './connect.js';
import { addConnectionsCommand } from './connections.js';
import { addConnectorCommand } from './connector.js';
import { addDoctorCommand } from './doctor.js';
import type { Environment } from './environment.js';
import { addKeysCommand } from './keys.js';
import { addMigrateCommand } from './migrate.js';
import { addPrivacyCommand } from './privacy.js';
import { addSlackCommand } from './slack.js';
import { runService } from './start.js';
import { addTeamsCommand } from './teams.js';
import { addTestCommand } from './test.js';

/** The commands of `behalf`. */
export function createProgram(environment: Environment): Command {
  const program = new Command('behalf')
    .description('A chat bot that acts in other apps as the person who asked')
    // It is read before the program is made: here it is for the help.
    .option('--settings <file>', 'settings as NAME=value, one a line; variables of the environment win')
    .showHelpAfterError();
  program
    .command('start', { isDefault: true })
    .description('start the service')
    // A mistyped command comes here, too.
    .allowExcessArguments()
    .action(async (_options: unknown, { args: [unknown] }: Command) => {
      if (unknown === undefined) return runService(environment);
      const near = nearest(
        unknown,
        program.commands.map((command) => command.name()),
      );
      program.error(`error: unknown command '${unknown}'${near === undefined ? '' : `, did you mean ${near}?`}`);
    });
  addCheckCommand(program, environment);
  addDoctorCommand(program, environment);
  addConnectorCommand(program, environment);
  addTestCommand(program, environment);
  addConnectCommand(program, environment);
  addConnectionsCommand(program, environment);
  addKeysCommand(program, environment);
  addAuditCommand(program, environment);
  addPrivacyCommand(program, environment);
  addBackupCommands(program, environment);
  addMigrateCommand(program, environment);
  addTeamsCommand(program, environment);
  addSlackCommand(program, environment);
  return program;
}

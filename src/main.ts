import { crashText, endOnCrash } from './cli/crashes.js';
import { letReadersGo } from './cli/output.js';
import { readSettingsFile, takeSettingsFile } from './cli/settings-file.js';
import { runService } from './cli/start.js';
import { isBehalfError } from './kernel/errors.js';

/** Exit code for a mistake in the configuration or in a file, as opposed to a crash (1). */
const EXIT_INVALID = 2;

async function main(): Promise<void> {
  const { file, words } = takeSettingsFile(process.argv.slice(2));
  if (file !== undefined) readSettingsFile(file);
  const [command = 'start', ...others] = words;
  // What only the other commands need is not loaded for the service.
  if (command === 'start' && others.length === 0) return runService(process.env);
  letReadersGo(end);
  const { createProgram } = await import('./cli/program.js');
  await createProgram(process.env).parseAsync(words, { from: 'user' });
}

function end(error: unknown): void {
  process.stderr.write(`behalf: ${crashText(error)}\n`);
  const isInvalid = isBehalfError(error, 'config.invalid', 'recipe.invalid', 'connector.invalid', 'connection.invalid');
  // What had been opened before the mistake would keep the process alive.
  process.exit(isInvalid ? EXIT_INVALID : 1);
}

endOnCrash(end);
main().catch(end);

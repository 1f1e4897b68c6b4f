import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadCatalogue } from '../catalogue.js';
import { formatProblem, hasErrors } from '../language/problem.js';
import type { Environment } from './environment.js';

export interface CheckOptions {
  /** Folder that holds recipes/, connectors/ and connections.yaml. */
  readonly configDir: string;
  readonly environment: Environment;
  readonly json?: boolean;
  /** True: warnings count as errors. */
  readonly strict?: boolean;
}

export interface CheckResult {
  /** 0: no errors. 2: errors. */
  readonly exitCode: 0 | 2;
  /** For standard output, with its last line ended. */
  readonly output: string;
}

/** Finds every mistake in the configuration folder without starting anything. */
export async function runCheck({
  configDir,
  environment,
  json = false,
  strict = false,
}: CheckOptions): Promise<CheckResult> {
  if (!(await isFolder(configDir))) return { exitCode: 2, output: `${configDir} is not a folder\n` };
  const { recipes, parents, problems } = await loadCatalogue(
    {
      configDir,
      publicUrl: environment['PUBLIC_URL'] ?? 'http://localhost:3000',
      egressAllow: (environment['EGRESS_ALLOW'] ?? '').split(',').filter((entry) => entry.trim() !== ''),
    },
    environment,
  );
  const started = recipes.started().length;
  const exitCode = hasErrors(problems) || (strict && problems.length > 0) ? 2 : 0;
  if (json) {
    const commands = recipes.commands().map(({ file, name, trigger }) => ({ command: trigger.command, name, file }));
    return { exitCode, output: `${JSON.stringify({ problems, commands }, undefined, 2)}\n` };
  }
  const summary = `${counted(started, 'recipe')} can start, ${counted(parents.length, 'connection')}, ${counted(problems.length, 'problem')}`;
  const note = hasErrors(problems)
    ? ['a running service keeps the last version without mistakes of what is broken']
    : [];
  return { exitCode, output: `${[...problems.map(formatProblem), ...note, summary].join('\n')}\n` };
}

/** `behalf check`. */
export function addCheckCommand(program: Command, environment: Environment): void {
  program
    .command('check')
    .description('find mistakes in recipes, connectors and connections.yaml without starting anything')
    .option('--config-dir <folder>', 'folder that holds them', environment['CONFIG_DIR'] ?? '.')
    .option('--json', 'print problems and commands as JSON')
    .option('--strict', 'end with exit code 2 for warnings, too')
    .action(async (options: Omit<CheckOptions, 'environment'>) => {
      const result = await runCheck({ ...options, environment });
      process.stdout.write(result.output);
      process.exitCode = result.exitCode;
    });
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

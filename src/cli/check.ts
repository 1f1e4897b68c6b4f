import type { Command } from 'commander';
import { loadCatalogue } from '../catalogue.js';
import { type CatalogueReport, reportOf } from '../catalogue-report.js';
import { lookAtStore, type StoreLook } from '../compose/look-at-store.js';
import { parseStoreConfig } from '../config.js';
import { madeIn } from '../connections/shared-states.js';
import { asBehalfError } from '../kernel/errors.js';
import { formatProblem, hasErrors } from '../language/problem.js';
import { isFolder } from '../language/yaml-folder.js';
import type { Environment } from './environment.js';

export interface CheckOptions {
  /** Folder that holds recipes/, connectors/ and connections.yaml. */
  readonly configDir: string;
  readonly environment: Environment;
  readonly json?: boolean;
  /** True: warnings count as errors. */
  readonly strict?: boolean;
  /** True: the store is not looked at. */
  readonly offline?: boolean;
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
  offline = false,
}: CheckOptions): Promise<CheckResult> {
  if (!(await isFolder(configDir))) return { exitCode: 2, output: `${configDir} is not a folder\n` };
  const look: StoreLook = offline ? { kind: 'unknown', why: '--offline' } : await lookWhereItIs(environment);
  const states = look.kind === 'known' ? look.states : undefined;
  const { BOT_SSO_RESOURCE: signInResource = '', MicrosoftAppId: appId = '' } = environment;
  const catalogue = await loadCatalogue(
    {
      configDir,
      publicUrl: environment['PUBLIC_URL'] ?? 'http://localhost:3000',
      egressAllow: (environment['EGRESS_ALLOW'] ?? '').split(',').filter((entry) => entry.trim() !== ''),
      ...(signInResource.trim() === '' ? {} : { teams: { appId: appId.trim(), signInResource } }),
      ...(states ? { made: madeIn(states) } : {}),
    },
    environment,
  );
  const report = reportOf(catalogue, { states });
  const { problems, recipes } = report;
  const exitCode = hasErrors(problems) || (strict && problems.length > 0) ? 2 : 0;
  if (json) {
    const commands = catalogue.recipes
      .commands()
      .map(({ file, name, trigger }) => ({ command: trigger.command, name, file }));
    const store = look.kind === 'known' ? { looked: true } : { looked: false, why: look.why };
    return { exitCode, output: `${JSON.stringify({ problems, recipes, commands, store }, undefined, 2)}\n` };
  }
  const started = recipes.filter(({ state }) => state === 'started').length;
  const summary = `${counted(started, 'recipe')} can start, ${counted(catalogue.parents.length, 'connection')}, ${counted(problems.length, 'problem')}`;
  return {
    exitCode,
    output: `${[...problems.map(formatProblem), ...notesOn(report, look, hasErrors(catalogue.problems)), summary].join('\n')}\n`,
  };
}

function notesOn({ needsLogins, recipes }: CatalogueReport, look: StoreLook, isBroken: boolean): readonly string[] {
  const isHeld = recipes.some(({ state }) => state === 'held');
  return [
    ...(look.kind === 'unknown' && needsLogins
      ? [`whether shared connections are connected was not looked at: ${look.why}`]
      : []),
    ...(isHeld ? ['a recipe starts by itself when its shared connections are connected'] : []),
    ...(isBroken ? ['a running service keeps the last version without mistakes of what is broken'] : []),
  ];
}

async function lookWhereItIs(environment: Environment): Promise<StoreLook> {
  try {
    return await lookAtStore(parseStoreConfig(environment));
  } catch (error) {
    return { kind: 'unknown', why: asBehalfError(error).message };
  }
}

/** `behalf check`. */
export function addCheckCommand(program: Command, environment: Environment): void {
  program
    .command('check')
    .description('find mistakes in recipes, connectors and connections.yaml without starting anything')
    .option('--config-dir <folder>', 'folder that holds them', environment['CONFIG_DIR'] ?? '.')
    .option('--json', 'print problems and commands as JSON')
    .option('--strict', 'end with exit code 2 for warnings, too')
    .option('--offline', 'do not look at the store, so not at what is connected')
    .action(async (options: Omit<CheckOptions, 'environment'>) => {
      const result = await runCheck({ ...options, environment });
      process.stdout.write(result.output);
      process.exitCode = result.exitCode;
    });
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

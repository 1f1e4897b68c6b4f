import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Catalogue, loadCatalogue } from '../catalogue.js';
import { formatProblem } from '../language/problem.js';
import { isFolder, readTextFile } from '../language/yaml-folder.js';
import type { Failure } from '../rehearsal/judge-replies.js';
import { loadTests, type TestFile } from '../rehearsal/load-tests.js';
import { rehearse } from '../rehearse.js';
import type { Environment } from './environment.js';

export interface TestOptions {
  /** Folder that holds recipes/, connectors/ and connections.yaml. */
  readonly configDir: string;
  readonly environment: Environment;
  /** Only tests whose file or name holds this. */
  readonly filter?: string;
  readonly json?: boolean;
}

interface TestResult {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly failures: readonly (Omit<Failure, 'path'> & { readonly line: number; readonly column: number })[];
}

/** Plays the tests of recipes. Exit code 0: all are as they say. 2: some are not, or there is none. */
export async function runTests(options: TestOptions): Promise<{ readonly exitCode: 0 | 2; readonly output: string }> {
  const { configDir, filter = '', json = false } = options;
  const folder = join(configDir, 'recipes');
  if (!(await isFolder(folder))) return { exitCode: 2, output: `${folder} is not a folder\n` };
  const catalogue = await loadCatalogue(
    { configDir, publicUrl: 'https://behalf.invalid', egressAllow: [], isRehearsal: true },
    await testEnvironment(options),
  );
  const { files, problems } = await loadTests(folder);
  const results: TestResult[] = [];
  for (const file of files) results.push(...(await runFile(catalogue, file, { configDir, filter })));
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const exitCode = failed > 0 || problems.length > 0 || results.length === 0 ? 2 : 0;
  if (json) return { exitCode, output: `${JSON.stringify({ problems, tests: results }, undefined, 2)}\n` };
  const summary = `${results.length - failed} passed, ${failed} failed${problems.length > 0 ? `, ${problems.length} mistakes in test files` : ''}`;
  const lines = [...problems.map(formatProblem), ...results.flatMap(linesOf), results.length === 0 ? NONE : summary];
  return { exitCode, output: `${lines.join('\n')}\n` };
}

const NONE = 'there are no tests: write some as <recipe>.test.yaml beside the recipe';

async function runFile(
  catalogue: Catalogue,
  file: TestFile,
  { configDir, filter }: { readonly configDir: string; readonly filter: string },
): Promise<readonly TestResult[]> {
  const { document, tests } = file;
  const recipe = catalogue.recipes.get(file.recipe);
  const results: TestResult[] = [];
  for (const [index, test] of tests.entries()) {
    if (!document.file.includes(filter) && !test.name.includes(filter)) continue;
    const path = ['tests', index];
    const failures = recipe
      ? await rehearse(catalogue, recipe, test, { path, folder: dirname(join(configDir, document.file)) })
      : [{ path, message: notStarted(catalogue, file.recipe) }];
    results.push({
      file: document.file,
      line: document.positionOf(path).line,
      name: test.name,
      failures: failures.map(({ path: place, ...failure }) => ({ ...failure, ...document.positionOf(place) })),
    });
  }
  return results;
}

function notStarted(catalogue: Catalogue, id: string): string {
  const problem = catalogue.problems.find(({ file, severity }) => {
    return severity === 'error' && file.replace(/\.ya?ml$/u, '') === `recipes/${id}`;
  });
  return problem ? `the recipe cannot start: ${formatProblem(problem)}` : `there is no recipe ${id}`;
}

function linesOf({ failures, file, line, name }: TestResult): readonly string[] {
  if (failures.length === 0) return [`ok      ${file}:${line} ${name}`];
  return [
    `FAILED  ${file}:${line} ${name}`,
    ...failures.flatMap((failure) => [
      `  ${file}:${failure.line}:${failure.column} ${failure.message}`,
      ...(failure.difference ?? []).map((text) => `    ${text}`),
    ]),
  ];
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/gu;

/** The variables that connections name, with stand-ins for those that are not set: tests call nobody. */
async function testEnvironment({ configDir, environment }: TestOptions): Promise<Environment> {
  const text = (await readTextFile(join(configDir, 'connections.yaml'))) ?? '';
  const names = [...text.matchAll(REFERENCE)].map(([, name = '']) => name);
  return { ...Object.fromEntries(names.map((name) => [name, standIn(name)])), ...withoutEmpty(environment) };
}

function standIn(name: string): string {
  const word = name.toLowerCase().replaceAll('_', '-');
  return /url$/iu.test(name) ? `https://${word}.invalid` : word;
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
}

/** `behalf test`. */
export function addTestCommand(program: Command, environment: Environment): void {
  program
    .command('test')
    .description('play the tests of recipes (*.test.yaml beside them), without calling anybody')
    .argument('[folder]', 'recipes/, or the folder that holds it', environment['CONFIG_DIR'] ?? '.')
    .option('--filter <text>', 'only tests whose file or name holds this')
    .option('--json', 'print the results as JSON')
    .action(async (folder: string, options: Pick<TestOptions, 'filter' | 'json'>) => {
      const configDir = basename(resolve(folder)) === 'recipes' ? dirname(resolve(folder)) : folder;
      const result = await runTests({ ...options, configDir, environment });
      process.stdout.write(result.output);
      process.exitCode = result.exitCode;
    });
}

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build, transform } from 'esbuild';
import { identityOnce, laterEntries, laterPackages, undiciInParts, zodOnce } from './build-plugins.js';
import { SERVICE_FLAGS } from './service-flags.js';

/**
 * Builds the service into a few files, one for each driver: to find, read and compile a thousand takes most of the time of
 * a start, and what is not asked for takes no memory. Nothing is minified, so that stack traces can be read.
 */

const ROOT = join(__dirname, '..');
/** Another folder can be named, two below the root: connectors and app package are found from there. */
const OUT = resolve(ROOT, process.argv[2] ?? 'dist/src');

/** What a service that traces nothing does not load. The API of OpenTelemetry stays inside: the metrics load it, too. */
const TRACES = ['@opentelemetry/sdk-trace', '@opentelemetry/resources', '@opentelemetry/exporter-trace-otlp-http'];

/** Native code, files that are sent as they are, and what no start with plain keys loads. */
const EXTERNAL = [
  ...['libsql', '@microsoft/teams-js', '@readme/openapi-parser', '@aws-sdk/client-kms', '@azure/keyvault-keys'],
  ...TRACES,
];

/** Compiled ahead though the start that the build makes does not reach them: it has no Redis. */
const ALSO_AHEAD = ['adapters/redis/index.ts', 'adapters/redis/bullmq.ts'];

const OPTIONS = { platform: 'node', target: 'node20', charset: 'ascii', legalComments: 'none' } as const;

/** How esbuild ends a module that is asked for with `require()`: a copy, of which each use would go two ways. */
const COPIED = 'module.exports = __toCommonJS(stdin_exports);';
const DIRECT = "module.exports = __defProp(stdin_exports, '__esModule', { value: true });";

async function main(): Promise<void> {
  rmSync(OUT, { recursive: true, force: true });
  await build({
    ...OPTIONS,
    bundle: true,
    format: 'cjs',
    logLevel: 'warning',
    entryPoints: [join(ROOT, 'src/launch.ts')],
    outfile: join(OUT, 'main.js'),
  });
  const ahead = spawnSync(
    process.execPath,
    [...SERVICE_FLAGS, join(ROOT, 'scripts/compile-ahead.mjs'), join(OUT, 'main.js'), ...(await buildService())],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      // Settings of whoever builds would be settings of the service that is run for it.
      env: { PATH: process.env['PATH'] },
    },
  );
  if (ahead.status !== 0) console.warn('The code could not be compiled ahead: the service starts, more slowly');
}

/** Names the files that are compiled ahead although the start that the build makes does not load them. */
async function buildService(): Promise<readonly string[]> {
  const { outputFiles, metafile } = await build({
    ...OPTIONS,
    bundle: true,
    // The one form in which what is loaded later gets files of its own.
    format: 'esm',
    splitting: true,
    write: false,
    metafile: true,
    logLevel: 'warning',
    absWorkingDir: ROOT,
    entryPoints: { service: join(ROOT, 'src/main.ts'), ...laterEntries },
    outdir: OUT,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    external: EXTERNAL,
    plugins: [undiciInParts, laterPackages, identityOnce, zodOnce],
  });
  for (const { path, text } of outputFiles) writeFileSync(path, await asFunction(text), 'latin1');
  return Object.entries(metafile.outputs)
    .filter(([, { entryPoint }]) => entryPoint !== undefined && ALSO_AHEAD.includes(entryPoint))
    .map(([path]) => `./${basename(path)}`);
}

/** A module as Node wraps one, so that the code that is compiled ahead is that of the file. One byte a character: half the memory. */
async function asFunction(module: string): Promise<string> {
  const { code } = await transform(module, {
    ...OPTIONS,
    format: 'cjs',
    // `import()` needs a module of its own.
    supported: { 'dynamic-import': false },
  });
  const body = inAscii(code.replace(COPIED, DIRECT));
  return `(function (exports, require, module, __filename, __dirname) {${body}})`;
}

/** esbuild leaves characters as they are in tagged templates and regular expressions: they would be cut to one byte. */
function inAscii(code: string): string {
  const after = /\\[^\0-\x7f].{0,20}/.exec(code)?.[0];
  if (after) throw new Error(`A backslash in front of a character would be lost: ${after}`);
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

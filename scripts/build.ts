import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import * as undici from 'undici';
import { SERVICE_FLAGS } from './service-flags.js';

/**
 * Builds the service into two files: to find, read and compile a thousand takes most of the time of a start. Nothing is
 * minified, so that stack traces can be read.
 */

const ROOT = join(__dirname, '..');
/** Another folder can be named, two below the root: connectors and app package are found from there. */
const OUT = resolve(ROOT, process.argv[2] ?? 'dist/src');

/** What a service that traces nothing does not load. The API of OpenTelemetry stays inside: the metrics load it, too. */
const TRACES = ['@opentelemetry/sdk-trace', '@opentelemetry/resources', '@opentelemetry/exporter-trace-otlp-http'];

/** Native code, files that are sent as they are, and what a start on the embedded store with plain keys does not load. */
const EXTERNAL = [
  ...['libsql', '@microsoft/teams-js', '@readme/openapi-parser', 'bullmq', 'ioredis'],
  ...['@aws-sdk/client-kms', '@azure/keyvault-keys'],
  ...TRACES,
];

/** undici brings a browser's whole network along; these two are what a service starts with, the others wait until they are used. */
const UNDICI_PARTS: ReadonlyMap<string, string> = new Map([
  ['Agent', 'undici/lib/dispatcher/agent.js'],
  ['buildConnector', 'undici/lib/core/connect.js'],
]);

const undiciInParts: Plugin = {
  name: 'undici-in-parts',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: 'undici-in-parts' }));
    onLoad({ filter: /./, namespace: 'undici-in-parts' }, () => ({
      resolveDir: ROOT,
      contents: [
        // What the package does itself when it is loaded whole.
        "Object.assign(require('undici/lib/dispatcher/dispatcher.js').prototype, require('undici/lib/api'));",
        ...Object.keys(undici)
          .filter((name) => name !== 'default')
          .map((name) => {
            const part = UNDICI_PARTS.get(name);
            const value = part === undefined ? `require('undici/index.js').${name}` : `require('${part}')`;
            return `Object.defineProperty(exports, '${name}', { enumerable: true, get: () => ${value} });`;
          }),
      ].join('\n'),
    }));
  },
};

/** The Bot Framework requires it at start, in one form; what imports it for a key vault would bring the other form along. */
const identityOnce: Plugin = {
  name: 'identity-once',
  setup({ onResolve }) {
    onResolve({ filter: /^@azure\/identity$/ }, ({ kind, path }) =>
      kind === 'require-call' ? undefined : { path, external: true },
    );
  },
};

async function main(): Promise<void> {
  rmSync(OUT, { recursive: true, force: true });
  const options = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' } as const;
  await build({ ...options, entryPoints: [join(ROOT, 'src/launch.ts')], outfile: join(OUT, 'main.js') });
  await build({
    ...options,
    entryPoints: [join(ROOT, 'src/main.ts')],
    outfile: join(OUT, 'service.js'),
    external: EXTERNAL,
    plugins: [undiciInParts, identityOnce],
    // As `import()`, which needs a module of its own, or as `require()`, what is loaded later stays in the one file.
    supported: { 'dynamic-import': false },
    // One byte a character: half the memory.
    charset: 'ascii',
    legalComments: 'none',
    // As Node wraps a module, so that the code that is compiled ahead is that of the file.
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
    footer: { js: '})' },
  });
  const ahead = spawnSync(
    process.execPath,
    [...SERVICE_FLAGS, join(ROOT, 'scripts/compile-ahead.mjs'), join(OUT, 'service.js')],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      // Settings of whoever builds would be settings of the service that is run for it.
      env: { PATH: process.env['PATH'] },
    },
  );
  if (ahead.status !== 0) console.warn('The code could not be compiled ahead: the service starts, more slowly');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

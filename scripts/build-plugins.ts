import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** How the build keeps out of a start what no start needs. Each part of the service finds there what it looks for. */

const ROOT = join(__dirname, '..');

/** Packages that others load at their start and use in few cases, or never here. Each gets a file, loaded at its first use. */
const LATER = [
  ...['@slack/oauth', '@slack/socket-mode', 'express', 'raw-body'],
  ...['@azure/identity', '@azure/msal-node', 'axios', 'botframework-streaming', 'whatwg-url', 'simple-oauth2'],
];

/** What a start needs of such a package all the same, and of undici, which brings a browser's whole network along. */
const PARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  undici: {
    Agent: "require('undici/lib/dispatcher/agent.js')",
    buildConnector: "require('undici/lib/core/connect.js')",
  },
  'botframework-streaming': {
    RequestHandler: "require('botframework-streaming/lib/requestHandler.js').RequestHandler",
  },
};

const fileOf = (name: string): string => `later-${name.replace('@', '').replace('/', '-')}`;

/** Entry points of the build: the packages that are loaded at their first use. */
export const laterEntries: Readonly<Record<string, string>> = Object.fromEntries(
  [...LATER, 'undici'].map((name) => [fileOf(name), require.resolve(name)]),
);

/** Stands in for such a package: the same names, each of which loads it when it is used. */
export const laterPackages: Plugin = {
  name: 'later-packages',
  setup({ onLoad, onResolve }) {
    const filter = new RegExp(`^(?:${LATER.join('|')})$`);
    onResolve({ filter }, ({ kind, path }) => (kind === 'require-call' ? { path, namespace: 'later' } : undefined));
    onResolve({ filter: /^\.\/later-/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({ resolveDir: ROOT, contents: standIn(path) }));
  },
};

function standIn(name: string): string {
  const real: object = require(name);
  const later = `require('./${fileOf(name)}.js').default`;
  const start = typeof real === 'function' ? `module.exports = (...args) => ${later}(...args);` : '';
  const mark = '__esModule' in real ? getter('__esModule', 'true') : '';
  const keys = Object.keys(real).filter((key) => key !== 'default' || typeof real === 'function');
  return [start, mark, ...keys.map((key) => getter(key, PARTS[name]?.[key] ?? `${later}.${key}`))].join('\n');
}

function getter(name: string, value: string): string {
  return `Object.defineProperty(module.exports, '${name}', { enumerable: true, get: () => ${value} });`;
}

export const undiciInParts: Plugin = {
  name: 'undici-in-parts',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: 'undici-in-parts' }));
    onLoad({ filter: /./, namespace: 'undici-in-parts' }, () => ({
      resolveDir: ROOT,
      contents: [
        // What the package does itself when it is loaded whole.
        "Object.assign(require('undici/lib/dispatcher/dispatcher.js').prototype, require('undici/lib/api'));",
        standIn('undici'),
      ].join('\n'),
    }));
  },
};

/** The Bot Framework requires it, in one form; what imports it for a key vault would bring the other form along. */
export const identityOnce: Plugin = {
  name: 'identity-once',
  setup({ onResolve }) {
    onResolve({ filter: /^@azure\/identity$/ }, ({ kind, path }) =>
      kind === 'import-statement' || kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/** Each package of the Bot Framework brings zod along, all of them the same one. */
export const zodOnce: Plugin = {
  name: 'zod-once',
  setup({ onResolve }) {
    const one = require.resolve('zod', { paths: [require.resolve('botbuilder')] });
    onResolve({ filter: /^zod$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]bot(?:builder|framework)[\w-]*[\\/]lib[\\/]/.test(importer) ? { path: one } : undefined,
    );
  },
};

import type { Finding } from './findings.js';
import type { Import, Target } from './imports.js';

/**
 * Which folders of `src` a folder may import, besides itself. `type:` before a name: types only.
 * Drawn in docs/architecture.md; change both together, and only with a reason that outlives the change.
 */
export const DIRECTIONS: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  texts: ['kernel'],
  audit: ['kernel'],
  language: ['kernel'],
  chat: ['kernel', 'texts'],
  connections: ['kernel', 'texts'],
  connectors: ['kernel', 'texts', 'language', 'type:connections'],
  recipes: ['kernel', 'texts', 'language'],
  jobs: ['kernel', 'texts', 'chat', 'connections', 'connectors', 'recipes'],
  privacy: ['kernel', 'texts', 'chat', 'connections', 'jobs'],
  commands: ['kernel', 'texts', 'chat', 'connections', 'jobs', 'recipes', 'privacy'],
  web: ['kernel', 'texts', 'connections', 'jobs', 'recipes'],
  rehearsal: ['kernel', 'texts', 'language', 'chat', 'connectors', 'recipes'],
  doctor: ['kernel', 'connections'],
  checks: ['kernel', 'texts', 'language', 'connectors', 'recipes', 'type:connections'],
};

/** Files that read the settings of one subject each. */
const GROUPS_OF_SETTINGS = ['key-settings.ts', 'slack-settings.ts', 'teams-settings.ts', 'tracing-settings.ts'];

/** What stands above the folders and puts them together: the files at the top of `src` and the commands of the program. */
function aboveFolders(unit: string): readonly string[] | undefined {
  if (unit === 'config.ts') return ['kernel', 'settings.ts', ...GROUPS_OF_SETTINGS, 'language-settings.ts'];
  if (unit === 'language-settings.ts') return ['texts', 'settings.ts'];
  if (['settings.ts', ...GROUPS_OF_SETTINGS].includes(unit)) return ['kernel', 'settings.ts'];
  return unit.endsWith('.ts') || unit === 'compose' || unit === 'cli' ? Object.keys(DIRECTIONS) : undefined;
}

/** Packages that code in `src` may use: none of a chat platform, a store, a web server or an OAuth client. */
export const SRC_PACKAGES: ReadonlySet<string> = new Set([
  'commander',
  'fastest-levenshtein',
  'jsonata',
  'lru-cache',
  'yaml',
  'zod',
]);

/** Vendors' packages and the one adapter that knows them. */
export const VENDORS: readonly { readonly packages: RegExp; readonly adapter: string }[] = [
  { packages: /^@slack\//, adapter: 'slack' },
  { packages: /^(?:botbuilder|botframework)|^@microsoft\//, adapter: 'teams' },
  { packages: /^(?:ioredis|bullmq)$/, adapter: 'redis' },
  { packages: /^libsql$/, adapter: 'embedded' },
  { packages: /^simple-oauth2$/, adapter: 'oauth' },
  { packages: /^pino$/, adapter: 'pino' },
  { packages: /^prom-client$/, adapter: 'prometheus' },
  { packages: /^@readme\/openapi-parser$/, adapter: 'openapi' },
  { packages: /^chokidar$/, adapter: 'files' },
  { packages: /^@opentelemetry\//, adapter: 'opentelemetry' },
  { packages: /^@(?:aws-sdk|smithy)\//, adapter: 'aws-kms' },
  { packages: /^@azure\//, adapter: 'azure-key-vault' },
];

/** Folders that production code must not lean on. */
const TOOLS = ['test', 'bench', 'scripts'];

/** What is wrong with one import, if anything. */
export function judge(found: Import, target: Target): Finding | undefined {
  const [area = '', unit = ''] = found.from.split('/');
  const what = `${found.from}:${found.line} imports ${describe(target)}`;
  if (target.kind === 'computed') {
    if (!['src', 'adapters', 'playground'].includes(area)) return undefined;
    return {
      what,
      why: 'An import whose name is computed cannot be checked, bundled or found.',
      fix: 'Write the name of the module as a literal.',
    };
  }
  if (target.kind === 'builtin') return undefined;
  if (target.kind === 'package') return withWhat(what, judgePackage(area, unit, target.name));
  return withWhat(what, judgeFile({ area, unit, isTypeOnly: found.isTypeOnly }, target.file));
}

type Reason = Omit<Finding, 'what'>;

function judgePackage(area: string, unit: string, name: string): Reason | undefined {
  if (area === 'src' && !SRC_PACKAGES.has(name))
    return {
      why: 'src says what the service does; packages of vendors, stores and servers are details that can be replaced.',
      fix: `Describe what you need as a port (*.port.ts) and use ${name} in an adapter behind it. Node's own modules are written node:….`,
    };
  if (area !== 'adapters') return undefined;
  const vendor = VENDORS.find(({ packages }) => packages.test(name));
  if (vendor === undefined || vendor.adapter === unit) return undefined;
  return {
    why: 'Each vendor ends in one adapter, so that replacing it is the work of one folder.',
    fix: `Only adapters/${vendor.adapter} may use ${name}; ask for what you need through a port.`,
  };
}

function judgeFile(from: { area: string; unit: string; isTypeOnly: boolean }, file: string): Reason | undefined {
  const [area = '', unit = ''] = file.split('/');
  const isProduct = ['src', 'adapters', 'playground'].includes(from.area);
  if (isProduct && TOOLS.includes(area))
    return {
      why: 'What runs in production does not depend on tests, benchmarks or scripts.',
      fix: 'Move what both need to where it is used in production.',
    };
  if (from.area === 'playground') return area === 'playground' || area === 'package.json' ? undefined : PLAYGROUND;
  if (from.area === 'adapters') return judgeAdapter(from, file);
  if (from.area !== 'src') return undefined;
  if (area === 'adapters')
    return ['compose', 'compose.ts'].includes(from.unit)
      ? undefined
      : {
          why: 'One place decides which drivers run: everything else works with any of them.',
          fix: 'Take the port as a dependency; src/compose.ts passes the driver in.',
        };
  if (area === 'playground')
    return {
      why: 'The playground stands outside: the service has no branch for it.',
      fix: 'Talk to it over HTTP, as to the real platforms.',
    };
  if (area !== 'src') return undefined;
  return judgeDirection(from, unit);
}

function judgeDirection(from: { unit: string; isTypeOnly: boolean }, unit: string): Reason | undefined {
  if (from.unit === unit) return undefined;
  const allowed = DIRECTIONS[from.unit] ?? aboveFolders(from.unit);
  if (allowed === undefined)
    return {
      why: 'Every folder of src has its place in the directions.',
      fix: `Put the file into an existing folder, or add src/${from.unit} to test/architecture/support/directions.ts and docs/architecture.md.`,
    };
  if (allowed.includes(unit) || isPartOfTop(from.unit, unit)) return undefined;
  if (allowed.includes(`type:${unit}`)) return from.isTypeOnly ? undefined : typesOnly(from.unit, unit);
  const names = allowed.length === 0 ? 'nothing' : allowed.map((name) => name.replace('type:', 'types of ')).join(', ');
  return {
    why: `Imports between folders go one way, so that each can be read alone. src/${from.unit} may import ${names}.`,
    fix: 'Let the outer part pass in what is needed (a port, a function, a value), or move the code to where it belongs.',
  };
}

/** Files at the top may use each other, but not the entry, and only the entry uses the commands. */
function isPartOfTop(from: string, to: string): boolean {
  if (from in DIRECTIONS || from === 'config.ts' || to in DIRECTIONS || to === 'main.ts') return false;
  return to !== 'cli' || from === 'main.ts';
}

function judgeAdapter(from: { unit: string; isTypeOnly: boolean }, file: string): Reason | undefined {
  const [area = '', unit = ''] = file.split('/');
  if (area === 'adapters')
    return unit === from.unit
      ? undefined
      : {
          why: 'Adapters are replaced one by one; none may need another.',
          fix: 'Move what both need to src/kernel, or let src/compose.ts connect them through a port.',
        };
  if (area === 'playground')
    return {
      why: 'The playground stands outside the service.',
      fix: 'Talk to it over HTTP, as to the real platforms.',
    };
  if (area !== 'src' || ['kernel', 'chat', 'texts'].includes(unit) || file.endsWith('.port.ts')) return undefined;
  if (from.isTypeOnly && ['connections', 'jobs'].includes(unit)) return undefined;
  return {
    why: 'An adapter knows ports, the types they speak in, the kernel, the texts and the chat model; never a service.',
    fix: 'Import a port or (with `import type`) its types, and let src/compose.ts pass in the rest.',
  };
}

const PLAYGROUND: Reason = {
  why: 'The playground stands outside the service and knows it only as the real platforms do: over HTTP.',
  fix: 'Define what you need in playground/, or speak to the service over HTTP.',
};

function typesOnly(from: string, to: string): Reason {
  return {
    why: `src/${from} knows what src/${to} speaks about, not how it works.`,
    fix: 'Write `import type`, or take a value as a dependency.',
  };
}

function withWhat(what: string, reason: Reason | undefined): Finding | undefined {
  return reason && { what, ...reason };
}

function describe(target: Target): string {
  if (target.kind === 'file') return target.file;
  return target.kind === 'computed' ? 'a module whose name is computed' : target.name;
}

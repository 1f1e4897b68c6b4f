import { expectNone, type Finding } from './support/findings.js';
import { type GlobalUse, readGlobals } from './support/globals.js';
import { codeBelow, read } from './support/repository.js';

const REASONS: Readonly<Record<GlobalUse['what'], Omit<Finding, 'what'>>> = {
  environment: {
    why: 'One file reads the environment: all mistakes are found at start-up, and tests pass settings in.',
    fix: 'Add the setting to src/config.ts and take it as a value.',
  },
  mode: {
    why: 'Code that behaves differently under test is code that is not tested.',
    fix: 'Take what differs (a limit, a clock, an address) as a dependency.',
  },
  time: {
    why: 'What reads the clock by itself cannot be tested without waiting.',
    fix: 'Take a Clock (src/kernel/clock.port.ts).',
  },
  chance: {
    why: 'Ids and secrets come from one place, where their strength can be seen.',
    fix: 'Use src/kernel/ids.ts.',
  },
};

/** Who may read what. The kernel holds the clock and the source of ids. */
const ALLOWED: Readonly<Record<GlobalUse['what'], RegExp>> = {
  environment: /^src\/(?:config|main)\.ts$/,
  mode: /^src\/(?:config|settings|main)\.ts$/,
  time: /^src\/kernel\/system-clock\.ts$/,
  chance: /^src\/kernel\//,
};

function findingsIn(files: readonly string[], kinds: readonly GlobalUse['what'][]): readonly Finding[] {
  return files.flatMap((file) =>
    readGlobals(file, read(file))
      .filter(({ what }) => kinds.includes(what) && !ALLOWED[what].test(file))
      .map(({ line, what, text }) => ({ what: `${file}:${line} uses ${text}`, ...REASONS[what] })),
  );
}

describe('production code', () => {
  it('reads the environment in src/config.ts only', () => {
    expectNone(findingsIn(codeBelow('src', 'adapters'), ['environment']));
  });

  it('does not ask whether it is being tested', () => {
    expectNone(findingsIn(codeBelow('src', 'adapters'), ['mode']));
  });

  it('takes time and chance from outside', () => {
    expectNone(findingsIn(codeBelow('src'), ['time', 'chance']));
  });
});

describe('the reader of globals', () => {
  it.each([
    ['const port = process.env.PORT;', 'environment'],
    ["const port = process['env'].PORT;", 'environment'],
    ['const { env } = process;', 'environment'],
    ["import { env } from 'node:process';", 'environment'],
    ["if (settings['NODE_ENV'] === 'test') skip();", 'mode'],
    ['const now = Date.now();', 'time'],
    ['const now = new Date();', 'time'],
    ['setTimeout(check, 5);', 'time'],
    ['const id = randomUUID();', 'chance'],
    ['const id = crypto.randomBytes(8);', 'chance'],
    ['const id = Math.random();', 'chance'],
  ])('sees %s', (text, what) => {
    expect(readGlobals('src/x.ts', text).map((use) => use.what)).toContain(what);
  });

  it.each(['// process.env is read elsewhere', 'const day = new Date(ms);', 'const now = clock.now();'])(
    'lets %s pass',
    (text) => {
      expect(readGlobals('src/x.ts', text)).toEqual([]);
    },
  );
});

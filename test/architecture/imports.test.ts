import { findCircles } from './support/circles.js';
import { DIRECTIONS, judge } from './support/directions.js';
import { expectNone, type Finding } from './support/findings.js';
import { type Import, readImports, resolveImport, type Target } from './support/imports.js';
import { codeBelow, exists, read } from './support/repository.js';

interface Resolved {
  readonly found: Import;
  readonly target: Target;
}

const files = codeBelow('src', 'adapters', 'playground', 'test', 'bench', 'scripts');
const known = new Set(files);
const imports: readonly Resolved[] = files
  .flatMap((file) => readImports(file, read(file)))
  .map((found) => ({ found, target: resolveImport(found, (file) => known.has(file)) }));

describe('imports', () => {
  it('go in the allowed directions', () => {
    expect(imports.length).toBeGreaterThan(100);
    expectNone(imports.map(({ found, target }) => judge(found, target)).filter((finding) => finding !== undefined));
  });

  it('lead to files that exist', () => {
    expectNone(
      imports.flatMap(({ found, target }) =>
        target.kind === 'file' && !exists(target.file)
          ? [
              {
                what: `${found.from}:${found.line} imports ${target.file}, which is not there`,
                why: 'A file was renamed or is not committed.',
                fix: 'Correct the import.',
              },
            ]
          : [],
      ),
    );
  });

  it('make no circle between files', () => {
    expectNone(
      circlesIn(
        graph((file) => file),
        'files',
      ),
    );
  });

  it('make no circle between folders', () => {
    expectNone(circlesIn(graph(unitOf), 'folders'));
  });
});

describe('the directions', () => {
  it('have no circle themselves', () => {
    const edges = Object.entries(DIRECTIONS).map(
      ([folder, allowed]) => [folder, new Set(allowed.map((name) => name.replace('type:', '')))] as const,
    );

    expect(findCircles(new Map(edges))).toEqual([]);
  });

  it.each([
    ['src/kernel/errors.ts', '../chat/message.js'],
    ['src/connections/login.ts', '../jobs/job.js'],
    ['src/jobs/run.ts', '../../adapters/slack/index.js'],
    ['src/jobs/run.ts', '@slack/bolt'],
    ['src/jobs/run.ts', 'fs'],
    ['src/web/pages.ts', '../../playground/people.js'],
    ['src/web/pages.ts', '../commands/help.js'],
    ['src/chat/message.ts', '../../test/support/people.js'],
    ['src/connectors/call.ts', '../connections/refresh.js'],
    ['src/unheard/of.ts', '../kernel/errors.js'],
    ['src/cli/check.ts', '../../adapters/redis/index.js'],
    ['src/check.ts', './cli/check.js'],
    ['src/config.ts', './compose.js'],
    ['src/web/pages.ts', '../config.js'],
    ['src/cli/start.ts', '../main.js'],
    ['adapters/slack/index.ts', '../teams/index.js'],
    ['adapters/slack/index.ts', '../../src/config.js'],
    ['adapters/slack/index.ts', '../../src/commands/help.js'],
    ['adapters/slack/index.ts', '../../src/jobs/job-runner.js'],
    ['adapters/redis/index.ts', 'botbuilder'],
    ['playground/main.ts', '../src/kernel/errors.js'],
    ['playground/main.ts', '../adapters/slack/index.js'],
    ['playground/main.ts', '../test/support/people.js'],
  ])('refuse %s → %s', (from, specifier) => {
    const found = { from, line: 1, specifier, isTypeOnly: false };

    expect(
      judge(
        found,
        resolveImport(found, (file) => file.endsWith('.ts')),
      ),
    ).toMatchObject({
      what: expect.stringContaining(from),
    });
  });

  it.each([
    ['src/compose.ts', '../adapters/slack/index.js', false],
    ['src/main.ts', './cli/start.js', false],
    ['src/cli/check.ts', '../check.js', false],
    ['src/compose/stores.ts', '../../adapters/redis/index.js', false],
    ['src/connectors/call.ts', '../connections/connection.js', true],
    ['src/recipes/recipe.ts', 'zod', false],
    ['src/web/pages.ts', 'node:crypto', false],
    ['adapters/redis/store.ts', '../../src/jobs/job.js', true],
    ['adapters/redis/store.ts', '../../src/jobs/job-store.port.js', false],
    ['adapters/slack/index.ts', '@slack/bolt', false],
    ['test/unit/a.test.ts', '../../src/jobs/job.js', false],
  ])('allow %s → %s', (from, specifier, isTypeOnly) => {
    const found = { from, line: 1, specifier, isTypeOnly };

    expect(
      judge(
        found,
        resolveImport(found, (file) => file.endsWith('.ts')),
      ),
    ).toBeUndefined();
  });
});

describe('the reader of imports', () => {
  it.each([
    ["import { a } from './a.js';", './a.js', false],
    ["import type { A } from './a.js';", './a.js', true],
    ["import { type A, type B } from './a.js';", './a.js', true],
    ["import { type A, b } from './a.js';", './a.js', false],
    ["import './a.js';", './a.js', false],
    ["export { a } from './a.js';", './a.js', false],
    ["export type { A } from './a.js';", './a.js', true],
    ["export * from './a.js';", './a.js', false],
    ["import a = require('./a.js');", './a.js', false],
    ["const a = require('./a.js');", './a.js', false],
    ["const a = await import('./a.js');", './a.js', false],
    ["type A = typeof import('./a.js');", './a.js', true],
    ['const a = await import(name);', undefined, false],
  ])('sees %s', (text, specifier, isTypeOnly) => {
    expect(readImports('src/x.ts', text)).toEqual([{ from: 'src/x.ts', line: 1, specifier, isTypeOnly }]);
  });

  it('finds circles', () => {
    const edges = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ]);

    expect(findCircles(edges)).toEqual([['b', 'c']]);
  });
});

/** The folder below `src`, `adapters` or `playground`; files at the top count by themselves. */
function unitOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

function graph(name: (file: string) => string): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, Set<string>>();
  for (const { found, target } of imports) {
    if (target.kind !== 'file' || !known.has(target.file)) continue;
    const [from, to] = [name(found.from), name(target.file)];
    if (from !== to) edges.set(from, (edges.get(from) ?? new Set()).add(to));
  }
  return edges;
}

function circlesIn(edges: ReadonlyMap<string, ReadonlySet<string>>, things: string): readonly Finding[] {
  return findCircles(edges).map((circle) => ({
    what: [...circle, circle[0]].join(' → '),
    why: `A circle of ${things} can only be understood, tested and replaced as a whole.`,
    fix: 'Move what both need below both, or pass it in.',
  }));
}

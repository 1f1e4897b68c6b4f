import { z } from 'zod';
import { expectNone } from './support/findings.js';
import { tableRowsOf } from './support/markdown.js';
import { read } from './support/repository.js';

const PAGE = 'docs/dependencies.md';
const Names = z.record(z.string(), z.string());
const manifest = z.object({ dependencies: Names, devDependencies: Names }).parse(JSON.parse(read('package.json')));
const { packages } = z
  .object({ packages: z.record(z.string(), z.object({ license: z.string().optional(), dev: z.boolean().optional() })) })
  .parse(JSON.parse(read('package-lock.json')));

/** The rows of the table below a heading: name, licence, last release. */
function listed(heading: string): readonly (readonly [string, string, string])[] {
  const section =
    read(PAGE)
      .split(/^## /m)
      .find((part) => part.startsWith(heading)) ?? '';
  return tableRowsOf(section).map(({ cells: [name = '', licence = '', release = ''] }) => [
    name.replaceAll('`', ''),
    licence,
    release,
  ]);
}

describe.each([
  ['In production', manifest.dependencies],
  ['In development', manifest.devDependencies],
] as const)('the dependencies %s', (heading, dependencies) => {
  const rows = listed(heading);

  it('are all reviewed, with the licence that they have, and no others', () => {
    expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(dependencies).sort());
    for (const [name, licence] of rows)
      expect([name, licence]).toEqual([name, packages[`node_modules/${name}`]?.license]);
  });

  it('say when their last release was', () => {
    expect(rows.filter(([, , release]) => !/^20\d\d-\d\d \(\d+\.\d+\.\d+\)$/.test(release))).toEqual([]);
  });

  it('are pinned to one version each', () => {
    expect(Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

describe('what comes along in production', () => {
  it('has a licence that is on the list', () => {
    const [, sentence = ''] = /bring along: ([^\n]+?)\. Anything/.exec(read(PAGE)) ?? [];
    const allowed = new Set(sentence.split(', '));

    expect(allowed.size).toBeGreaterThan(3);
    expectNone(
      Object.entries(packages)
        .filter(([folder, { dev, license }]) => folder !== '' && !dev && !allowed.has(license ?? ''))
        .map(([folder, { license }]) => ({
          what: `${folder} has the licence ${license ?? 'none'}`,
          why: `It is not on the list in ${PAGE}: whoever ships the image must be able to keep to it.`,
          fix: 'Use another package, or read the licence and add it to the list.',
        })),
    );
  });
});

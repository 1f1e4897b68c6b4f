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

/** Name and licence of each row, in the table below a heading. */
function listed(heading: string): ReadonlyMap<string, string> {
  const section =
    read(PAGE)
      .split(/^## /m)
      .find((part) => part.startsWith(heading)) ?? '';
  return new Map(
    tableRowsOf(section).map(({ cells: [name = '', licence = ''] }) => [name.replaceAll('`', ''), licence]),
  );
}

describe.each([
  ['In production', manifest.dependencies],
  ['In development', manifest.devDependencies],
] as const)('the dependencies %s', (heading, dependencies) => {
  const rows = listed(heading);

  it('are all reviewed, with the licence that they have, and no others', () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(dependencies).sort());
    for (const [name, licence] of rows)
      expect([name, licence]).toEqual([name, packages[`node_modules/${name}`]?.license]);
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

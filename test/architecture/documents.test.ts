import path from 'node:path';
import { z } from 'zod';
import { createMetrics } from '../../adapters/prometheus/index.js';
import { expectNone, type Finding } from './support/findings.js';
import { anchorsOf, codeOf, inlineCodeOf, linksOf, type Piece, tableRowsOf } from './support/markdown.js';
import { codeBelow, exists, filesBelow, read } from './support/repository.js';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'adapters/README.md',
  'deploy/README.md',
  ...filesBelow('docs').filter((file) => file.endsWith('.md')),
];

/** Folders of the repository; `recipes/` and `connectors/` are named as folders of an installation. */
const PATH = /^(?:src|adapters|test|playground|docs|scripts|bench|schemas|appPackage|deploy|\.ci)\/[\w./-]*$/;
/** Made by a command, not committed. */
const MADE = /\.zip$/;

const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));

function findIn(
  pieces: (markdown: string) => readonly Piece[],
  judge: (text: string, document: string) => Finding | undefined,
): readonly Finding[] {
  return DOCUMENTS.filter(exists).flatMap((document) =>
    pieces(read(document)).flatMap(({ text, line }) => {
      const finding = judge(text, document);
      return finding ? [{ ...finding, what: `${document}:${line} ${finding.what}` }] : [];
    }),
  );
}

describe('the documents', () => {
  it.each(DOCUMENTS)('include %s', (document) => {
    expect(exists(document)).toBe(true);
  });

  it('name paths that exist', () => {
    expectNone(
      findIn(inlineCodeOf, (text) =>
        PATH.test(text) && !MADE.test(text) && !exists(text)
          ? {
              what: `names ${text}, which is not there`,
              why: 'People look for what a document names.',
              fix: 'Correct the path, or write <name> for a part that varies.',
            }
          : undefined,
      ),
    );
  });

  it('link to pages and headings that exist', () => {
    expectNone(
      findIn(linksOf, (target, document) => {
        if (/^[a-z]+:/.test(target)) return undefined;
        const [file = '', anchor] = target.split('#');
        const page = file === '' ? document : path.posix.join(path.posix.dirname(document), file);
        const isThere = exists(page) && (anchor === undefined || anchorsOf(read(page)).has(anchor));
        return isThere
          ? undefined
          : {
              what: `links to ${target}, which is not there`,
              why: 'A dead link ends the reading.',
              fix: 'Correct it.',
            };
      }),
    );
  });

  it('name npm scripts that exist', () => {
    expectNone(
      findIn(codeOf, (text) => {
        const names = [...text.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(test|start)\b)/g)].map(
          ([, run, short]) => run ?? short ?? '',
        );
        const unknown = names.find((name) => !(name in scripts));
        return unknown === undefined
          ? undefined
          : {
              what: `names npm run ${unknown}, which package.json does not have`,
              why: 'People copy commands.',
              fix: 'Correct it.',
            };
      }),
    );
  });

  it('name commands of behalf that exist', () => {
    const known = new Set(
      ['src/main.ts', ...codeBelow('src/cli')].flatMap((file) =>
        [...read(file).matchAll(/\.command\('([\w-]+)'/g)].map(([, name = '']) => name),
      ),
    );

    expect(known).toContain('check');
    expectNone(
      findIn(codeOf, (text) => {
        const [, first, second] = /(?:^|\s)behalf ([a-z]+)(?: ([a-z]+))?(?=\s|$)/.exec(text) ?? [];
        const unknown = [first, second].find((name) => name !== undefined && !known.has(name));
        return unknown === undefined
          ? undefined
          : { what: `names behalf ${text}`, why: `There is no command ${unknown}.`, fix: 'Correct it.' };
      }),
    );
  });

  it('describe every adapter', () => {
    const rows = tableRowsOf(read('adapters/README.md')).map(({ cells }) => cells[0] ?? '');
    const folders = new Set(
      filesBelow('adapters')
        .map((file) => file.split('/'))
        .filter((parts) => parts.length > 2)
        .map((parts) => parts[1] ?? ''),
    );

    expectNone(
      [...folders]
        .filter((folder) => !rows.some((cell) => cell.includes(`\`${folder}\``)))
        .map((folder) => ({
          what: `adapters/${folder} has no row in adapters/README.md`,
          why: 'The table is how one finds which driver stands behind which port.',
          fix: 'Add a row: adapter, ports, packages, settings, contract suite.',
        })),
    );
  });

  it('explain every metric', async () => {
    const rendered = await createMetrics().render();
    const names = [...rendered.matchAll(/^# HELP (behalf_\w+)/gm)].map(([, name = '']) => name);
    const documented = tableRowsOf(read('docs/operations.md')).flatMap(({ cells }) =>
      [...(cells[0] ?? '').matchAll(/`(behalf_\w+)`/g)].map(([, name = '']) => name),
    );

    expect(names.length).toBeGreaterThan(10);
    expect([...documented].sort()).toEqual([...names].sort());
  });

  it('name tests that exist', () => {
    const rows = tableRowsOf(read('SECURITY.md')).filter(({ cells }) => cells.at(-1)?.includes('test/'));

    expect(rows.length).toBeGreaterThan(10);
    expectNone(
      rows.flatMap(({ cells, line }) => {
        const quoted = [...(cells.at(-1) ?? '').matchAll(/`(test\/[^`]+)`:\s*“([^”]+)”/g)];
        const missing = quoted.filter(([, file = '', name = '']) => !exists(file) || !read(file).includes(name));
        if (quoted.length > 0 && missing.length === 0) return [];
        return [
          {
            what: `SECURITY.md:${line} names ${missing.map(([, file, name]) => `“${name}” in ${file}`).join(', ') || 'no test'}`,
            why: 'A defence counts when a test attacks it.',
            fix: 'Write `test/…`: “name of the test” as it stands in that file.',
          },
        ];
      }),
    );
  });
});

import path from 'node:path';
import { z } from 'zod';
import { createMetrics } from '../../adapters/prometheus/index.js';
import { isBeyondRecipes } from '../../src/jobs/steps/failures.js';
import { BehalfError, ERROR_CODES, type ErrorCode } from '../../src/kernel/errors.js';
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

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}

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

/** What can be done to logins that begin in a chat, and to a bot that holds them: each has its row, whatever others there are. */
const THREATS: Readonly<Record<string, readonly RegExp[]>> = {
  'forwarded logins': [
    /login link is forwarded/,
    /forwards the provider's address/,
    /Who signed in is forged/,
    /scanner/,
  ],
  'state and codes': [/`state` is replayed/, /authorization code is stolen/, /mix-up/, /login code is guessed/],
  'redirects, frames and markup': [/made to lead elsewhere/, /is kept, framed/, /markup on our page/, /hostile page/],
  leaks: [/Secrets in logs/, /crash, or a command/, /private answer is seen/],
  'the store': [/reads the store/, /writes to the store: copies/, /row is changed/, /covers up/, /collide in Redis/],
  platforms: [/replayed Slack/, /Forged Teams/, /Teams requests of another/, /foreign `serviceUrl`/, /starts without/],
  parsers: [/break a parser/],
  'calls inside the network': [/\(SSRF\)/, /endpoints of a connection/, /sends a credential elsewhere/],
  'identities across tenants': [/id is that of a person elsewhere/, /A guest/, /token of one workspace/],
  "somebody else's button": [/Somebody else presses/, /options of another's form/],
  others: [
    /asked for more than/,
    /outlive the person/,
    /does not let in/,
    /Large bodies/,
    /computes for ever/,
    /Two refreshes/,
  ],
};

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

  it('describe every port', () => {
    const table = tableRowsOf(read('docs/architecture.md')).filter(({ head }) => head === 'Port');
    const described = table.flatMap(({ cells }) =>
      [...(cells[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, file]) => file),
    );

    expectNone(
      filesBelow('src')
        .filter((file) => file.endsWith('.port.ts') && !described.includes(file))
        .map((file) => ({
          what: `${file} has no row in docs/architecture.md`,
          why: 'The table is how one finds what a driver must hold.',
          fix: 'Add a row: port, file, what it must hold, drivers.',
        })),
    );
  });

  it('explain every error: who has to act, and whether a step of a recipe can', () => {
    const rows = tableRowsOf(read('docs/errors.md')).map(({ cells: [code = '', who = ''] }) => [
      code.slice(1, -1),
      who,
    ]);
    const inSteps = (read('docs/errors.md').split(/^## /m)[1] ?? '')
      .split('\n')
      .flatMap((line) => /^\| `(.+?)`/.exec(line)?.[1] ?? []);

    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(ERROR_CODES).map(([code, { audience }]) => [code, audience])),
    );
    expect(rows).toHaveLength(Object.keys(ERROR_CODES).length);
    expect(inSteps.length).toBeGreaterThan(10);
    const beyond = Object.keys(ERROR_CODES)
      .filter(isErrorCode)
      .filter((code) => isBeyondRecipes(new BehalfError(code, '')));
    expect(inSteps.filter((code) => beyond.some((one) => one === code))).toEqual([]);
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

  it('have a row for every threat', () => {
    const rows = tableRowsOf(read('docs/security.md')).filter(({ head }) => head === 'Threat');
    const missing = Object.values(THREATS)
      .flat()
      .filter((threat) => !rows.some(({ cells }) => threat.test(cells[0] ?? '')));

    expect(missing).toEqual([]);
  });

  it('name a test for every threat, and the test is there', () => {
    const rows = tableRowsOf(read('docs/security.md')).filter(({ head }) => head === 'Threat');

    expect(rows.length).toBeGreaterThan(50);
    expectNone(
      rows.flatMap(({ cells, line }) => {
        const quoted = [...(cells.at(-1) ?? '').matchAll(/`(test\/[^`]+)`:\s*“([^”]+)”/g)];
        const missing = quoted.filter(([, file = '', name = '']) => !exists(file) || !read(file).includes(name));
        if (quoted.length > 0 && missing.length === 0) return [];
        return [
          {
            what: `docs/security.md:${line} names ${missing.map(([, file, name]) => `“${name}” in ${file}`).join(', ') || 'no test'}`,
            why: 'A defence counts when a test attacks it.',
            fix: 'Write `test/…`: “name of the test” as it stands in that file.',
          },
        ];
      }),
    );
  });
});

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '../../src/cli/test.js';

const ROOT = path.resolve(__dirname, '../..');

describe.each(['playground/config', 'examples/github'])('The recipe tests of %s', (folder) => {
  test('pass without any setting', async () => {
    const { exitCode, output } = await runTests({ configDir: path.join(ROOT, folder), environment: {} });

    expect(output).not.toContain('FAILED');
    expect(output).toMatch(/[1-9]\d* passed, 0 failed\n$/);
    expect(exitCode).toBe(0);
  });
});

describe('behalf test', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'behalf-recipe-tests-'));
    cpSync(path.join(ROOT, 'playground/config'), folder, {
      recursive: true,
      filter: (name) => !name.endsWith('.test.yaml'),
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The lines of the output for one file of tests. */
  async function play(recipe: string, tests: string, more: { readonly filter?: string } = {}) {
    writeFileSync(path.join(folder, `recipes/${recipe}.test.yaml`), `tests:\n${tests}`);
    const { exitCode, output } = await runTests({ configDir: folder, environment: {}, ...more });
    return { exitCode, lines: output.trimEnd().split('\n') };
  }

  const FOUND = 'output: { total: 0, items: [] }';

  test('shows what differs in input, request, reply and end, each at its place', async () => {
    const { exitCode, lines } = await play(
      'find-opportunities',
      `  - name: finds
    parameters: { account: Acme }
    actions:
      - action: acme_crm.find_opportunities
        input: { account: Globex }
        request: { method: POST, query: { account: Acme } }
        ${FOUND}
    replies:
      - text: Something else
        visible_to: channel
    status: failed
`,
    );

    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      'FAILED  recipes/find-opportunities.test.yaml:2 finds',
      '  recipes/find-opportunities.test.yaml:10:15 the text is another one',
      '    - Something else',
      '    + Acme has no opportunities.',
      '  recipes/find-opportunities.test.yaml:11:21 others see it than expected',
      '    - channel',
      '    + user',
      '  recipes/find-opportunities.test.yaml:6:16 the input differs',
      '      {',
      '    -   "account": "Globex"',
      '    +   "account": "Acme"',
      '      }',
      '  recipes/find-opportunities.test.yaml:7:18 the request differs',
      '      {',
      '    -   "method": "POST",',
      '    +   "method": "GET",',
      '        "query": {',
      '          "account": "Acme"',
      '        }',
      '      }',
      '  recipes/find-opportunities.test.yaml:12:13 the job ends in another way',
      '    - failed',
      '    + succeeded',
      '0 passed, 1 failed',
    ]);
  });

  test('tells of calls without an answer, answers without a call, and replies too few or too many', async () => {
    const { lines } = await play(
      'find-opportunities',
      `  - name: without an answer
    parameters: { account: Acme }
    status: failed
  - name: without a call
    parameters: { account: Acme }
    actions:
      - { action: acme_crm.find_opportunities, ${FOUND} }
      - { action: acme_crm.create_note }
    replies: []
  - name: without a reply
    parameters: { account: Acme }
    actions: [{ action: acme_crm.find_opportunities, ${FOUND} }]
    replies: [{ contains: no opportunities }, { text: More }]
`,
    );

    expect(lines).toEqual([
      'FAILED  recipes/find-opportunities.test.yaml:2 without an answer',
      '  recipes/find-opportunities.test.yaml:2:5 the recipe calls acme_crm.find_opportunities once more than the test has answers for it',
      '    - (nothing)',
      '    + {',
      '    +   "account": "Acme"',
      '    + }',
      'FAILED  recipes/find-opportunities.test.yaml:5 without a call',
      '  recipes/find-opportunities.test.yaml:10:14 this was said, too: Acme has no opportunities.',
      '  recipes/find-opportunities.test.yaml:9:19 acme_crm.create_note was not called',
      'FAILED  recipes/find-opportunities.test.yaml:11 without a reply',
      '  recipes/find-opportunities.test.yaml:14:47 this was not said',
      '0 passed, 3 failed',
    ]);
  });

  test('lets the connector judge and shape a raw answer, and fails an action in the way that is asked for', async () => {
    const { exitCode, lines } = await play(
      'find-opportunities',
      `  - name: raw
    parameters: { account: Acme }
    actions:
      - { action: acme_crm.find_opportunities, response: { body: { total: 1, items: [{ name: A, stage: New }] } } }
    replies: [{ text: "Acme: A (New)" }]
  - name: page
    parameters: { account: Acme }
    actions: [{ action: acme_crm.find_opportunities, response: { status: 502, body: "<html>" } }]
    replies: [{ contains: cannot be reached }]
    status: failed
  - name: refused
    parameters: { account: Acme }
    actions: [{ action: acme_crm.find_opportunities, error: rate_limited }]
    replies: [{ contains: too many requests }]
    status: failed
`,
    );

    expect(lines.at(-1)).toBe('3 passed, 0 failed');
    expect(exitCode).toBe(0);
  });

  test('tells of mistakes in test files and of recipes that cannot start', async () => {
    writeFileSync(path.join(folder, 'recipes/broken.yaml'), 'name: [');
    writeFileSync(path.join(folder, 'recipes/broken.test.yaml'), 'tests: [{ name: one }]\n');
    writeFileSync(path.join(folder, 'recipes/other.test.yaml'), 'tests: [{ nmae: one }]\n');
    const { exitCode, lines } = await play('gone', '  - name: one\n');

    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/^recipes\/other\.test\.yaml:1:9 error "name" is missing/),
      expect.stringMatching(
        /^recipes\/other\.test\.yaml:1:11 error "nmae" is not known here {2}hint: did you mean "name"\?/,
      ),
      'FAILED  recipes/broken.test.yaml:1 one',
      expect.stringMatching(/^ {2}recipes\/broken\.test\.yaml:1:9 the recipe cannot start: recipes\/broken\.yaml:1:/),
      'FAILED  recipes/gone.test.yaml:2 one',
      '  recipes/gone.test.yaml:2:5 there is no recipe gone',
      '0 passed, 2 failed, 2 mistakes in test files',
    ]);
  });

  test('plays only what the filter names, and is not content with nothing', async () => {
    const tests = `  - name: first
    parameters: { account: Acme }
    actions: [{ action: acme_crm.find_opportunities, ${FOUND} }]
  - name: second
    parameters: { account: Acme }
`;
    expect(await play('find-opportunities', tests, { filter: 'first' })).toMatchObject({ exitCode: 0 });
    expect(await play('find-opportunities', tests, { filter: 'third' })).toEqual({
      exitCode: 2,
      lines: ['there are no tests: write some as <recipe>.test.yaml beside the recipe'],
    });
  });
});

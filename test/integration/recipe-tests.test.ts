import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  function writeRecipe(app: string, action: string, input: string, text: string): void {
    const head = `name: Find it\ndescription: Finds it\ntrigger: { command: find it }\n`;
    const steps = `  - { id: found, action: ${app}.${action}, input: ${input} }\n  - reply: { text: "${text}" }\n`;
    const recipe = `${head}connections: { ${app}: { use: ${app}, verify_user_access: true } }\nsteps:\n${steps}`;
    writeFileSync(path.join(folder, 'recipes/find-it.yaml'), recipe);
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

  test('plays a recipe that runs only so often, as often as there are tests', async () => {
    const file = path.join(folder, 'recipes/find-opportunities.yaml');
    const limits = 'limit: { per_minute: 1 }\nconcurrency: { recipe: 1 }\n';
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^steps:/m, `${limits}steps:`));
    const { exitCode, lines } = await play(
      'find-opportunities',
      ['once', 'twice', 'thrice']
        .map(
          (name) => `  - name: ${name}
    parameters: { account: Acme }
    actions:
      - action: acme_crm.find_opportunities
        ${FOUND}
    replies:
      - text: Acme has no opportunities.
`,
        )
        .join(''),
    );

    expect(lines.at(-1)).toBe('3 passed, 0 failed');
    expect(exitCode).toBe(0);
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

  test('reads a list page by page, each from an answer of the test', async () => {
    const line = 'connector: github, auth: { method: oauth2, client_id: g, client_secret: x }';
    appendFileSync(path.join(folder, 'connections.yaml'), `  github: { ${line} }\n`);
    writeRecipe(
      'github',
      'list_pull_requests',
      '{ owner: acme, repository: web }',
      '{{ $count(steps.found.pull_requests) }} open',
    );
    const page = (number: number, more: string) =>
      `      - { action: github.list_pull_requests, ${more} body: [{ number: ${number}, title: A }] } }`;
    const link = `response: { status: 200, headers: { link: '<https://api.github.com/repos/acme/web/pulls?page=2>; rel="next"' },`;
    const second = 'request: { query: { page: "2" } }, response: { status: 200,';
    const actions = `  - name: two\n    say: find it\n    actions:\n${page(1, link)}\n`;
    const replies = '    replies: [{ text: 2 open }]\n';
    expect(await play('find-it', `${actions}${page(2, second)}\n${replies}`)).toMatchObject({ exitCode: 0 });
    const { lines } = await play('find-it', `${actions}    status: failed\n`);
    expect(lines[1]).toMatch(/github\.list_pull_requests asks for one more page than the test has responses for$/u);
  });

  test('knows an address that the app tells at the login', async () => {
    const line = 'connector: salesforce, auth: { method: oauth2, client_id: s, client_secret: x }';
    appendFileSync(path.join(folder, 'connections.yaml'), `  salesforce: { ${line} }\n`);
    writeRecipe('salesforce', 'find_accounts', '{ text: Acme }', 'Found {{ steps.found.accounts[0].name }}');
    const response = 'response: { status: 200, body: { searchRecords: [{ Id: "1", Name: Acme }] } }';
    const tests = `  - name: one\n    say: find it\n    actions: [{ action: salesforce.find_accounts, ${response} }]\n    replies: [{ text: Found Acme }]\n`;
    expect(await play('find-it', tests)).toMatchObject({ exitCode: 0 });
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

  describe('with a file', () => {
    const CONNECTOR = `name: acme_box
title: Acme Box
base_url: https://box.acme.example
auth: { api_key: { name: X-Key } }
actions:
  upload:
    title: upload files
    request: { method: POST, path: /files, multipart: { fields: { kind: doc }, file: { content: "{{ input.file }}" } } }
    input: { file: { type: file, required: true } }
`;
    const RECIPE = `name: Keep
description: Keeps a file
trigger:
  command: keep
  parameters: [{ name: contract, type: file, prompt: "Which file?", validate: { types: [pdf] } }]
connections: { acme_box: { use: acme-box } }
steps:
  - { action: acme_box.upload, input: { file: "{{ parameters.contract }}" } }
  - reply: { text: "Kept {{ parameters.contract.name }}" }
`;

    beforeEach(() => {
      writeFileSync(path.join(folder, 'connectors/acme-box.yaml'), CONNECTOR);
      writeFileSync(path.join(folder, 'recipes/keep.yaml'), RECIPE);
      writeFileSync(path.join(folder, 'recipes/contract.pdf'), 'signed');
      const connections = readFileSync(path.join(folder, 'connections.yaml'), 'utf8');
      const more = `  acme-box: { connector: acme_box, auth: { method: api_key, key: "$\{KEY}" } }\n`;
      writeFileSync(path.join(folder, 'connections.yaml'), `${connections.trimEnd()}\n${more}`);
    });

    const carried = (text: string) => `    actions:
      - action: acme_box.upload
        request:
          body: { kind: doc }
          file: { field: file, name: contract.pdf, type: application/pdf, size: 6, text: ${text} }
`;

    test('plays it as a person sends it, from the test or from a file beside it', async () => {
      const { exitCode, lines } = await play(
        'keep',
        `  - name: along with the command
    say: keep
    files: [{ name: contract.pdf, text: signed }]
${carried('signed')}
  - name: when it is asked for
    say: keep
    then:
      - files: [{ name: contract.docx, text: signed }]
        replies: [{ contains: must be a file of the type PDF }]
      - files: [{ name: contract.pdf, path: contract.pdf }]
        replies: [{ text: Kept contract.pdf }]
${carried('signed')}
  - name: as a parameter
    files: [{ name: contract.pdf, path: contract.pdf }]
${carried('signed')}`,
      );

      expect(lines).toEqual([
        expect.stringMatching(/^ok .*along with the command$/),
        expect.stringMatching(/^ok .*when it is asked for$/),
        expect.stringMatching(/^ok .*as a parameter$/),
        '3 passed, 0 failed',
      ]);
      expect(exitCode).toBe(0);
    });

    test('shows what differs in the file that was sent, and names one that is not there', async () => {
      const { exitCode, lines } = await play(
        'keep',
        `  - name: other content
    say: keep
    files: [{ name: contract.pdf, text: signed }]
${carried('unsigned')}
  - name: missing
    say: keep
    files: [{ name: contract.pdf, path: nowhere.pdf }]
`,
      );

      expect(exitCode).toBe(2);
      expect(lines).toContainEqual(expect.stringMatching(/the request differs/));
      expect(lines).toContainEqual(expect.stringMatching(/a file has a text, or a path to what can be read/));
    });
  });

  test('holds what a callable recipe gives against what was expected, called by a recipe or a program', async () => {
    const answer = 'actions: [{ action: acme_crm.create_note, output: { created_by: { name: Ann } } }]';
    const { exitCode, lines } = await play(
      'write-note',
      `  - { name: right, inputs: { text: Hi }, ${answer}, outputs: { author: Ann } }
  - { name: over HTTP, http: true, inputs: { text: Hi }, ${answer}, outputs: { author: Ann }, replies: [] }
  - { name: wrong, inputs: { text: Hi }, ${answer}, outputs: { author: Bob } }
  - { name: refused, http: true, inputs: { txt: Hi }, outputs: {} }
`,
    );

    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      'ok      recipes/write-note.test.yaml:2 right',
      'ok      recipes/write-note.test.yaml:3 over HTTP',
      'FAILED  recipes/write-note.test.yaml:4 wrong',
      expect.stringMatching(/^ {2}recipes\/write-note\.test\.yaml:4:\d+ the outputs differ$/u),
      '      {',
      '    -   "author": "Bob"',
      '    +   "author": "Ann"',
      '      }',
      'FAILED  recipes/write-note.test.yaml:5 refused',
      expect.stringContaining('the inputs are refused: "txt" is not known: did you mean "text"?'),
      expect.stringContaining('the inputs are refused: "text" is missing'),
      '2 passed, 2 failed',
    ]);
  });

  test('refuses outputs, inputs and HTTP of a recipe for people', async () => {
    const { lines } = await play('log-note', '  - { name: odd, http: true, inputs: {}, outputs: {} }\n');
    expect(lines.filter((line) => line.includes('only a recipe with "callable"'))).toHaveLength(3);
  });
});

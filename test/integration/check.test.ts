import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCheck } from '../../src/cli/check.js';

const PLAYGROUND = path.resolve(__dirname, '../../playground/config');

/** How many recipes the playground has. */
const TOTAL = readdirSync(path.join(PLAYGROUND, 'recipes')).filter((file) => !file.endsWith('.test.yaml')).length;

const ENVIRONMENT = {
  DATA_DIR: path.join(tmpdir(), 'behalf-check-without-a-store'),
  PUBLIC_URL: 'http://localhost:3000',
  EGRESS_ALLOW: 'localhost:4001, localhost:4002',
  ACME_CRM_URL: 'http://localhost:4001',
  ACME_CRM_CLIENT_ID: 'crm-client',
  ACME_CRM_CLIENT_SECRET: 'canary-crm',
  ACME_CRM_API_KEY: 'canary-key',
  ACME_FILES_URL: 'http://localhost:4002',
  ACME_FILES_CLIENT_ID: 'files-client',
  ACME_FILES_CLIENT_SECRET: 'canary-files',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'behalf-check-'));
  cpSync(PLAYGROUND, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Changes one file of the copy; fails when the change changes nothing. */
function edit(file: string, from: string | RegExp, to: string): void {
  const before = readFileSync(path.join(folder, file), 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path.join(folder, file), after);
}

async function check(environment: Readonly<Record<string, string | undefined>> = ENVIRONMENT) {
  const { exitCode, output } = await runCheck({ configDir: folder, environment });
  return { exitCode, lines: output.trimEnd().split('\n') };
}

const CREATE = 'recipes/create-opportunity.yaml';

describe('behalf check', () => {
  test('finds nothing wrong with the playground', async () => {
    expect(await check()).toEqual({ exitCode: 0, lines: [`${TOTAL} recipes can start, 3 connections, 0 problems`] });
  });

  test.each<[string, string, string | RegExp, string, string]>([
    [
      'a missing connection',
      CREATE,
      'use: acme-crm,',
      'use: acme-cmr,',
      'recipes/create-opportunity.yaml:10:20 error there is no usable connection "acme-cmr"  hint: did you mean "acme-crm"?',
    ],
    [
      'a connection of another app',
      CREATE,
      'use: acme-crm,',
      'use: acme-files,',
      'recipes/create-opportunity.yaml:10:20 error "acme-files" is a connection of acme_files, not of acme_crm  hint: use acme-crm or acme-crm-integration',
    ],
    [
      'a switch that the connection cannot serve',
      CREATE,
      'use: acme-crm,',
      'use: acme-crm-integration,',
      'recipes/create-opportunity.yaml:10:20 error "acme-crm-integration" has one key for everybody, so people cannot log in to it  hint: set verify_user_access: false, or use a connection with oauth2',
    ],
    [
      'an unknown app',
      CREATE,
      '  acme_crm: {',
      '  acme_cmr: {',
      'recipes/create-opportunity.yaml:10:20 error there is no app "acme_cmr" for this connection  hint: did you mean "acme_crm"?',
    ],
    [
      'a second instance that the connector does not allow',
      CREATE,
      'connections:\n',
      'connections:\n  acme_files_secondary: { use: acme-files, verify_user_access: true }\n',
      'recipes/create-opportunity.yaml:10:32 error Acme Files cannot be used twice in one recipe',
    ],
    [
      'an unknown action',
      CREATE,
      'acme_crm.create_opportunity',
      'acme_crm.create_oportunity',
      'recipes/create-opportunity.yaml:13:13 error Acme CRM has no action "create_oportunity"  hint: did you mean "create_opportunity"?',
    ],
    [
      'an action of an app that is not connected',
      CREATE,
      'acme_crm.create_opportunity',
      'acme_files.store_file',
      'recipes/create-opportunity.yaml:13:13 error "acme_files" is not under connections  hint: add "acme_files" under connections',
    ],
    [
      'an unknown input',
      CREATE,
      '      amount: "{{',
      '      amuont: "{{',
      'recipes/create-opportunity.yaml:16:7 error acme_crm.create_opportunity has no input "amuont"  hint: did you mean "amount"?',
    ],
    [
      'a missing input',
      CREATE,
      /\n {6}account: .*/u,
      '',
      'recipes/create-opportunity.yaml:12:5 error acme_crm.create_opportunity needs the input "account"',
    ],
    [
      'an undeclared parameter',
      CREATE,
      '{{ parameters.account }}',
      '{{ parameters.acount }}',
      'recipes/create-opportunity.yaml:15:31 error the parameter "acount" is not declared  hint: did you mean "account"?',
    ],
    [
      'an unknown step',
      CREATE,
      '{{ steps.opportunity.name }}',
      '{{ steps.oportunity.name }}',
      'recipes/create-opportunity.yaml:18:32 error there is no step with the id "oportunity"  hint: did you mean "opportunity"?',
    ],
    [
      'a step that comes later',
      CREATE,
      '{{ parameters.account }}',
      '{{ steps.opportunity.name }}',
      'recipes/create-opportunity.yaml:15:20 error the step "opportunity" has not been done here yet',
    ],
    [
      'an unknown root',
      CREATE,
      '{{ parameters.account }}',
      '{{ parameter.account }}',
      'recipes/create-opportunity.yaml:15:20 error there is no "parameter" for datapills  hint: did you mean "parameters"?',
    ],
    [
      'a token that a datapill wants',
      CREATE,
      '{{ connections.acme_crm.account }}',
      '{{ connections.acme_crm.token }}',
      'recipes/create-opportunity.yaml:18:80 error a connection has no "token" for datapills  hint: there is: name, app, account',
    ],
    [
      'an unknown command behind a button',
      CREATE,
      'command: close opportunity',
      'command: close oportunity',
      'recipes/create-opportunity.yaml:21:20 error there is no command "close oportunity"  hint: did you mean "close opportunity"?',
    ],
    [
      'a field that an action does not give',
      CREATE,
      'steps.opportunity.name',
      'steps.opportunity.created_by.nmae',
      'recipes/create-opportunity.yaml:18:55 error "steps.opportunity.created_by" has no "nmae"  hint: did you mean "name"?',
    ],
    [
      'an undeclared parameter behind a button',
      CREATE,
      '{ id: "{{ steps.opportunity.id }}" }',
      '{ number: "{{ steps.opportunity.id }}" }',
      'recipes/create-opportunity.yaml:22:25 error "close opportunity" has no parameter "number"  hint: there is: id',
    ],
    [
      'a doubled step id',
      'recipes/file-proposal.yaml',
      'id: created',
      'id: found',
      'recipes/file-proposal.yaml:17:9 error the step id "found" is there twice',
    ],
  ])('finds %s and stops that recipe only', async (_name, file, from, to, expected) => {
    edit(file, from, to);

    const { exitCode, lines } = await check();

    expect(lines).toContain(expected);
    expect(exitCode).toBe(2);
    expect(lines.at(-1)).toContain(`${TOTAL - 1} recipes can start, 3 connections`);
  });

  test('finds a command of two recipes and starts neither', async () => {
    edit('recipes/log-note.yaml', 'command: log note', 'command: Large Deal');

    const { lines } = await check();

    expect(lines).toEqual([
      'recipes/large-deal.yaml:5:12 error the command "large deal" is also that of recipes/log-note.yaml  hint: give one of them other words',
      'recipes/log-note.yaml:6:12 error the command "large deal" is also that of recipes/large-deal.yaml  hint: give one of them other words',
      'a running service keeps the last version without mistakes of what is broken',
      `${TOTAL - 2} recipes can start, 3 connections, 2 problems`,
    ]);
  });

  test('finds a hidden parameter that a button forgets', async () => {
    edit('recipes/close-opportunity.yaml', '{ name: id,', '{ name: id, hidden: true,');
    edit(CREATE, /\n {10}parameters: .*/u, '');

    const { lines } = await check();

    expect(lines[0]).toBe(
      'recipes/create-opportunity.yaml:21:20 error "close opportunity" needs its hidden parameter "id" from this button',
    );
  });

  test('warns of what nobody uses and starts the recipe, and takes a warning for an error when asked to', async () => {
    edit(CREATE, 'connections:\n', 'connections:\n  acme_files: { use: acme-files, verify_user_access: true }\n');

    const { exitCode, lines } = await check();

    expect(exitCode).toBe(0);
    expect(lines).toEqual([
      'recipes/create-opportunity.yaml:10:22 warning no step uses "acme_files"',
      `${TOTAL} recipes can start, 3 connections, 1 problem`,
    ]);
    expect((await runCheck({ configDir: folder, environment: ENVIRONMENT, strict: true })).exitCode).toBe(2);
  });

  test.each([
    ['', 'localhost:4002'],
    ['localhost:4001, 10.0.0.0/8', 'localhost:4002'],
  ])('warns of connections that may not be called when EGRESS_ALLOW is "%s"', async (allowed, host) => {
    const { exitCode, lines } = await check({ ...ENVIRONMENT, EGRESS_ALLOW: allowed });

    expect(exitCode).toBe(0);
    expect(lines).toContain(
      `recipes/file-proposal.yaml:10:22 warning "acme-files" leads to the private address ${host}, which is not allowed  hint: list ${host} in EGRESS_ALLOW`,
    );
  });

  test('knows ranges that may be called', async () => {
    const environment = { ...ENVIRONMENT, ACME_FILES_URL: 'https://10.1.2.3', EGRESS_ALLOW: '10.0.0.0/8,localhost' };
    expect((await check(environment)).lines.at(-1)).toBe(`${TOTAL} recipes can start, 3 connections, 0 problems`);
    const { lines } = await check({ ...environment, ACME_FILES_URL: 'https://172.16.0.1' });
    expect(lines[0]).toContain('leads to the private address 172.16.0.1');
  });

  test('finds an action that calls a host which is none of its app', async () => {
    edit(
      'connectors/acme-files.yaml',
      'path: /api/files\n',
      'path: /api/files\n      base_url: https://files.example.org\n',
    );

    const { exitCode, lines } = await check();

    expect(exitCode).toBe(2);
    expect(lines).toContain(
      'recipes/file-proposal.yaml:21:13 error acme_files.store_file calls files.example.org, which is no host of its app  hint: list files.example.org under hosts in connectors/acme-files.yaml',
    );
    edit(
      'connectors/acme-files.yaml',
      'base_url: "{{ settings.url }}"\n',
      'base_url: "{{ settings.url }}"\nhosts: [files.example.org]\n',
    );
    expect((await check()).exitCode).toBe(0);
  });

  test('says of what needs a broken connector that it is broken, not that there is none', async () => {
    edit('connectors/acme-files.yaml', 'base_url:', 'bas_url:');
    const { lines } = await check();
    expect(lines.filter((line) => line.startsWith('connectors/'))).not.toEqual([]);
    expect(
      lines.filter((line) => line.includes('the connector "acme_files" has mistakes  hint: mend its file')),
    ).toEqual([
      expect.stringMatching(/^connections\.yaml:/u),
      expect.stringMatching(/^recipes\/file-proposal\.yaml:/u),
      expect.stringMatching(/^recipes\/store-document\.yaml:/u),
    ]);
    expect(lines.join('')).not.toContain('there is no');
  });

  test('names a missing variable with its place, and the recipes that need the connection', async () => {
    const { exitCode, lines } = await check({ ...ENVIRONMENT, ACME_FILES_CLIENT_SECRET: undefined });

    expect(exitCode).toBe(2);
    expect(lines[0]).toMatch(
      /^connections\.yaml:16:83 error the environment variable ACME_FILES_CLIENT_SECRET is not set$/,
    );
    expect(lines[1]).toMatch(/^recipes\/file-proposal\.yaml:10:22 error there is no usable connection "acme-files"/);
    expect(lines[2]).toMatch(/^recipes\/store-document\.yaml:13:22 error there is no usable connection "acme-files"/);
    expect(lines.at(-1)).toContain(`${TOTAL - 2} recipes can start, 2 connections`);
  });

  test('finds a broken recipe, a broken connector and recipes in projects', async () => {
    writeFileSync(path.join(folder, 'recipes/broken.yaml'), 'name: [');
    cpSync(path.join(folder, 'recipes/log-note.yaml'), path.join(folder, 'recipes/sales/leave-note.yaml'));
    edit('recipes/sales/leave-note.yaml', 'command: log note', 'command: leave note');
    edit('connectors/acme-files.yaml', 'title: Acme Files', 'titel: Acme Files');

    const { lines } = await check();

    expect(lines).toContainEqual(expect.stringMatching(/^recipes\/broken\.yaml:\d+:\d+ error /));
    expect(lines).toContainEqual(
      expect.stringMatching(/^connectors\/acme-files\.yaml:3:1 error "titel" is not known here/),
    );
    expect(lines.at(-1)).toContain(`${TOTAL - 1} recipes can start, 2 connections`);
  });

  test('prints JSON', async () => {
    edit(CREATE, 'use: acme-crm,', 'use: acme-cmr,');

    const { exitCode, output } = await runCheck({ configDir: folder, environment: ENVIRONMENT, json: true });

    expect(exitCode).toBe(2);
    expect(JSON.parse(output)).toMatchObject({
      problems: [{ file: CREATE, line: 10, column: 20, severity: 'error', hint: 'did you mean "acme-crm"?' }],
      commands: expect.arrayContaining([{ command: 'log note', name: 'Log note', file: 'recipes/log-note.yaml' }]),
    });
  });

  test('says when the folder is not there, and prints no secret', async () => {
    const missing = await runCheck({ configDir: path.join(folder, 'none'), environment: ENVIRONMENT });
    expect(missing).toEqual({ exitCode: 2, output: `${path.join(folder, 'none')} is not a folder\n` });
    const { output } = await runCheck({ configDir: folder, environment: ENVIRONMENT, json: true });
    expect(output).not.toContain('canary');
  });
});

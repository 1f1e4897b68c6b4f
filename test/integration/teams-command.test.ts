import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';

const ROOT = path.resolve(__dirname, '../..');
const APP_ID = '99999999-8888-4777-8666-555555555555';

const RECIPE = `name: Say hello
description: Greets whoever asks
trigger: { command: say hello }
steps:
  - reply: { text: Hello }
`;

describe('behalf teams package', () => {
  let directory: string;
  let out: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'behalf-teams-'));
    out = path.join(directory, 'app.zip');
    mkdirSync(path.join(directory, 'recipes'));
    writeFileSync(path.join(directory, 'recipes/hello.yaml'), RECIPE);
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function run(more: Readonly<Record<string, string>>, ...options: readonly string[]) {
    const env = {
      PATH: process.env['PATH'] ?? '',
      CONFIG_DIR: directory,
      PUBLIC_URL: 'https://behalf.example.com',
      ...more,
    };
    const args = ['--import', 'tsx', 'src/main.ts', 'teams', 'package', '--out', out, ...options];
    return spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
  }

  const TEAMS = { MicrosoftAppId: APP_ID, MicrosoftAppPassword: 'p', MicrosoftAppTenantId: APP_ID };

  it('writes the app of this configuration, with the commands of its recipes', () => {
    const { status, stderr, stdout } = run(TEAMS, '--developer', 'Acme', '--app-version', '1.2.3');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(out);
    const files = unzipSync(readFileSync(out));
    const manifest: unknown = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString('utf8'));
    const hello = { title: 'say hello', description: 'Greets whoever asks' };
    expect(manifest).toMatchObject({
      id: APP_ID,
      version: '1.2.3',
      developer: { name: 'Acme' },
      validDomains: ['behalf.example.com'],
    });
    expect(manifest).toHaveProperty('bots.0.commandLists.0.commands.2', hello);
    expect(manifest).toHaveProperty('bots.0.commandLists.1.commands.2', hello);
  });

  it('names what Teams clients get tokens for, where single sign-on is set up', () => {
    const resource = `api://botid-${APP_ID}`;
    const { status, stderr } = run({ ...TEAMS, BOT_SSO_RESOURCE: resource });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const manifest: unknown = JSON.parse(
      Buffer.from(unzipSync(readFileSync(out))['manifest.json'] ?? []).toString('utf8'),
    );
    expect(manifest).toHaveProperty('webApplicationInfo', { id: APP_ID, resource });
  });

  const developerOf = (): unknown => {
    const text = Buffer.from(unzipSync(readFileSync(out))['manifest.json'] ?? []).toString('utf8');
    const manifest: { readonly developer?: unknown } = JSON.parse(text);
    return manifest.developer;
  };

  it('links to the first page of the service, or to the pages that are named', () => {
    expect(run(TEAMS).status).toBe(0);
    const url = 'https://behalf.example.com';
    expect(developerOf()).toEqual({ name: 'Behalf', websiteUrl: url, privacyUrl: url, termsOfUseUrl: url });
    const pages = ['--website-url', 'https://acme.example/bot', '--privacy-url', 'https://acme.example/privacy'];
    expect(run(TEAMS, ...pages, '--terms-url', 'https://acme.example/terms').status).toBe(0);
    expect(developerOf()).toEqual({
      name: 'Behalf',
      websiteUrl: 'https://acme.example/bot',
      privacyUrl: 'https://acme.example/privacy',
      termsOfUseUrl: 'https://acme.example/terms',
    });
  });

  it('takes no link that Teams would not open', () => {
    const { status, stderr } = run(TEAMS, '--privacy-url', 'http://acme.example/privacy');
    expect({ status, isWritten: existsSync(out) }).toEqual({ status: 2, isWritten: false });
    expect(stderr).toContain('--privacy-url must be the whole address of a page, with https://');
  });

  it.each([
    ['--developer', 'Österreichische Überlandgesellschaft mbH', '--developer must be a name of 32 characters at most.'],
    ['--developer', ' ', '--developer must be a name of 32 characters at most.'],
    ['--app-version', '1.0', '--app-version must be three numbers, like 1.2.0.'],
  ])('says of %s %s what is wrong with that option', (option, value, says) => {
    const { status, stderr } = run(TEAMS, option, value);
    expect({ status, stderr: stderr.trim() }).toEqual({ status: 2, stderr: `behalf: ${says}` });
    expect(existsSync(out)).toBe(false);
  });

  it('offers commands whatever state their connections are in', () => {
    const connections = 'connections:\n  crm: { use: crm-production }\nsteps:\n';
    writeFileSync(path.join(directory, 'recipes/hello.yaml'), RECIPE.replace('steps:\n', connections));
    expect(run(TEAMS).status).toBe(0);
    const text = Buffer.from(unzipSync(readFileSync(out))['manifest.json'] ?? []).toString('utf8');
    expect(text).toContain('say hello');
  });

  it.each([
    ['with a mistake', 'name: Broken\ntrigger: { comand: break }\n', /recipes\/other\.yaml:2:12 error .*comand/],
    ['with the command of another', RECIPE, /recipes\/other\.yaml:3:\d+ error the command "say hello" is also that of/],
  ])('writes nothing where a recipe %s would be left out', (_what, recipe, words) => {
    writeFileSync(path.join(directory, 'recipes/other.yaml'), recipe);
    const { status, stderr } = run(TEAMS);
    expect({ status, isWritten: existsSync(out) }).toEqual({ status: 2, isWritten: false });
    expect(stderr).toContain('The package is made from the recipes, and these have mistakes:');
    expect(stderr).toMatch(words);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['there is no Teams', { SLACK_SIGNING_SECRET: 's', SLACK_BOT_TOKEN: 'b' }, /Microsoft Teams is not configured/],
    ['the app id is none', { ...TEAMS, MicrosoftAppId: 'behalf' }, /MicrosoftAppId must be an id/],
    ['the host is this machine', { ...TEAMS, PUBLIC_URL: 'http://localhost:3000' }, /PUBLIC_URL must be/],
  ])('writes nothing when %s, and says so', (_what, environment, words) => {
    const { status, stderr } = run(environment);
    expect(status).toBe(2);
    expect(stderr).toMatch(words);
    expect(() => readFileSync(out)).toThrow('ENOENT');
  });
});

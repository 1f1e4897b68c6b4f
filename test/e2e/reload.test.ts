import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { askForLogin } from './support/logins.js';
import { type E2eStage, type Player, START_MS, startStage } from './support/stage.js';

const ROOT = join(__dirname, '../..');

let folder: string;
let stage: E2eStage;
let rita: Player;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-reload-'));
  cpSync(join(ROOT, 'playground/config'), folder, { recursive: true });
  stage = await startStage({ settings: () => ({ CONFIG_DIR: folder }) });
  rita = stage.player('rita');
}, START_MS);

afterAll(async () => {
  await stage.stop();
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, 'recipes', `${name}.yaml`);

/** Replaces a file as editors do: a new one takes its place. */
function edit(name: string, change: (text: string) => string): void {
  writeFileSync(`${at(name)}~`, change(readFileSync(at(name), 'utf8')));
  renameSync(`${at(name)}~`, at(name));
}

async function logged(pattern: RegExp): Promise<void> {
  for (let turn = 0; turn < 400; turn += 1) {
    if (pattern.test(stage.log())) return;
    await wait(50);
  }
  throw new Error(`The log never said ${pattern}`);
}

describe('the files of a running service', () => {
  it('are read again when a recipe is edited: the new command answers, the former one does not', async () => {
    edit('log-note', (text) => text.replace('command: log note', 'command: jot down'));
    await logged(/the configuration was read again/);

    await rita.slack.say('jot down text: Edited');
    await rita.slack.hears(/Logged as/);
    await rita.slack.say('log note text: Edited');
    await rita.slack.hears(/I don't know that command/);
  });

  it('keep the last good version of a recipe that is broken, and say so in the log', async () => {
    edit('log-note', (text) => text.replace('steps.note', 'steps.nope'));
    await logged(/recipes\/log-note\.yaml is broken: its last version without mistakes is in use/);

    await rita.slack.say('jot down text: Still here');
    await rita.slack.hears(/Logged as/);
  });

  it('are read again on SIGHUP, which does not end the service', async () => {
    process.kill(stage.service.pid ?? 0, 'SIGHUP');

    await logged(/reading the configuration again/);
    await rita.slack.say('help');
    await rita.slack.hears(/jot down/);
    expect(stage.service.exitCode).toBeUndefined();
  });

  it('stop a recipe that is deleted: its waiting job ends and says so, its command is gone', async () => {
    const { link } = await askForLogin(rita.slack);
    rmSync(at('create-opportunity'));

    const end = await rita.slack.hears(/has been stopped by whoever looks after it/);
    expect(end.edited).toBe(true);
    expect((await fetch(link)).status).toBe(404);
    await rita.slack.say('create opportunity account: Acme');
    await rita.slack.hears(/I don't know that command/);
  });
});

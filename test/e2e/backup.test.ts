import { execFile } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FaultStage } from './faults/support/fault-stage.js';

const ROOT = join(__dirname, '../..');
const run = promisify(execFile);

jest.setTimeout(180_000);

describe('behalf backup and behalf restore', () => {
  let stage: FaultStage;
  let folder: string;
  let backup: string;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'embedded' });
    folder = stage.environment['DATA_DIR'] ?? '';
    backup = join(dirname(folder), 'backup.db');
  });

  afterAll(() => stage?.stop());

  /** Rejects with what the command has printed when it does not end well. */
  async function behalf(...words: readonly string[]): Promise<string> {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', join('src', 'main.ts'), ...words], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...stage.environment },
    });
    return stdout;
  }

  test('a machine that is lost: nobody logs in anew but those whose refresh token was used since', async () => {
    const [rita, carl] = [stage.actor('rita'), stage.actor('carl')];
    await stage.world.apps.crmControl.changeAccount('carl', { mayCreate: true });
    await stage.connect(rita);
    await stage.connect(carl);

    expect(await behalf('backup', backup)).toContain('The store is in');
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    await expect(behalf('backup', backup)).rejects.toMatchObject({ stderr: expect.stringContaining('there already') });
    await expect(behalf('restore', backup)).rejects.toMatchObject({
      stderr: expect.stringContaining('is in use by another process of Behalf. Stop that one first'),
    });
    // Carl's refresh token is used after the backup: the provider knows another one from then on.
    await stage.world.apps.crmControl.expire('carl');
    await carl.say('own deal amount: 41');
    await stage.reads(carl, /Own deal of 41/);

    await stage.service.stop('SIGKILL');
    rmSync(folder, { recursive: true });
    expect(await behalf('restore', backup)).toContain('Start the service');
    stage.leadTo(await stage.startAnother({}));
    await stage.world.apps.crmControl.expire('rita');
    await stage.world.apps.crmControl.expire('carl');

    await rita.say('own deal amount: 42');
    await stage.reads(rita, /Own deal of 42/);
    expect(stage.count(rita, /Please connect to Acme CRM/)).toBe(0);
    await carl.say('own deal amount: 43');
    const prompt = await stage.reads(carl, /Please connect to Acme CRM/);
    await stage.logIn(carl, prompt);
    await stage.reads(carl, /Own deal of 43/);
    expect(await stage.deals(43)).toBe(1);
  });

  test('what was there before a restore is set aside, and what is no store is refused and changes nothing', async () => {
    await stage.replica(1).stop();
    await expect(behalf('restore', join(ROOT, 'package.json'))).rejects.toMatchObject({
      stderr: expect.stringContaining('is damaged or no database of Behalf'),
    });
    await expect(behalf('restore', join(folder, 'nowhere.db'))).rejects.toMatchObject({
      stderr: expect.stringContaining('There is no'),
    });
    expect(existsSync(join(folder, 'behalf.db'))).toBe(true);

    expect(await behalf('restore', backup)).toContain('is set aside as');
    expect(readdirSync(folder).filter((name) => name.includes('before-restore'))).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.includes('.behalf-backup'))).toEqual([]);
  });
});

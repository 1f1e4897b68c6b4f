import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEarlySync, fileSync } from '../../../adapters/embedded/early-sync.js';
import { createManualClock } from '../../support/clocks.js';

/** Syncs that wait to be let go on. */
function startEarlySync() {
  const clock = createManualClock();
  const ends: ((error?: Error) => void)[] = [];
  const early = createEarlySync({
    clock,
    sync: () => new Promise((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve()))),
  });
  return { clock, early, ends };
}

describe('what was committed', () => {
  test('is sent to the disk a second later, many commits at once', async () => {
    const { clock, early, ends } = startEarlySync();
    for (let number = 0; number < 5; number += 1) early.noteChange();
    await clock.advance(999);
    expect(ends).toHaveLength(0);
    await clock.advance(1);
    expect(ends).toHaveLength(1);
    await clock.advance(60_000);
    expect(ends).toHaveLength(1);
  });

  test('while a sync is under way is sent after it', async () => {
    const { clock, early, ends } = startEarlySync();
    early.noteChange();
    await clock.advance(1_000);
    early.noteChange();
    await clock.advance(5_000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await clock.advance(0);
    await clock.advance(1_000);
    expect(ends).toHaveLength(2);
  });

  test('is sent by the next one after a sync that has failed', async () => {
    const { clock, early, ends } = startEarlySync();
    early.noteChange();
    await clock.advance(1_000);
    ends[0]?.(new Error('the disk is gone'));
    await clock.advance(0);
    early.noteChange();
    await clock.advance(1_000);
    expect(ends).toHaveLength(2);
  });

  test('is not sent after the store has been closed', async () => {
    const { clock, early, ends } = startEarlySync();
    early.noteChange();
    early.stop();
    early.noteChange();
    await clock.advance(5_000);
    expect(ends).toHaveLength(0);
  });
});

describe('the file that is synced', () => {
  const directory = mkdtempSync(join(tmpdir(), 'behalf-sync-'));
  const path = join(directory, 'log');
  afterAll(() => rmSync(directory, { recursive: true }));

  test('is not opened again by a sync that was due when it was closed', async () => {
    writeFileSync(path, 'x');
    const file = fileSync(path);
    await file.sync();
    file.close();
    // Opening it would fail.
    rmSync(path);
    await expect(file.sync()).resolves.toBeUndefined();
  });

  test('that is not there yet is opened by the next sync', async () => {
    const missing = join(directory, 'later');
    const file = fileSync(missing);
    await expect(file.sync()).rejects.toMatchObject({ code: 'ENOENT' });
    writeFileSync(missing, 'x');
    await file.sync();
    file.close();
  });
});

import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFileWatcher } from '../../../adapters/files/index.js';
import type { FileWatch } from '../../../src/kernel/file-watcher.port.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { eventually } from '../../support/service-kit.js';

let folder: string;
let watch: FileWatch;
let changes: number;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'behalf-watch-'));
  changes = 0;
});
afterEach(async () => {
  await watch.close();
  rmSync(folder, { recursive: true });
});

const at = (...names: readonly string[]) => path.join(folder, ...names);

async function start(isWanted: (name: string) => boolean = () => true): Promise<void> {
  watch = await createFileWatcher({ logger: new RecordingLogger() }).watch(folder, isWanted, () => {
    changes += 1;
  });
}

/** Resolves when the watcher tells of something new. */
async function toldAfter(change: () => void): Promise<void> {
  const before = changes;
  change();
  await eventually(() => changes > before);
}

/**
 * The same for a folder that is new itself: what happens before it is watched is not told, as whoever was told of the folder
 * looks into it anyway. So it is changed until that is told.
 */
async function toldAtLast(change: (version: string) => void): Promise<void> {
  const before = changes;
  for (let version = 1; version < 20 && changes === before; version += 1) {
    change(String(version));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(changes).toBeGreaterThan(before);
}

describe('The watcher of files', () => {
  it.each(['renamed into its place', 'behind its link now'])(
    'tells of changes in another folder that is %s',
    async (way) => {
      const parent = folder;
      const isLink = way.startsWith('behind');
      folder = path.join(parent, 'current');
      for (const name of ['old', 'new']) {
        mkdirSync(path.join(parent, name));
        writeFileSync(path.join(parent, name, 'a.yaml'), name);
      }
      if (isLink) symlinkSync('old', folder);
      else renameSync(path.join(parent, 'old'), folder);
      await start();

      await toldAtLast((version) => {
        if (version !== '1') return;
        if (isLink) {
          symlinkSync('new', path.join(parent, 'next'));
          renameSync(path.join(parent, 'next'), folder);
        } else {
          renameSync(folder, path.join(parent, 'old'));
          renameSync(path.join(parent, 'new'), folder);
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 4_500));
      await toldAfter(() => writeFileSync(at('a.yaml'), 'changed'));
      folder = parent;
    },
  );

  it('tells of files that are added, changed, renamed over and removed, also in new folders', async () => {
    mkdirSync(at('recipes'));
    writeFileSync(at('recipes', 'a.yaml'), '1');
    await start();

    await toldAfter(() => writeFileSync(at('recipes', 'a.yaml'), '2'));
    await toldAfter(() => {
      writeFileSync(at('recipes', 'a.yaml.tmp'), '3');
      renameSync(at('recipes', 'a.yaml.tmp'), at('recipes', 'a.yaml'));
    });
    await toldAfter(() => writeFileSync(at('recipes', 'a.yaml'), '4'));
    await toldAfter(() => mkdirSync(at('recipes', 'sales')));
    await toldAtLast((version) => writeFileSync(at('recipes', 'sales', 'b.yaml'), version));
    await toldAfter(() => rmSync(at('recipes', 'a.yaml')));
  });

  it('tells of a mounted ConfigMap whose link is swapped, time and again', async () => {
    const write = (version: string) => {
      mkdirSync(at('recipes', `..${version}`), { recursive: true });
      writeFileSync(at('recipes', `..${version}`, 'a.yaml'), version);
    };
    const swap = (version: string) => {
      symlinkSync(`..${version}`, at('recipes', '..data_tmp'));
      renameSync(at('recipes', '..data_tmp'), at('recipes', '..data'));
    };
    write('v1');
    swap('v1');
    symlinkSync('..data/a.yaml', at('recipes', 'a.yaml'));
    await start();

    for (const version of ['v2', 'v3']) {
      write(version);
      await toldAfter(() => swap(version));
    }
  });

  it('tells nothing of files that are not wanted', async () => {
    await start((name) => name.startsWith('recipes'));

    writeFileSync(at('data.bin'), 'x');
    await toldAfter(() => mkdirSync(at('recipes')));
    await toldAtLast((version) => writeFileSync(at('recipes', 'a.yaml'), version));
  });
});

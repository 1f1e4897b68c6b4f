import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stand } from '../stand.js';
import { eachOf, openPool, send } from '../world/load.js';
import { askWithoutLogin, userIds } from '../world/people.js';
import type { Running } from '../world/programs.js';
import { openStore, personSeed, vaultOf, writeSeeds } from '../world/seed.js';

/** What a connection, a finished job and a suspended one add to the embedded file. */
export async function measureFile(stand: Stand): Promise<void> {
  const count = stand.options.isQuick ? 500 : 5_000;
  const directory = await mkdtemp(join(tmpdir(), 'behalf-bench-'));
  stand.atEnd(() => rm(directory, { recursive: true, force: true }));
  const connected = userIds(count);
  await withService(stand, directory, async () => {});
  let size = await fileBytes(directory);
  const note = async (thing: string): Promise<void> => {
    const grown = await fileBytes(directory);
    const each = (grown - size) / count;
    stand.note('fileBytes', each, { unit: 'bytes', at: { thing } });
    stand.say(`${thing}: ${each.toFixed(0)} bytes in the file`);
    size = grown;
  };
  const store = await openStore({ directory });
  const seeds = connected.map((user) => personSeed(user, 'jwt'));
  await writeSeeds(store.connections, vaultOf(stand.encryptionKeys), seeds);
  await store.close();
  await note('connection');
  await withService(stand, directory, async ({ pid, port }) => {
    const pool = openPool(port);
    const target = { name: 'embedded', chat: 'slack', port, pid, users: connected } as const;
    await eachOf(connected, () => send(stand.platform, pool, target));
    await pool.close();
  });
  await note('finished job');
  await withService(stand, directory, async ({ port }) => {
    const pool = openPool(port);
    await eachOf(userIds(count, count), (user) => askWithoutLogin(stand.platform, pool, { chat: 'slack', user }));
    await pool.close();
  });
  await note('suspended job');
}

async function withService(stand: Stand, dataDir: string, work: (running: Running) => Promise<void>): Promise<void> {
  const running = await stand.behalf({ dataDir, only: 'slack' });
  await work(running);
  // Folds the log back into the file.
  await running.stop();
}

async function fileBytes(directory: string): Promise<number> {
  const sizes = ['behalf.db', 'behalf.db-wal'].map((name) => stat(join(directory, name)).catch(() => ({ size: 0 })));
  return (await Promise.all(sizes)).reduce((total, { size }) => total + size, 0);
}

import type { Stand } from '../stand.js';
import { reachableBytes } from '../world/heap.js';
import { answered, eachOf, openPool } from '../world/load.js';
import { userIds } from '../world/people.js';
import { freePort } from '../world/programs.js';
import { openStore, vaultOf, workspaceSeed, writeSeeds } from '../world/seed.js';

/** Less than what the service keeps open; then as many as fill that up; then more. */
const HELD = 900;
const FILLING = 300;
const MORE = 2_000;
const WARM_UP = 2_000;
/** An app that people install, in place of the one workspace of the bench. */
const INSTALLABLE = {
  SLACK_BOT_TOKEN: '',
  SLACK_CLIENT_ID: 'bench',
  SLACK_CLIENT_SECRET: 'bench',
  SLACK_SIGN_IN: 'off',
};

/** Heap that a workspace of Slack takes while it is in use, and what is left of those that are not any more. */
export async function measureWorkspaces(stand: Stand): Promise<void> {
  const teams = userIds(1 + HELD + FILLING + MORE).map((id) => `T${id.slice(1)}`);
  const { url: redisUrl } = await stand.redis();
  const store = await openStore({ redisUrl });
  await writeSeeds(store.connections, vaultOf(stand.encryptionKeys), teams.map(workspaceSeed));
  await store.close();
  const inspector = await freePort();
  const running = await stand.behalf({
    redisUrl,
    only: 'slack',
    settings: INSTALLABLE,
    nodeArgs: [`--inspect=127.0.0.1:${inspector}`],
  });
  const pool = openPool(running.port);
  let person = 0;
  /** A message of somebody new in each of these, and its answer. */
  const visit = (workspaces: readonly string[]): Promise<void> =>
    eachOf(workspaces, async (team) => {
      person += 1;
      const user = userIds(1, person)[0] ?? '';
      const request = stand.platform.slackRequest(user, 'good morning', team);
      await answered(pool, request, stand.platform.messageFor(user));
    });
  const [home = '', ...others] = teams;
  const heap = (): Promise<number> => reachableBytes(inspector);
  await visit(Array<string>(WARM_UP).fill(home));
  const warm = await heap();
  await visit(Array<string>(HELD).fill(home));
  const withPeople = await heap();
  const ofPerson = (withPeople - warm) / HELD;
  await visit(others.slice(0, HELD));
  const withWorkspaces = await heap();
  await visit(others.slice(HELD, HELD + FILLING));
  const full = await heap();
  await visit(others.slice(HELD + FILLING));
  const afterMore = await heap();
  await pool.close();
  const each = (withWorkspaces - withPeople) / HELD - Math.max(0, ofPerson);
  const beyond = (afterMore - full) / MORE - Math.max(0, ofPerson);
  stand.note('heapOfPerson', ofPerson, { unit: 'bytes' });
  stand.note('heapOfWorkspace', each, { unit: 'bytes', at: { workspaces: HELD } });
  stand.note('heapBeyond', beyond, { unit: 'bytes', at: { workspaces: HELD + FILLING + MORE } });
  stand.say(`${each.toFixed(0)} bytes of heap for a workspace, ${beyond.toFixed(0)} for each of ${MORE} more`);
  await running.stop();
}

import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../playground/http.js';
import type { Stand } from '../stand.js';
import { reachableBytes } from '../world/heap.js';
import { answered, eachOf, openPool } from '../world/load.js';
import { userIds } from '../world/people.js';
import { openStore, vaultOf, workspaceSeed, writeSeeds } from '../world/seed.js';

/** Until all of the code has run often; then less than what the service keeps open; then as many as fill that up; then more. */
const WARMING = 150;
const HELD = 800;
/** Enough to tell what a person takes, of whom each of these workspaces has one. */
const PEOPLE = 2_200;
const FILLING = 250;
const MORE = 2_000;
const WARM_UP = 6_000;
/** Code that V8 makes faster, or throws away, at times of its own would hide the few hundred kilobytes in question. */
const CODE_AS_IT_IS = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode'];
/** By then all that a message has begun is over, and the connections that it came and went on are closed. */
const REST_MS = 8_000;
/** An app that people install, in place of the one workspace of the bench. */
const INSTALLABLE = {
  SLACK_BOT_TOKEN: '',
  SLACK_CLIENT_ID: 'bench',
  SLACK_CLIENT_SECRET: 'bench',
  SLACK_SIGN_IN: 'off',
};

/** Heap that a workspace of Slack takes while it is in use, and what is left of those that are not any more. */
export async function measureWorkspaces(stand: Stand): Promise<void> {
  const teams = userIds(1 + WARMING + HELD + FILLING + MORE).map((id) => `T${id.slice(1)}`);
  const { url: redisUrl } = await stand.redis();
  const store = await openStore({ redisUrl });
  await writeSeeds(store.connections, vaultOf(stand.encryptionKeys), teams.map(workspaceSeed));
  await store.close();
  const inspector = await freePort();
  const running = await stand.behalf({
    redisUrl,
    only: 'slack',
    settings: INSTALLABLE,
    nodeArgs: [`--inspect=127.0.0.1:${inspector}`, ...CODE_AS_IT_IS],
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
  const heap = async (): Promise<number> => {
    await wait(REST_MS);
    return reachableBytes(inspector);
  };
  /** So many that nobody has been in yet. */
  const next = (count: number): Promise<void> => visit(others.splice(0, count));
  await visit(Array<string>(WARM_UP).fill(home));
  await next(WARMING);
  const warm = await heap();
  await visit(Array<string>(PEOPLE).fill(home));
  const withPeople = await heap();
  const ofPerson = (withPeople - warm) / PEOPLE;
  await next(HELD);
  const withWorkspaces = await heap();
  await next(FILLING);
  const full = await heap();
  await next(MORE);
  const afterMore = await heap();
  await pool.close();
  const each = (withWorkspaces - withPeople) / HELD - Math.max(0, ofPerson);
  const beyond = (afterMore - full) / MORE - Math.max(0, ofPerson);
  stand.note('heapOfPerson', ofPerson, { unit: 'bytes' });
  stand.note('heapOfWorkspace', each, { unit: 'bytes', at: { workspaces: HELD } });
  stand.note('heapBeyond', beyond, { unit: 'bytes', at: { workspaces: WARMING + HELD + FILLING + MORE } });
  stand.say(`${each.toFixed(0)} bytes of heap for a workspace, ${beyond.toFixed(0)} for each of ${MORE} more`);
  await running.stop();
}

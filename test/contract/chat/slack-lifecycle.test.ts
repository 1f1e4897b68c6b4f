import { BehalfError } from '../../../src/kernel/errors.js';
import { type InstalledBench, type InstalledOptions, shiftedClock, startInstalledBench } from './slack-installed.js';

const ACME = { id: 'T0ACME', name: 'Acme' };
const BETA = { id: 'T0BETA', name: 'Beta' };
const ORG = { id: 'E0ORG', name: 'Big Org' };
const GRID_1 = { id: 'T0ONE', name: 'Grid One', enterprise: ORG };
const GRID_2 = { id: 'T0TWO', name: 'Grid Two', enterprise: ORG };

const HOUR = 3_600_000;

const later = (): number => Math.floor(Date.now() / 1000) + 60;

function lifecycle(teamId: string, event: Readonly<Record<string, unknown>>, at = later()): Record<string, unknown> {
  return { type: 'event_callback', event_id: `Ev${at}`, event_time: at, team_id: teamId, event };
}

const UNINSTALLED = { type: 'app_uninstalled' };
const REVOKED = { type: 'tokens_revoked', tokens: { oauth: ['U1'], bot: ['U0BOT'] } };

describe('Slack: people and workspaces that leave', () => {
  let bench: InstalledBench | undefined;
  const start = async (options: InstalledOptions = {}): Promise<InstalledBench> => {
    bench = await startInstalledBench(options);
    return bench;
  };

  afterEach(async () => {
    await bench?.stop();
    bench = undefined;
  });

  it.each([
    ['first', [UNINSTALLED, REVOKED]],
    ['last', [REVOKED, UNINSTALLED]],
  ])('a removed app is forgotten and told once, when its own event comes %s', async (_when, events) => {
    const { hear, install, lifecycle: told, send, world } = await start();
    await install(ACME);
    await install(BETA);
    expect(await hear({ team_id: ACME.id })).toBeDefined();
    told.length = 0;
    world.uninstall(ACME.id);
    for (const event of events) expect(await send(lifecycle(ACME.id, event))).toBe(200);
    expect(told).toEqual([{ kind: 'tenant-left', platform: 'slack', tenantId: ACME.id }]);
    world.calls.length = 0;
    expect(await hear({ team_id: ACME.id })).toBeUndefined();
    expect(world.calls).toEqual([]);
    expect(await hear({ team_id: BETA.id })).toBeDefined();
  });

  it('an old event does not remove an app that has been installed again', async () => {
    const { hear, install, lifecycle: told, send, world } = await start();
    await install(ACME);
    const removedAt = Math.floor(Date.now() / 1000) - 10;
    world.uninstall(ACME.id);
    await install(ACME);
    told.length = 0;
    for (const event of [UNINSTALLED, REVOKED]) await send(lifecycle(ACME.id, event, removedAt));
    expect(told).toEqual([]);
    expect(await hear({ team_id: ACME.id })).toBeDefined();
  });

  it('an event that seems old counts when the token is dead', async () => {
    const { install, lifecycle: told, send, world } = await start();
    await install(ACME);
    told.length = 0;
    world.uninstall(ACME.id);
    await send(lifecycle(ACME.id, UNINSTALLED, Math.floor(Date.now() / 1000) - 10));
    expect(told.map(({ kind }) => kind)).toEqual(['tenant-left']);
  });

  it('an event that is faster than the end of the token is asked for again', async () => {
    const { hear, install, lifecycle: told, send, world } = await start();
    await install(ACME);
    told.length = 0;
    expect(await send(lifecycle(ACME.id, UNINSTALLED))).toBe(503);
    expect(told).toEqual([]);
    expect(await hear({ team_id: ACME.id })).toBeDefined();
    world.uninstall(ACME.id);
    expect(await send(lifecycle(ACME.id, UNINSTALLED))).toBe(200);
    expect(told).toEqual([{ kind: 'tenant-left', platform: 'slack', tenantId: ACME.id }]);
  });

  it('the own tokens of people that end say nothing about the app', async () => {
    const { hear, install, lifecycle: told, send } = await start();
    await install(ACME);
    told.length = 0;
    await send(lifecycle(ACME.id, { type: 'tokens_revoked', tokens: { oauth: ['U1', 'U2'] } }));
    expect(told).toEqual([]);
    expect(await hear({ team_id: ACME.id })).toBeDefined();
  });

  it('an organisation has left only with its last workspace', async () => {
    const { install, lifecycle: told, send, world } = await start();
    await install(GRID_1);
    await install(GRID_2);
    told.length = 0;
    world.uninstall(GRID_1.id);
    await send(lifecycle(GRID_1.id, UNINSTALLED));
    expect(told.map(({ kind, tenantId }) => [kind, tenantId])).toEqual([
      ['tenant-left', ORG.id],
      ['tenant-back', ORG.id],
    ]);
    world.uninstall(GRID_2.id);
    await send(lifecycle(GRID_2.id, UNINSTALLED));
    expect(told.at(-1)?.kind).toBe('tenant-left');
  });

  it('the app of a whole organisation stays when that of one of its workspaces is removed, however the events of that overlap', async () => {
    const { hear, install, lifecycle: told, send, world } = await start();
    await install({ ...ORG, isOrganisation: true });
    await install(GRID_1);
    told.length = 0;
    world.uninstall(GRID_1.id);
    const ofOne = (event: Readonly<Record<string, unknown>>) => ({
      ...lifecycle(GRID_1.id, event),
      enterprise_id: ORG.id,
    });
    await Promise.all([UNINSTALLED, REVOKED].map((event) => send(ofOne(event))));
    expect(told.at(-1)).toEqual({ kind: 'tenant-back', platform: 'slack', tenantId: ORG.id });
    expect(await hear({ team_id: 'T0TWO', enterprise_id: ORG.id })).toBeDefined();
  });

  it('a deactivated person has left; other changes of people say nothing', async () => {
    const { install, lifecycle: told, send } = await start();
    await install(ACME);
    told.length = 0;
    await send(lifecycle(ACME.id, { type: 'user_change', user: { id: 'U1', team_id: ACME.id, deleted: false } }));
    await send(lifecycle(ACME.id, { type: 'user_change', user: { id: 'U2', team_id: ACME.id, deleted: true } }));
    expect(told).toEqual([
      { kind: 'person-left', why: 'deactivated', platform: 'slack', tenantId: ACME.id, userId: 'U2' },
    ]);
  });

  it('whoever leaves one workspace of an organisation stays a person of it', async () => {
    const { install, lifecycle: told, send } = await start();
    await install(GRID_1);
    told.length = 0;
    const left = (teams: readonly string[]) => ({
      type: 'user_change',
      user: { id: 'U1', deleted: true, enterprise_user: { id: 'U1', enterprise_id: ORG.id, teams } },
    });
    await send(lifecycle(GRID_1.id, left(['T0TWO'])));
    expect(told).toEqual([]);
    await send(lifecycle(GRID_1.id, left([])));
    expect(told).toMatchObject([{ kind: 'person-left', tenantId: ORG.id }]);
  });

  it.each(['team_access_granted', 'team_access_revoked'])(
    '%s ends nothing: people belong to the organisation',
    async (type) => {
      const { hear, install, lifecycle: told, send } = await start();
      await install({ ...ORG, isOrganisation: true });
      told.length = 0;
      expect(await send({ ...lifecycle('T0ONE', { type, team_ids: ['T0ONE'] }), enterprise_id: ORG.id })).toBe(200);
      expect(told).toEqual([]);
      expect(await hear({ team_id: 'T0TWO', enterprise_id: ORG.id })).toBeDefined();
    },
  );

  it('what cannot be kept is asked for again, and nothing is forgotten before', async () => {
    let isAway = true;
    const {
      hear,
      install,
      lifecycle: told,
      send,
      world,
    } = await start({
      onLifecycle: async ({ kind }) => {
        if (kind === 'tenant-left' && isAway) throw new BehalfError('store.unavailable', 'away');
      },
    });
    await install(ACME);
    world.uninstall(ACME.id);
    expect(await send(lifecycle(ACME.id, UNINSTALLED))).toBe(503);
    isAway = false;
    expect(await send(lifecycle(ACME.id, UNINSTALLED))).toBe(200);
    expect(told.at(-1)).toEqual({ kind: 'tenant-left', platform: 'slack', tenantId: ACME.id });
    expect(await hear({ team_id: ACME.id })).toBeUndefined();
  });

  it.each([
    ['the removal', UNINSTALLED],
    ['the end of the tokens', REVOKED],
  ])('%s counts where a refresh has found the tokens dead before, once', async (_what, event) => {
    const { advance, clock } = shiftedClock();
    const { hear, install, lifecycle: told, send, world } = await start({ clock });
    await install(GRID_1, { rotates: true });
    await install(BETA, { rotates: true });
    await hear({ team_id: GRID_1.id });
    world.uninstall(GRID_1.id);
    advance(12 * HOUR - 60_000);
    expect(await hear({ team_id: GRID_1.id })).toBeUndefined();
    told.length = 0;
    const at = Math.floor(clock.now() / 1000);
    await send(lifecycle(GRID_1.id, { type: 'tokens_revoked', tokens: { oauth: ['U1'] } }, at));
    expect(told).toEqual([]);
    for (let time = 0; time < 2; time += 1) expect(await send(lifecycle(GRID_1.id, event, at))).toBe(200);
    expect(told).toEqual([{ kind: 'tenant-left', platform: 'slack', tenantId: ORG.id }]);
    expect(await hear({ team_id: BETA.id })).toBeDefined();
  });

  it('of workspaces without the app nothing follows', async () => {
    const { install, lifecycle: told, send } = await start();
    await install(ACME);
    told.length = 0;
    for (const event of [UNINSTALLED, REVOKED, { type: 'user_change', user: { id: 'U1', deleted: true } }])
      expect(await send(lifecycle(BETA.id, event))).toBe(200);
    expect(told).toEqual([]);
  });
});

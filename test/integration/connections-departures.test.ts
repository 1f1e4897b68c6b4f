import type { LifecycleEvent } from '../../src/chat/lifecycle-event.js';
import { lifecycleHandler } from '../../src/commands/lifecycle.js';
import type { PersonOwner } from '../../src/connections/connection.js';
import { Departures } from '../../src/connections/departures.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { peopleOfTenant } from '../../src/privacy/people-of-tenant.js';
import { ANN, ANNS_ACCOUNT, BOB, type ConnectionKit, startConnectionKit } from '../support/connection-kit.js';

const HOUR = 3_600_000;
const GRACE = 24 * HOUR;
const EVE: PersonOwner = { ...ANN, tenantId: 'T2' };
const OF_TEAMS: PersonOwner = { ...ANN, platform: 'teams' };
const ANN_LEFT: LifecycleEvent = {
  kind: 'person-left',
  why: 'deactivated',
  platform: 'slack',
  tenantId: 'T1',
  userId: ANN.userId,
};
const TENANT_LEFT: LifecycleEvent = { kind: 'tenant-left', platform: 'slack', tenantId: 'T1' };

describe('the connections of people who leave', () => {
  let kit: ConnectionKit;
  let departures: Departures;
  let tell: (event: LifecycleEvent) => Promise<void>;

  beforeEach(async () => {
    kit = await startConnectionKit();
    departures = makeDepartures();
    tell = lifecycleHandler(departures, GRACE);
    for (const owner of [ANN, BOB, EVE, OF_TEAMS])
      await kit.connections.activate(owner, kit.parent.name, kit.tokens(`of ${JSON.stringify(owner)}`), ANNS_ACCOUNT);
    await kit.connections.activate('shared', kit.parent.name, kit.tokens('shared'), ANNS_ACCOUNT);
  });

  afterEach(async () => {
    await departures.stop();
    await kit.stop();
  });

  function makeDepartures(): Departures {
    const { connections, deps, stores } = kit;
    const { clock, logger } = deps;
    return new Departures({
      queue: stores.departures,
      async erase(person) {
        const found = await connections.list(person);
        for (const { name } of found) await connections.remove(person, name, 'service');
        return { isWhole: true, connections: found };
      },
      peopleOf: (tenant) => peopleOfTenant(stores.sealedRows.rows(), tenant),
      clock,
      logger,
      metrics: noMetrics,
    });
  }

  async function whoHasOne(): Promise<string[]> {
    const { owners } = await kit.stores.connections.owners(kit.parent.name, { limit: 10 });
    return owners
      .map((owner) => (owner === 'shared' ? owner : [owner.platform, owner.tenantId, owner.userId].join(' ')))
      .sort();
  }

  it('end at once, and are revoked, when somebody is deactivated; nobody else loses theirs', async () => {
    await tell(ANN_LEFT);
    expect(await departures.work()).toBe(1);
    expect(await whoHasOne()).toEqual(['shared', 'slack T1 U-bob', 'slack T2 U-ann', 'teams T1 U-ann']);
    const listed = await kit.stores.revocations.due(kit.clock.now(), 10, 0);
    expect(listed).toHaveLength(1);
    expect(await departures.work()).toBe(0);
  });

  it('end after the grace when the app was removed from their workspace, and only there', async () => {
    await tell(TENANT_LEFT);
    await kit.clock.jump(GRACE - 1);
    expect(await departures.work()).toBe(0);
    await kit.clock.jump(1);
    expect(await departures.work()).toBe(1);
    expect(await whoHasOne()).toEqual(['shared', 'slack T2 U-ann', 'teams T1 U-ann']);
  });

  it('end with the workspace also where their app is not configured any more', async () => {
    const CARL: PersonOwner = { ...ANN, userId: 'U-carl' };
    await kit.connections.activate(CARL, 'taken-out', kit.tokens('of carl'), ANNS_ACCOUNT);
    await tell(TENANT_LEFT);
    await kit.clock.jump(GRACE);
    expect(await departures.work()).toBe(1);
    expect(await kit.stores.connections.list(CARL)).toEqual([]);
  });

  it('are those of persons: the installation of the app is nobody’s', async () => {
    const workspace: PersonOwner = { ...ANN, userId: '' };
    await kit.connections.activate(workspace, '(installation)', kit.tokens('of the bot'), ANNS_ACCOUNT);
    const people = await peopleOfTenant(kit.stores.sealedRows.rows(), { platform: 'slack', tenantId: 'T1' });
    expect(people.map(({ userId }) => userId).sort()).toEqual(['U-ann', 'U-bob']);
  });

  it('stay when the app is installed again within the grace', async () => {
    await tell(TENANT_LEFT);
    await kit.clock.jump(GRACE - 1);
    await tell({ ...TENANT_LEFT, kind: 'tenant-back' });
    await kit.clock.jump(HOUR);
    expect(await departures.work()).toBe(0);
    expect(await whoHasOne()).toHaveLength(5);
  });

  it('end when the first of repeated events says so', async () => {
    await tell(TENANT_LEFT);
    await kit.clock.jump(GRACE / 2);
    await tell(TENANT_LEFT);
    await kit.clock.jump(GRACE / 2);
    expect(await departures.work()).toBe(1);
  });

  it('wait out the grace where somebody has removed the app for themselves, unless they come back', async () => {
    await tell({ ...ANN_LEFT, kind: 'person-left', why: 'app-removed' });
    expect(await departures.work()).toBe(0);
    await tell({ kind: 'person-back', platform: 'slack', tenantId: 'T1', userId: ANN.userId });
    await kit.clock.jump(GRACE);
    expect(await departures.work()).toBe(0);
  });

  it('end later when the store fails on the way, in whichever process', async () => {
    await tell(TENANT_LEFT);
    await kit.clock.jump(GRACE);
    const remove = jest
      .spyOn(kit.stores.connections, 'remove')
      .mockRejectedValueOnce(new BehalfError('store.unavailable', 'away'));
    await expect(departures.work()).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(remove).toHaveBeenCalled();
    await kit.clock.jump(5 * 60_000);
    expect(await makeDepartures().work()).toBe(1);
    expect(await whoHasOne()).toEqual(['shared', 'slack T2 U-ann', 'teams T1 U-ann']);
  });

  it('are looked for by the process itself, every ten seconds', async () => {
    departures.start();
    await tell(ANN_LEFT);
    await kit.clock.advance(10_000);
    await kit.during(departures.stop());
    expect(await whoHasOne()).not.toContain('slack T1 U-ann');
  });
});

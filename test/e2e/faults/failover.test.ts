import { startWatchedRedis, type WatchedRedis } from '../../support/redis-with-sentinels.js';
import { FaultStage } from './support/fault-stage.js';

const AWAY = /I can't reach my memory right now/;
/** A busy machine may need more than one vote; every wait ends by itself, with words, long before. */
jest.setTimeout(600_000);

describe('The master of Redis dies', () => {
  let redis: WatchedRedis;
  let stage: FaultStage;

  beforeAll(async () => {
    redis = await startWatchedRedis();
    await redis.untilWhole();
    stage = await FaultStage.start({ store: 'redis', redisUrl: redis.url });
  });

  afterAll(async () => {
    await stage?.stop();
    await redis?.stop();
  });

  test('during an effect: people are told so, a replica takes over by itself, and nothing is lost or happens twice', async () => {
    const rita = stage.actor('rita');
    await stage.world.apps.crmControl.setApiFault({ delayMs: 3_000 });
    await stage.untilCalled('POST /api/opportunities', () => rita.say('unkeyed deal amount: 301'));
    // A master answers before its replicas have the write: what they lack is lost with it.
    await redis.untilReplicated();
    const former = await redis.killMaster();
    await stage.until('readiness to say no', async () => (await stage.service.readiness()) === 503);
    await rita.say('unkeyed deal amount: 302');
    await stage.reads(rita, AWAY);
    await stage.until('the deal', async () => (await stage.deals(301)) === 1);
    await stage.world.apps.crmControl.setApiFault({ delayMs: 0 });

    await redis.untilFailedOver(former);
    await stage.until('the service to be ready', async () => (await stage.service.readiness()) === 200);
    await stage.reads(rita, /Unkeyed deal of 301/);
    await rita.say('keyed deal amount: 303');
    await stage.reads(rita, /Keyed deal of 303/);
    await stage.until('all jobs to be over', async () => (await stage.service.metric('jobs_running')) === 0);

    expect(await stage.deals(301)).toBe(1);
    expect(stage.count(rita, /Unkeyed deal of 301/)).toBe(1);
    expect(await stage.deals(302)).toBe(0);
    expect(await stage.deals(303)).toBe(1);
    expect(stage.service.isRunning()).toBe(true);
    expect(stage.service.log()).not.toMatch(/unhandled rejection|uncaught/i);
  });
});

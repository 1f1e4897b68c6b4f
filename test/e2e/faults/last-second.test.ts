import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { FaultStage } from './support/fault-stage.js';

jest.setTimeout(180_000);

describe('Redis loses its last seconds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-last-second-'));
  let redis: RedisServer;
  let stage: FaultStage;

  beforeAll(async () => {
    // Starts with what was saved last; what came after it is lost with a kill.
    redis = await startRedis({ settings: ['--dir', folder, '--appendonly', 'no'] });
    stage = await FaultStage.start({ store: 'redis', redisUrl: redis.url });
  });

  afterAll(async () => {
    await stage?.stop();
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('with the outcome of an effect in them: the effect is not repeated, and the person is told what is unknown', async () => {
    const rita = stage.actor('rita');
    await stage.world.apps.crmControl.setApiFault({ delayMs: 1_500 });
    await stage.untilCalled('POST /api/opportunities', () => rita.say('unkeyed deal amount: 501'));
    const raw = new Redis(redis.port);
    await raw.save();
    raw.disconnect();
    await stage.reads(rita, /Unkeyed deal of 501/);
    await stage.world.apps.crmControl.setApiFault({ delayMs: 0 });
    await redis.kill();
    await redis.restart();

    await stage.until('the service to be ready', async () => (await stage.service.readiness()) === 200);
    await stage.reads(rita, /I cannot tell whether that was done, so I did not repeat it/, 60_000);
    await rita.say('keyed deal amount: 502');
    await stage.reads(rita, /Keyed deal of 502/);
    await stage.until('all jobs to be over', async () => (await stage.service.metric('jobs_running')) === 0);
    expect(await stage.deals(501)).toBe(1);
    expect(await stage.deals(502)).toBe(1);
    expect(stage.service.log()).not.toMatch(/unhandled rejection|uncaught/i);
  });
});

import { laneOf, RateLimits } from '../../../adapters/slack/rate-limits.js';

describe('limits of rate', () => {
  test('give each caller a time of its own, a second apart, until all have had theirs', () => {
    const limits = new RateLimits();
    limits.close('lane', 1_000, 5_000);
    expect([limits.take('lane', 1_000), limits.take('lane', 1_000), limits.take('lane', 2_000)]).toEqual([
      5_000, 6_000, 6_000,
    ]);
    expect(limits.remaining('lane', 8_999)).toBe(1);
    expect([limits.take('lane', 9_000), limits.take('lane', 9_000)]).toEqual([0, 0]);
  });

  test('hold nobody up elsewhere', () => {
    const limits = new RateLimits();
    limits.close('lane', 0, 5_000);
    expect(limits.take('another', 0)).toBe(0);
  });

  test('are not shortened by a later refusal', () => {
    const limits = new RateLimits();
    limits.close('lane', 0, 5_000);
    limits.close('lane', 1_000, 1_000);
    expect(limits.remaining('lane', 1_000)).toBe(4_000);
  });

  test('count messages by their channel and everything else by its method', () => {
    expect(laneOf('chat.postMessage', { channel: 'C1' })).not.toBe(laneOf('chat.postMessage', { channel: 'C2' }));
    expect(laneOf('users.info', { user: 'U1' })).toBe(laneOf('users.info', { user: 'U2' }));
  });
});

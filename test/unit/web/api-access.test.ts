import { createRateLimiter } from '../../../adapters/embedded/rate-limiter.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import type { HttpRequest } from '../../../src/kernel/http.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import type { RateLimiter } from '../../../src/kernel/rate-limiter.port.js';
import { ApiAccess } from '../../../src/web/api/api-access.js';
import { createManualClock } from '../../support/clocks.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const GUESS: HttpRequest = {
  id: 'r1',
  method: 'GET',
  path: '/api/recipes',
  params: {},
  query: new URLSearchParams(),
  headers: { authorization: 'Bearer guessed' },
  body: Buffer.alloc(0),
};

describe('guessing keys', () => {
  const clock = createManualClock();
  const process = (limiter: Pick<RateLimiter, 'take'>) =>
    new ApiAccess({ keys: [], limiter, clock, logger: new RecordingLogger(), metrics: noMetrics });

  async function guess(access: ApiAccess): Promise<number> {
    const admitted = await access.admit(GUESS, 'run');
    return admitted.kind === 'refused' ? admitted.response.status : 200;
  }

  test('is slowed down by all processes together', async () => {
    const limiter = createRateLimiter();
    const both = [process(limiter), process(limiter)] as const;
    for (let turn = 0; turn < 15; turn += 1) for (const access of both) expect(await guess(access)).toBe(401);
    for (const access of both) expect(await guess(access)).toBe(429);
  });

  test('is slowed down by each process while the store is away', async () => {
    const away = async () => Promise.reject(new BehalfError('store.unavailable', 'away'));
    const access = process({ take: away });
    for (let turn = 0; turn < 30; turn += 1) expect(await guess(access)).toBe(401);
    expect(await guess(access)).toBe(429);
  });
});

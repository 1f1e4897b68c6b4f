import { BehalfError } from '../../../src/kernel/errors.js';
import { healthRoutes } from '../../../src/web/health-routes.js';
import { get } from './requests.js';

function routes(change: Partial<Parameters<typeof healthRoutes>[0]> = {}) {
  return healthRoutes({
    checkStore: async () => {},
    isServing: () => true,
    metrics: { render: async () => 'behalf_x 1\n', contentType: 'text/plain; version=0.0.4' },
    ...change,
  });
}

describe('health', () => {
  test('lives whatever the store does', async () => {
    const deps = { checkStore: () => Promise.reject(new Error('away')), isServing: () => false };
    expect(await get(routes(deps), '/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  test('is ready while it serves and the store answers', async () => {
    expect(await get(routes(), '/readyz')).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(await get(routes({ isServing: () => false }), '/readyz')).toMatchObject({ status: 503 });
  });

  test('is not ready without its store, and does not say more than that', async () => {
    const away = { checkStore: () => Promise.reject(new BehalfError('store.unavailable', 'redis://:canary@host')) };
    const broken = { checkStore: () => Promise.reject(new Error('canary')) };
    expect(await get(routes(away), '/readyz')).toMatchObject({
      status: 503,
      body: '{"status":"the store does not answer"}',
    });
    expect(await get(routes(broken), '/readyz')).toMatchObject({ status: 503, body: '{"status":"not ready"}' });
  });

  test('gives the store two seconds', async () => {
    const checkStore = jest.fn(async (_timeoutMs: number) => {});
    await get(routes({ checkStore }), '/readyz');
    expect(checkStore).toHaveBeenCalledWith(2_000);
  });

  test('shows the metrics', async () => {
    expect(await get(routes(), '/metrics')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4' },
      body: 'behalf_x 1\n',
    });
  });
});

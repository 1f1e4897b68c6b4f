import type { LookupAddress } from 'node:dns';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { describeHttpClient, failureOf, nextTurn, TestServer } from './http-client.contract.js';

describeHttpClient('undici', (allowPrivateHosts) =>
  createHttpClient({ allowPrivateHosts, logger: new RecordingLogger(), clock: systemClock }),
);

describe('a name that changes its address', () => {
  const server = new TestServer();

  beforeAll(() => server.start());
  afterAll(() => server.stop());

  function clientWith(answers: readonly (readonly string[])[]) {
    let lookups = 0;
    const client = createHttpClient({
      allowPrivateHosts: ['127.0.0.1'],
      logger: new RecordingLogger(),
      clock: systemClock,
      resolve: (_hostname, _options, callback) => {
        const answer = answers[Math.min(lookups, answers.length - 1)] ?? [];
        lookups += 1;
        callback(
          null,
          answer.map((address): LookupAddress => ({ address, family: 4 })),
        );
      },
    });
    return { client, url: `http://rebinding.example:${server.port}/status/200`, lookups: () => lookups };
  }

  test('is connected to at the address that was checked, and refused at the next one', async () => {
    const { client, url } = clientWith([['127.0.0.1'], ['169.254.169.254']]);

    expect((await client.request({ method: 'GET', url, headers: { connection: 'close' } })).status).toBe(200);
    const failure = await failureOf(client.request({ method: 'GET', url }));

    await client.close();
    expect(failure.code).toBe('egress.refused');
    expect(server.requests).toHaveLength(1);
  });

  test('stays where it is while the connection is kept', async () => {
    const { client, url, lookups } = clientWith([['127.0.0.1'], ['169.254.169.254']]);
    await client.request({ method: 'GET', url });
    await nextTurn();
    await client.request({ method: 'GET', url });
    await client.close();
    expect(lookups()).toBe(1);
  });

  test('is refused when one of several addresses is not allowed', async () => {
    const { client, url } = clientWith([['127.0.0.1', '169.254.169.254']]);
    const failure = await failureOf(client.request({ method: 'GET', url }));
    await client.close();
    expect(failure.code).toBe('egress.refused');
  });
});

test('calls are logged without their path, headers and body', async () => {
  const server = new TestServer();
  await server.start();
  const logger = new RecordingLogger();
  const client = createHttpClient({ allowPrivateHosts: [`127.0.0.1:${server.port}`], logger, clock: systemClock });

  await client.request({
    method: 'POST',
    url: `http://127.0.0.1:${server.port}/echo?key=canary`,
    headers: { authorization: 'Bearer canary' },
    body: 'canary',
  });

  await client.close();
  await server.stop();
  expect(JSON.stringify(logger.lines)).toContain('called a server');
  expect(JSON.stringify(logger.lines)).not.toContain('canary');
});

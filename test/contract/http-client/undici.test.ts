import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { describeHttpClient, failureOf, nextTurn, TestServer } from './http-client.contract.js';

describeHttpClient('undici', (allowPrivateHosts) =>
  createHttpClient({ allowPrivateHosts, logger: new RecordingLogger(), clock: systemClock }),
);

describe('calls that have no connection yet', () => {
  const server = new TestServer();

  beforeAll(() => server.start());
  afterAll(() => server.stop());

  test.each([
    ['apps', ['127.0.0.1']],
    ['platforms', 'all'],
  ] as const)('are counted, of those to %s', async (to, allowPrivateHosts) => {
    let waiting = (): number | Promise<number> => Number.NaN;
    const labels: unknown[] = [];
    const client = createHttpClient({
      allowPrivateHosts,
      logger: new RecordingLogger(),
      clock: systemClock,
      metrics: {
        ...noMetrics,
        level(_name, read, given) {
          waiting = read;
          labels.push(given);
        },
      },
    });
    const url = `http://127.0.0.1:${server.port}/status/200`;
    const calls = [1, 2, 3].map(() => client.request({ method: 'GET', url }));
    expect(await waiting()).toBe(3);
    await Promise.all(calls);
    expect(await waiting()).toBe(0);
    expect(labels).toEqual([{ to }]);
    await client.close();
  });
});

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

describe('a name', () => {
  /** How a call of it ends, and whether anybody was connected to. */
  async function callAt(address: string, protocol: 'http' | 'https') {
    const client = createHttpClient({
      allowPrivateHosts: [],
      logger: new RecordingLogger(),
      clock: systemClock,
      resolve: (_hostname, _options, callback) => callback(null, [{ address, family: isIP(address) }]),
    });
    const failure = await failureOf(
      client.request({ method: 'GET', url: `${protocol}://internal.example:1/`, timeoutMs: 3_000 }),
    );
    await client.close();
    return failure.code;
  }

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.100.100.200',
    '0.0.0.0',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::10.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::10.0.0.1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '2002:a00:1::',
    '2001:0:a00:1::',
    '2001:db8::1',
    '100::1',
  ])('that is at %s is refused', async (address) => {
    expect(await callAt(address, 'https')).toBe('egress.refused');
    expect(await callAt(address, 'http')).toBe('egress.refused');
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

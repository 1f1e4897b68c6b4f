import { createKeys } from '../../../adapters/redis/keys.js';
import { growth } from '../../../bench/parts/soak-growth.js';
import { kindOfKey } from '../../../bench/world/key-kinds.js';
import { readInfo } from '../../../bench/world/redis.js';
import { TokenServer } from '../../../bench/world/token-server.js';

describe('the token server of the bench', () => {
  const refresh = (token: string): URLSearchParams =>
    new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token });
  const here = (): boolean => true;

  it('takes a refresh token once, and ends the grant when it is used again', async () => {
    const server = new TokenServer();
    const first = server.begin('g');

    const answer = await server.answer(refresh(first), here);
    const again = await server.answer(refresh(first), here);
    const after = await server.answer(refresh('g.1'), here);

    expect(answer).toMatchObject({ status: 200, body: { refresh_token: 'g.1' } });
    expect(again?.status).toBe(400);
    expect(after?.status).toBe(400);
    expect(server.counts).toEqual({ calls: 3, reused: 1 });
  });

  it('does nothing for a caller who has gone', async () => {
    const server = new TokenServer();
    const first = server.begin('g');

    const gone = await server.answer(refresh(first), () => false);
    const next = await server.answer(refresh(first), here);

    expect(gone).toBeUndefined();
    expect(next?.status).toBe(200);
    expect(server.counts).toEqual({ calls: 2, reused: 0 });
  });
});

describe('keys in Redis', () => {
  const keys = createKeys('behalf:');
  const owner = { platform: 'slack', tenantId: 'T1', userId: 'U1' };
  const user = { platform: 'slack', tenantId: 'T1', userId: 'U1' } as const;

  it.each([
    [keys.connections(owner).row('crm'), 'connection'],
    [keys.connections(owner).owners('crm'), 'connection index'],
    [keys.connections(owner).names, 'connection index'],
    [keys.jobs(user).row('01ABC'), 'job'],
    [keys.jobs(user).claim('Ev1'), 'event claim'],
    [keys.jobs(user).user(user), 'job index'],
    [keys.jobs(user).waiting(user, 'crm'), 'job index'],
    [keys.audit.log, 'audit'],
    [keys.record({ kind: 'login', id: 'a' }), 'record login'],
    [keys.lease('a'), 'lease'],
    [`${keys.queue}:1`, 'queue'],
    [keys.revocations.rows, 'other'],
  ])('%s holds: %s', (key, kind) => {
    expect(kindOfKey(key)).toBe(kind);
  });
});

it('what Redis says of itself is read', () => {
  const info = [
    'used_memory:1048576',
    'used_memory_rss:9',
    'total_commands_processed:42',
    'used_cpu_sys:0.5',
    'used_cpu_user:1.25',
    'used_cpu_user_children:7',
    'total_net_input_bytes:100',
    'total_net_output_bytes:200',
  ].join('\r\n');

  expect(readInfo(info)).toEqual({ memoryBytes: 1_048_576, operations: 42, cpuMs: 1_750, networkBytes: 300 });
});

describe('growth of memory', () => {
  const samples = (rss: (second: number) => number) =>
    Array.from({ length: 120 }, (_, index) => ({ ms: index * 5_000, rssMb: rss(index * 5) }));

  it('leaves out the beginning', () => {
    expect(
      growth(
        samples((second) => (second < 120 ? 50 + second / 2 : 110)),
        120_000,
      ),
    ).toBe(0);
  });

  it('is seen under the teeth of the garbage collector', () => {
    const grown = growth(
      samples((second) => 100 + second / 60 + (second % 15)),
      120_000,
    );

    expect(grown).toBeGreaterThan(0.04);
    expect(grown).toBeLessThan(0.1);
  });
});

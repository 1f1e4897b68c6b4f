import type { Connection } from '../../../src/connections/connection.js';
import { keepAliveAt } from '../../../src/connections/keep-alive-time.js';
import { Secret } from '../../../src/kernel/secret.js';

const DAY = 86_400_000;
const NOW = 1_795_000_000_000;
const POLICY = { idleMs: 100 * DAY, maxUnusedMs: 365 * DAY };

function connection(userId: string, change: Partial<Connection> = {}): Connection {
  return {
    owner: { platform: 'slack', tenantId: 'T1', userId },
    name: 'crm',
    generation: 3,
    status: 'connected',
    tokens: { accessToken: new Secret('a'), refreshToken: new Secret('r'), issuedAt: NOW, scopes: [] },
    connectedAt: NOW,
    changedAt: NOW,
    ...change,
  };
}

describe('the time at which a refresh token is used, lest it end', () => {
  const days = Array.from({ length: 1_000 }, (_, n) => {
    return ((keepAliveAt(connection(`U${n}`), POLICY) ?? 0) - NOW) / DAY;
  });

  it('comes after 60 to 80 % of the time that it lives unused', () => {
    expect(Math.min(...days)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...days)).toBeLessThanOrEqual(80);
  });

  it('is spread evenly over people who logged in together', () => {
    for (let day = 60; day < 80; day += 1) {
      const share = days.filter((at) => at >= day && at < day + 1).length;
      expect(share).toBeGreaterThan(20);
      expect(share).toBeLessThan(90);
    }
  });

  it('is the same for the same row, and another after the next refresh', () => {
    const row = connection('U1');
    expect(keepAliveAt(row, POLICY)).toBe(
      keepAliveAt(connection('U1', { generation: 4, account: { id: 'x', label: 'y' } }), POLICY),
    );
    const later = {
      ...row,
      tokens: { accessToken: new Secret('b'), refreshToken: new Secret('s'), issuedAt: NOW + DAY, scopes: [] },
    };
    expect(keepAliveAt(later, POLICY)).not.toBe((keepAliveAt(row, POLICY) ?? 0) + DAY);
  });

  it.each<[string, Connection]>([
    ['needs a login', connection('U1', { status: 'needs_login' })],
    ['is disconnected', connection('U1', { status: 'disconnected' })],
    ['has no refresh token', connection('U1', { tokens: { accessToken: new Secret('a'), issuedAt: NOW, scopes: [] } })],
  ])('is not there for a connection that %s', (_, row) => {
    expect(keepAliveAt(row, POLICY)).toBeUndefined();
  });

  it('is not there where nothing is to be kept alive', () => {
    expect(keepAliveAt(connection('U1'), undefined)).toBeUndefined();
  });
});

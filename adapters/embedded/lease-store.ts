import type { LeaseStore } from '../../src/connections/lease-store.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { Database } from './database.js';

export function createLeaseStore(database: Database, clock: Clock): LeaseStore {
  const acquire = database.prepare(`
    INSERT INTO leases (key, holder, expires_at) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE leases.expires_at <= ?`);
  const renew = database.prepare('UPDATE leases SET expires_at = ? WHERE key = ? AND holder = ? AND expires_at > ?');
  const release = database.prepare('DELETE FROM leases WHERE key = ? AND holder = ?');
  return {
    acquire: (key, holder, ttlMs) =>
      database.call('acquire', () => {
        const now = clock.now();
        return acquire.run(key, holder, now + ttlMs, now) === 1;
      }),
    renew: (key, holder, ttlMs) =>
      database.call('renew', () => {
        const now = clock.now();
        return renew.run(now + ttlMs, key, holder, now) === 1;
      }),
    async release(key, holder) {
      await database.call('release', () => release.run(key, holder));
    },
  };
}

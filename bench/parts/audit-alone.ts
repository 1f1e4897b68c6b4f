import { AuditLog } from '../../src/audit/audit-log.js';
import type { AuditEntry } from '../../src/audit/page-content.js';
import type { Stand } from '../stand.js';
import type { RedisServer } from '../world/redis.js';
import { openStore, vaultOf } from '../world/seed.js';

/** Commands whose entries are written once more. */
const COMMANDS = 300;
const PREFIX = 'alone:';

/** What a command leaves in the audit log where no other comes in the same second: the entries of commands, each in a page of its own. */
export async function measureAuditAlone(stand: Stand, redis: RedisServer): Promise<void> {
  const vault = vaultOf(stand.encryptionKeys);
  const from = await openStore({ redisUrl: redis.url });
  const to = await openStore({ redisUrl: redis.url, prefix: PREFIX });
  const commands = new Map<string, AuditEntry[]>();
  for await (const { at, event } of new AuditLog({ store: from.audit, vault }).read()) {
    if (event?.job === undefined) continue;
    const entries = commands.get(event.job) ?? [];
    entries.push({ at, event });
    commands.set(event.job, entries);
  }
  const log = new AuditLog({ store: to.audit, vault });
  const chosen = [...commands.values()].slice(-COMMANDS);
  for (const entries of chosen) await log.append(await log.seal(entries));
  const bytes = await redis.client.memory('USAGE', `${PREFIX}{audit}log`, 'SAMPLES', 0);
  stand.note('auditAlone', Number(bytes) / chosen.length, { unit: 'bytes' });
  await redis.client.del(`${PREFIX}{audit}log`, `${PREFIX}{audit}state`);
  await Promise.all([from.close(), to.close()]);
}

import { AuditLog } from '../../../src/audit/audit-log.js';
import { parseKeyring } from '../../../src/kernel/key-entries.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault } from '../../../src/kernel/vault.js';
import { rotateKeys } from '../../../src/rotate-keys.js';
import { openEmbeddedStores } from './embedded-harness.js';
import { openRedisStores } from './redis-harness.js';

/** Rotates the keys of a store; says how far it is after each portion, and the report at the end. May freeze on the way. */
async function main(place: string, prefix: string, keys: string, freezeAfter: number): Promise<void> {
  let portions = 0;
  const stores = place.startsWith('redis:')
    ? await openRedisStores({ url: place, prefix })
    : await openEmbeddedStores({ directory: place });
  const vault = createVault(parseKeyring(keys));
  const report = await rotateKeys({
    rows: stores.sealedRows,
    audit: new AuditLog({ store: stores.audit, vault }),
    leases: stores.leases,
    vault,
    clock: systemClock,
    onProgress({ resealed }) {
      portions += 1;
      process.stdout.write(`${resealed}\n`);
      if (portions === freezeAfter) process.kill(process.pid, 'SIGSTOP');
    },
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  await stores.health.close();
}

const [place = '', prefix = '', keys = '', freezeAfter = '0'] = process.argv.slice(2);
void main(place, prefix, keys, Number(freezeAfter));

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateAtStart } from '../../src/compose/rotate-at-start.js';
import { openRow, sealRow } from '../../src/connections/connection-records.js';
import { parseKeyring } from '../../src/kernel/key-entries.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault } from '../../src/kernel/vault.js';
import { generateKey } from '../../src/keyring.js';
import { openEmbeddedStores } from '../contract/stores/embedded-harness.js';
import type { Stores } from '../contract/stores/stores.js';
import { RecordingLogger } from '../support/recording-logger.js';

describe('a service with an embedded store and a new first key', () => {
  const [old, next] = [generateKey('old'), generateKey('next')];
  const vaultOf = (...entries: readonly string[]) => createVault(parseKeyring(entries.join(',')));
  let folder: string;
  let stores: Stores;
  let logger: RecordingLogger;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-keys-at-start-'));
    logger = new RecordingLogger();
    stores = await openEmbeddedStores({ directory: folder });
    const tokens = { accessToken: new Secret('a'), issuedAt: 1, scopes: [] };
    const connected = { owner: 'shared', generation: 1, status: 'connected', tokens } as const;
    await stores.connections.write(sealRow(vaultOf(old), { ...connected, name: 'crm', connectedAt: 1, changedAt: 1 }));
  });

  afterEach(async () => {
    await stores.health.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...keys: readonly string[]) =>
    rotateAtStart({ stores, vault: vaultOf(...keys), clock: systemClock, logger });

  it('seals everything with it while it runs, and says that the old one can go', async () => {
    await start(next, old);
    const row = await stores.connections.get('shared', 'crm');
    expect(row && openRow(vaultOf(next), row).status).toBe('connected');
    expect(logger.lines).toMatchObject([{ level: 'info', fields: { resealed: 1, unreadable: 0, needed: [] } }]);
  });

  it('says of no key that it can go where records open with none, or nothing is sealed yet', async () => {
    await start(next, generateKey('other'));
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { unreadable: 1, needed: [] } }]);
    await stores.connections.remove('shared', 'crm', 1);
    await start(next, old);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'info', message: expect.stringContaining('is not known') });
  });

  it('looks at nothing while there is one key', async () => {
    await start(old);
    expect(logger.lines).toEqual([]);
  });

  it('goes on without it when the store is closed meanwhile', async () => {
    await stores.health.close();
    await start(next, old);
    expect(logger.lines).toMatchObject([{ level: 'warn' }]);
  });
});

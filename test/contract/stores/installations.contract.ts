import { randomBytes } from 'node:crypto';
import { AuditLog } from '../../../src/audit/audit-log.js';
import type { TokenSet } from '../../../src/connections/connection.js';
import { createInstallations, INSTALLATION } from '../../../src/connections/installations.js';
import type { Installations } from '../../../src/connections/installations.port.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault } from '../../../src/kernel/vault.js';
import { rotateKeys } from '../../../src/rotate-keys.js';
import { HARD_IDS, type OpenStores, quietLogger, type Stores, useStores } from './stores.js';

const KEY = { id: 'k1', key: new Secret(randomBytes(32)) };
const vault = createVault([KEY]);
const HOUR = 3_600_000;

function tokens(name: string, changes: Partial<TokenSet> = {}): TokenSet {
  return { accessToken: new Secret(name), issuedAt: systemClock.now(), scopes: ['chat:write'], ...changes };
}

/** Tokens that end so soon that they are refreshed. */
function endingTokens(name: string): TokenSet {
  const now = systemClock.now();
  return tokens(name, {
    refreshToken: new Secret(`${name}-refresh`),
    issuedAt: now - 12 * HOUR,
    expiresAt: now + 60_000,
  });
}

const ACME = { tenantId: 'T1', name: 'Acme', botUserId: 'B1' };

export function describeInstallations(open: OpenStores): void {
  describe('installations', () => {
    const opened = useStores(open);
    const ask = (
      refresh: (old: TokenSet) => Promise<TokenSet> = () =>
        Promise.reject(new BehalfError('internal', 'not asked for')),
      stores: Stores = opened().stores,
    ): Installations => {
      const deps = { store: stores.connections, leases: stores.leases, vault, clock: systemClock };
      return createInstallations({ ...deps, logger: quietLogger, metrics: noMetrics })('slack', refresh);
    };

    it('gives back what was saved, by its workspace', async () => {
      await ask().save({ ...ACME, organization: 'E1' }, tokens('xoxb-1'));
      const found = await ask().find('T1');
      expect(found).toMatchObject({ ...ACME, organization: 'E1', scopes: ['chat:write'] });
      expect(found?.token.reveal()).toBe('xoxb-1');
      expect(await ask().find('T2')).toBeUndefined();
      expect(await ask().find('E1')).toBeUndefined();
    });

    it('keeps workspaces apart whatever characters their ids have', async () => {
      for (const id of HARD_IDS) await ask().save({ ...ACME, tenantId: id, name: id }, tokens(`xoxb ${id}`));
      for (const id of HARD_IDS) expect((await ask().find(id))?.token.reveal()).toBe(`xoxb ${id}`);
    });

    it('is durable, and sealed for its workspace', async () => {
      await ask().save(ACME, tokens('xoxb-canary'));
      const stores = await opened().reopen();
      expect((await ask(undefined, stores).find('T1'))?.token.reveal()).toBe('xoxb-canary');
      const row = await stores.connections.get({ platform: 'slack', tenantId: 'T1', userId: '' }, INSTALLATION);
      if (row === undefined) throw new Error('there is no row');
      expect(Buffer.from(row.sealed).toString('latin1')).not.toContain('canary');
      await stores.connections.write({ ...row, owner: { platform: 'slack', tenantId: 'T2', userId: '' } });
      await expect(ask(undefined, stores).find('T2')).rejects.toMatchObject({ code: 'store.corrupt' });
    });

    it('is sealed anew with the first key of the keyring', async () => {
      await ask().save(ACME, tokens('xoxb-1'));
      const { stores } = opened();
      const wider = createVault([{ id: 'k2', key: new Secret(randomBytes(32)) }, KEY]);
      const audit = new AuditLog({ store: stores.audit, vault: wider });
      const parts = { rows: stores.sealedRows, leases: stores.leases, audit, vault: wider, clock: systemClock };
      expect(await rotateKeys(parts)).toMatchObject({ checked: 1, resealed: 1 });
      await expect(ask().find('T1')).rejects.toMatchObject({ code: 'store.corrupt' });
      const row = await stores.connections.get({ platform: 'slack', tenantId: 'T1', userId: '' }, INSTALLATION);
      expect(row && wider.needsRotation(row.sealed)).toBe(false);
    });

    it('replaces an earlier installation', async () => {
      await ask().save(ACME, tokens('xoxb-1'));
      await ask().save({ ...ACME, name: 'Acme Ltd', botUserId: 'B2' }, tokens('xoxb-2'));
      const found = await ask().find('T1');
      expect(found).toMatchObject({ name: 'Acme Ltd', botUserId: 'B2' });
      expect(found?.token.reveal()).toBe('xoxb-2');
    });

    it('forgets what is removed, once', async () => {
      await ask().save(ACME, tokens('xoxb-1'));
      expect(await ask().remove('T1')).toBe(true);
      expect(await ask().remove('T1')).toBe(false);
      expect(await ask().find('T1')).toBeUndefined();
    });

    it('refreshes tokens that end, once for 20 that ask at the same time in two processes', async () => {
      await ask().save(ACME, endingTokens('xoxe-1'));
      const asked: string[] = [];
      const refresh = async (old: TokenSet): Promise<TokenSet> => {
        asked.push(old.refreshToken?.reveal() ?? '');
        return tokens('xoxe-2', { expiresAt: systemClock.now() + 12 * HOUR, refreshToken: new Secret('next') });
      };
      const processes = [ask(refresh), ask(refresh)];
      const found = await Promise.all(Array.from({ length: 20 }, (_, n) => processes[n % 2]?.find('T1')));
      expect(new Set(found.map((each) => each?.token.reveal()))).toEqual(new Set(['xoxe-2']));
      expect(asked).toEqual(['xoxe-1-refresh']);
      expect((await ask().find('T1'))?.token.reveal()).toBe('xoxe-2');
    });

    it('is not there any more when the platform has taken its tokens back', async () => {
      await ask().save(ACME, endingTokens('xoxe-1'));
      const refused = ask(() => Promise.reject(new BehalfError('oauth.invalid_grant', 'gone')));
      expect(await ask().ended('T1')).toBeUndefined();
      expect(await refused.find('T1')).toBeUndefined();
      expect(await ask().hasAnyOf('T1')).toBe(false);
      expect(await ask().ended('T1')).toEqual(ACME);
      expect(await ask().remove('T1')).toBe(true);
      expect(await ask().ended('T1')).toBeUndefined();
    });

    it('uses the old token for as long as it lives when the platform is away', async () => {
      await ask().save(ACME, endingTokens('xoxe-1'));
      const away = ask(() => Promise.reject(new BehalfError('oauth.transient', 'away')));
      expect((await away.find('T1'))?.token.reveal()).toBe('xoxe-1');
    });

    it('tells whether an organisation has one', async () => {
      await ask().save({ ...ACME, organization: 'E1' }, tokens('xoxb-1'));
      await ask().save({ ...ACME, tenantId: 'E2' }, tokens('xoxb-2'));
      expect(await ask().hasAnyOf('E1')).toBe(true);
      expect(await ask().hasAnyOf('E2')).toBe(true);
      expect(await ask().hasAnyOf('E3')).toBe(false);
      await ask().remove('T1');
      expect(await ask().hasAnyOf('E1')).toBe(false);
    });
  });
}

import type { ParentConnection } from '../../src/connections/parent-connection.js';
import { createRevocationPlan } from '../../src/connections/revocation-plan.js';
import { Revoker } from '../../src/connections/revoker.js';
import { Secret } from '../../src/kernel/secret.js';
import { createVault } from '../../src/kernel/vault.js';
import { ANN, ANNS_ACCOUNT, BOB, type ConnectionKit, startConnectionKit, vaultKey } from '../support/connection-kit.js';
import { STORES, useDisks } from '../support/disks.js';

describe.each(STORES)('on the %s store', (store) => {
  const disk = useDisks(store);

  let kit: ConnectionKit;

  beforeEach(async () => {
    kit = await startConnectionKit({}, disk());
    kit.provider.script(() => ({ status: 200 }));
  });

  afterEach(() => kit.stop());

  async function connect(access: string, refresh?: string) {
    return kit.connections.activate(ANN, 'crm', kit.tokens(access, refresh), ANNS_ACCOUNT);
  }

  /** A row that is bound to another generation than its own. */
  async function connectUnreadably(): Promise<void> {
    await connect('a');
    const row = await kit.stores.connections.get(ANN, 'crm');
    const sealed = row?.sealed ?? new Uint8Array();
    await kit.stores.connections.write({ owner: ANN, name: 'crm', generation: 2, sealed });
  }

  async function revokedTokens(): Promise<readonly (string | null)[]> {
    await kit.revoker.work();
    return kit.provider.callsOf('revoke').map(({ form }) => form.get('token'));
  }

  describe('a credential', () => {
    it('of a person without a connection is a login that is needed', async () => {
      await expect(kit.connections.credentialFor(ANN, kit.parent)).resolves.toEqual({ kind: 'login_required' });
    });

    it("is the person's own token, with its generation and account", async () => {
      await connect('anns-access');
      const answer = await kit.connections.credentialFor(ANN, kit.parent);
      expect(answer).toMatchObject({
        kind: 'ready',
        account: ANNS_ACCOUNT,
        credential: { kind: 'bearer', generation: 1 },
      });
      if (answer.kind !== 'ready' || answer.credential.kind !== 'bearer') throw new Error('no token');
      expect(answer.credential.token.reveal()).toBe('anns-access');
    });

    it('of a person is never that of the shared connection or of somebody else', async () => {
      await kit.connections.activate('shared', 'crm', kit.tokens('shared-access'), ANNS_ACCOUNT);
      await kit.connections.activate(BOB, 'crm', kit.tokens('bobs-access'), ANNS_ACCOUNT);
      await expect(kit.connections.credentialFor(ANN, kit.parent)).resolves.toEqual({ kind: 'login_required' });
      await expect(kit.connections.credentialFor('shared', kit.parent)).resolves.toMatchObject({ kind: 'ready' });
    });

    it('that is the same for everybody is given to the shared owner only', async () => {
      const credential = { kind: 'api_key', in: 'header', name: 'x-key', key: new Secret('key') } as const;
      const parent: ParentConnection = { ...kit.parent, auth: { kind: 'static', method: 'api_key', credential } };
      await expect(kit.connections.credentialFor('shared', parent)).resolves.toEqual({ kind: 'ready', credential });
      await expect(kit.connections.credentialFor(ANN, parent)).rejects.toMatchObject({ code: 'connection.invalid' });
    });

    it('says why the earlier login does not do any more', async () => {
      await connect('a');
      await expect(kit.connections.markNeedsLogin(ANN, 'crm', 1, 'Acme CRM refuses it')).resolves.toBe(true);
      await expect(kit.connections.credentialFor(ANN, kit.parent)).resolves.toEqual({
        kind: 'login_required',
        reason: 'Acme CRM refuses it',
        asked: ['api'],
      });
      await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({
        status: 'needs_login',
        account: ANNS_ACCOUNT,
      });
    });

    it('is not taken back because of an older generation', async () => {
      await connect('a');
      await connect('b');
      await expect(kit.connections.markNeedsLogin(ANN, 'crm', 1, 'old news')).resolves.toBe(false);
      await expect(kit.connections.credentialFor(ANN, kit.parent)).resolves.toMatchObject({ kind: 'ready' });
    });

    it('notes its use, at most once a minute', async () => {
      await connect('a');
      const first = kit.clock.now();
      await kit.connections.credentialFor(ANN, kit.parent);
      await kit.clock.advance(30_000);
      await kit.connections.credentialFor(ANN, kit.parent);
      await expect(kit.connections.list(ANN)).resolves.toMatchObject([{ lastUsedAt: first }]);
      await kit.clock.advance(30_000);
      await kit.connections.credentialFor(ANN, kit.parent);
      await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ lastUsedAt: kit.clock.now() });
    });
  });

  describe('another login', () => {
    it('keeps the row, and has the replaced tokens revoked', async () => {
      await connect('old-access', 'old-refresh');
      const { connection, replacedAccount } = await connect('new-access', 'new-refresh');
      expect(connection.generation).toBe(2);
      expect(replacedAccount).toBeUndefined();
      await expect(revokedTokens()).resolves.toEqual(['old-refresh', 'old-access']);
    });

    it('tells which account it replaced', async () => {
      await connect('a');
      const other = { id: 'b-2', label: 'boss@acme.example' };
      const { replacedAccount } = await kit.connections.activate(ANN, 'crm', kit.tokens('b'), other);
      expect(replacedAccount).toEqual(ANNS_ACCOUNT);
      await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ account: other });
    });

    it('leaves the replaced tokens alone where revoking them would end the new ones too', async () => {
      await kit.stop();
      kit = await startConnectionKit({ revocationEnds: 'grant' }, disk());
      kit.provider.script(() => ({ status: 200 }));
      await connect('old');
      await connect('new');
      await expect(revokedTokens()).resolves.toEqual([]);
      await kit.connections.activate(ANN, 'crm', kit.tokens('other'), { id: 'b-2', label: 'boss' });
      await expect(revokedTokens()).resolves.toEqual(['new']);
    });

    it('brings a connection back that needed one, and one that was disconnected', async () => {
      await connect('a');
      await kit.connections.markNeedsLogin(ANN, 'crm', 1, 'gone');
      await connect('b');
      await kit.connections.disconnect(ANN, 'crm');
      const { connection } = await connect('c');
      expect(connection).toMatchObject({ status: 'connected', generation: 5 });
      expect(connection.reason).toBeUndefined();
    });

    it('replaces a row that cannot be read any more', async () => {
      await connectUnreadably();
      await expect(kit.connections.credentialFor(ANN, kit.parent)).rejects.toMatchObject({ code: 'store.corrupt' });
      await expect(kit.connections.list(ANN)).resolves.toMatchObject([{ name: 'crm', status: 'needs_login' }]);
      await connect('b');
      await expect(kit.connections.credentialFor(ANN, kit.parent)).resolves.toMatchObject({ kind: 'ready' });
    });

    it('that cannot be read any more is told so when it is ended: the app cannot be asked to revoke it', async () => {
      await connectUnreadably();
      await expect(kit.connections.disconnect(ANN, 'crm')).resolves.toEqual({ name: 'crm', revocation: 'unreadable' });
      await expect(kit.connections.list(ANN)).resolves.toMatchObject([{ name: 'crm', status: 'disconnected' }]);
      await expect(kit.connections.remove(ANN, 'crm')).resolves.toEqual({ name: 'crm', revocation: 'none' });
    });

    it('of many at once ends with one of them, whole', async () => {
      const logins = Array.from({ length: 8 }, (_, index) => connect(`access-${index}`, `refresh-${index}`));
      await kit.during(Promise.all(logins));
      const answer = await kit.connections.credentialFor(ANN, kit.parent);
      if (answer.kind !== 'ready' || answer.credential.kind !== 'bearer') throw new Error('no token');
      const kept = answer.credential.token.reveal().replace('access-', '');
      const revoked = await revokedTokens();
      expect(revoked).toHaveLength(14);
      expect(revoked).not.toContain(`access-${kept}`);
    });
  });

  describe('disconnecting', () => {
    it('has the tokens revoked, wipes them and keeps the row with its account', async () => {
      await connect('a', 'r');
      await expect(kit.connections.disconnect(ANN, 'crm')).resolves.toEqual({
        name: 'crm',
        account: ANNS_ACCOUNT,
        revocation: 'queued',
      });
      await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({
        status: 'disconnected',
        account: ANNS_ACCOUNT,
      });
      await expect(kit.connections.credentialFor(ANN, kit.parent)).resolves.toEqual({
        kind: 'login_required',
        asked: ['api'],
      });
      await expect(revokedTokens()).resolves.toEqual(['r', 'a']);
    });

    it('says so where the app offers no revocation', async () => {
      await kit.stop();
      kit = await startConnectionKit({}, disk());
      if (kit.parent.auth.kind !== 'oauth2') throw new Error('not OAuth');
      Reflect.deleteProperty(kit.parent.auth.app, 'revocationUrl');
      await connect('a');
      await expect(kit.connections.disconnect(ANN, 'crm')).resolves.toMatchObject({ revocation: 'unsupported' });
    });

    it('twice changes nothing more', async () => {
      await connect('a');
      await kit.connections.disconnect(ANN, 'crm');
      await expect(kit.connections.disconnect(ANN, 'crm')).resolves.toMatchObject({ revocation: 'none' });
      await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ generation: 2 });
      await expect(revokedTokens()).resolves.toEqual(['a']);
    });

    it('of what is not there is nothing', async () => {
      await expect(kit.connections.disconnect(ANN, 'crm')).resolves.toBeUndefined();
      await expect(kit.connections.remove(ANN, 'crm')).resolves.toBeUndefined();
    });

    it('and removing takes the row away too', async () => {
      await connect('a', 'r');
      await expect(kit.connections.remove(ANN, 'crm')).resolves.toMatchObject({ revocation: 'queued' });
      await expect(kit.connections.list(ANN)).resolves.toEqual([]);
      await expect(revokedTokens()).resolves.toEqual(['r', 'a']);
      expect((await connect('b')).connection.generation).toBe(1);
    });
  });

  describe('the revoker', () => {
    it('tries again after a pause that grows, or that the app asked for, and gives up after a day', async () => {
      kit.provider.script(() => ({ status: 503, headers: { 'retry-after': '90' } }));
      await connect('a');
      await kit.connections.disconnect(ANN, 'crm');
      await kit.revoker.work();
      await kit.clock.advance(89_000);
      await kit.revoker.work();
      expect(kit.provider.callsOf('revoke')).toHaveLength(1);
      await kit.clock.advance(1_000);
      await kit.revoker.work();
      expect(kit.provider.callsOf('revoke')).toHaveLength(2);
      for (let hours = 0; hours < 26; hours += 1) {
        await kit.clock.advance(3_600_000);
        await kit.revoker.work();
      }
      const calls = kit.provider.callsOf('revoke').length;
      await kit.clock.advance(48 * 3_600_000);
      await kit.revoker.work();
      expect(kit.provider.callsOf('revoke')).toHaveLength(calls);
      expect(kit.logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
        'revocation given up: the tokens may still be valid at the app',
      ]);
    });

    it('tries once more at the end of the day where the app asks for a longer pause than that', async () => {
      kit.provider.script(() => ({ status: 429, headers: { 'retry-after': '172800' } }));
      await connect('a');
      await kit.connections.disconnect(ANN, 'crm');
      await kit.clock.advance(1_000);
      await kit.revoker.work();
      await kit.clock.advance(23 * 3_600_000);
      await kit.revoker.work();
      expect(kit.provider.callsOf('revoke')).toHaveLength(1);
      kit.provider.script(() => ({ status: 200 }));
      await kit.clock.advance(3_600_000);
      await kit.revoker.work();
      expect(kit.provider.callsOf('revoke')).toHaveLength(2);
      expect(kit.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    });

    it('tries several times also where it comes to the first only after a day', async () => {
      kit.provider.script(() => ({ status: 503 }));
      await connect('a');
      await kit.connections.disconnect(ANN, 'crm');
      await kit.clock.jump(30 * 3_600_000);
      await kit.revoker.work();
      kit.provider.script(() => ({ status: 200 }));
      await kit.clock.advance(30_000);
      await kit.revoker.work();
      expect(kit.provider.callsOf('revoke')).toHaveLength(2);
      expect(kit.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    });

    it('waits a day for a key that is missing', async () => {
      const others = { ...kit.deps, vault: createVault([vaultKey('k0')]) };
      const plan = createRevocationPlan({ ...others, queue: kit.stores.revocations });
      const passOneDay = async () => {
        for (let hours = 0; hours < 26; hours += 1) {
          await kit.revoker.work();
          await kit.clock.advance(3_600_000);
        }
      };
      await plan.add('crm', kit.tokens('a'));
      await kit.revoker.work();
      await kit.clock.advance(60_000);
      await new Revoker({ ...others, stores: kit.stores }).work();
      expect(kit.provider.callsOf('revoke')).toHaveLength(1);
      await plan.add('crm', kit.tokens('b'));
      await passOneDay();
      await passOneDay();
      expect(await kit.stores.revocations.due(kit.clock.now() + 3_600_000, 9, 0)).toEqual([]);
      expect(kit.logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
        'revocation given up: the tokens may still be valid at the app',
      ]);
    });

    it('works by itself between start and stop', async () => {
      await connect('a');
      kit.revoker.start();
      await kit.connections.disconnect(ANN, 'crm');
      while (kit.provider.callsOf('revoke').length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await kit.clock.advance(2_000);
      }
      await kit.revoker.stop();
      await kit.connections.activate(BOB, 'crm', kit.tokens('b'), ANNS_ACCOUNT);
      await kit.connections.disconnect(BOB, 'crm');
      await kit.clock.advance(60_000);
      expect(kit.provider.callsOf('revoke')).toHaveLength(1);
    });
  });

  describe('a row', () => {
    it('that was copied to another owner does not open there', async () => {
      await connect('anns-access');
      const row = await kit.stores.connections.get(ANN, 'crm');
      if (row === undefined) throw new Error('no row');
      await kit.stores.connections.write({ ...row, owner: BOB });
      await expect(kit.connections.credentialFor(BOB, kit.parent)).rejects.toMatchObject({ code: 'store.corrupt' });
      await kit.stores.connections.write({ ...row, owner: 'shared' });
      await expect(kit.connections.credentialFor('shared', kit.parent)).rejects.toMatchObject({
        code: 'store.corrupt',
      });
    });

    it('that was copied to another connection or put back under a newer generation does not open', async () => {
      await connect('old');
      const row = await kit.stores.connections.get(ANN, 'crm');
      if (row === undefined) throw new Error('no row');
      await kit.stores.connections.write({ ...row, name: 'crm2' });
      const parent = { ...kit.parent, name: 'crm2' };
      await expect(kit.connections.credentialFor(ANN, parent)).rejects.toMatchObject({ code: 'store.corrupt' });
      await kit.stores.connections.write({ ...row, generation: 2 });
      await expect(kit.connections.credentialFor(ANN, kit.parent)).rejects.toMatchObject({ code: 'store.corrupt' });
    });

    it('shows neither tokens nor account', async () => {
      await connect('access-canary', 'refresh-canary');
      const row = await kit.stores.connections.get(ANN, 'crm');
      const bytes = Buffer.from(row?.sealed ?? []).toString('latin1');
      for (const canary of ['canary', 'ann@acme.example']) expect(bytes).not.toContain(canary);
      expect(kit.logger.dump()).not.toContain('canary');
    });
  });
});

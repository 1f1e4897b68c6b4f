import { randomBytes } from 'node:crypto';
import { HeldMessages } from '../../../adapters/teams/held-messages.js';
import { OfferedFiles } from '../../../adapters/teams/offered-files.js';
import { AuditLog } from '../../../src/audit/audit-log.js';
import { createClicks } from '../../../src/chat/clicks.js';
import type { FileReferences } from '../../../src/chat/file-references.js';
import { createFileReferences } from '../../../src/chat/file-references.js';
import { keptLoginLinks } from '../../../src/commands/kept-login-links.js';
import { OfferedOptions } from '../../../src/commands/offered-options.js';
import { Questions } from '../../../src/commands/questions.js';
import type { Connection } from '../../../src/connections/connection.js';
import { openRow, sealRow } from '../../../src/connections/connection-records.js';
import { createLoginRecords } from '../../../src/connections/login-records.js';
import { createRevocationPlan, openRevocation } from '../../../src/connections/revocation-plan.js';
import { openJob, sealJob } from '../../../src/jobs/job-record.js';
import { isFileValue } from '../../../src/kernel/file-value.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault, SEALED_TYPES, type SealedType, type Vault } from '../../../src/kernel/vault.js';
import { usesOfKeys } from '../../../src/key-uses.js';
import { rotateKeys } from '../../../src/rotate-keys.js';
import { ANN, BOB, HARD_IDS, jobId, jobRow, type OpenStores, type Stores, useStores } from './stores.js';

const OLD = { id: 'old-key', key: new Secret(randomBytes(32)) };
const NEW = { id: 'new-key', key: new Secret(randomBytes(32)) };
const [before, during, after] = [createVault([OLD]), createVault([NEW, OLD]), createVault([NEW])];
const HOUR = 3_600_000;
const URL = 'https://bot.example/login/1';

const TOKENS = { accessToken: new Secret('canary'), issuedAt: 1, scopes: [] };
const CONNECTED: Connection = {
  owner: ANN,
  name: 'crm',
  generation: 1,
  status: 'connected',
  tokens: TOKENS,
  connectedAt: 1,
  changedAt: 1,
};
const STATE = { recipeVersion: 'v1', parameters: {}, done: {}, loginsAsked: {} };

/** How a kind of sealed record comes into the store, and what a service reads that has the new key alone. */
type Story =
  | {
      readonly kind: 'lasts';
      readonly put: (stores: Stores, vault: Vault) => Promise<void>;
      readonly read: (stores: Stores, vault: Vault) => Promise<unknown>;
      readonly reads: unknown;
    }
  | {
      readonly kind: 'ends';
      readonly put: (stores: Stores, vault: Vault) => Promise<void>;
      /** How many it makes; 1 unless it says so. */
      readonly records?: number;
    };

async function jobIn(stores: Stores, vault: Vault, id: string) {
  const row = await stores.jobs.load(id);
  return row && openJob(vault, row);
}

function readFile(references: FileReferences, value: unknown): unknown {
  return isFileValue(value) ? references.open(ANN, value).file.reference : undefined;
}

const audit: Story = {
  kind: 'lasts',
  async put(stores, vault) {
    const log = new AuditLog({ store: stores.audit, vault });
    await log.append(await log.seal([{ at: 1, event: { kind: 'keys', outcome: 'rotated' } }]));
  },
  read: async (stores, vault) => (await new AuditLog({ store: stores.audit, vault }).verify()).kind,
  reads: 'whole',
};

/** One for each kind: without it this file does not compile, and the test below says so. */
const STORIES: Readonly<Record<SealedType, Story>> = {
  connection: {
    kind: 'lasts',
    async put(stores, vault) {
      await stores.connections.write(sealRow(vault, CONNECTED));
    },
    async read(stores, vault) {
      const row = await stores.connections.get(ANN, 'crm');
      return row && openRow(vault, row).tokens?.accessToken.reveal();
    },
    reads: 'canary',
  },
  job: {
    kind: 'lasts',
    async put(stores, vault) {
      const { sealed: _, ...job } = jobRow({ id: jobId(1) });
      await stores.jobs.accept(sealJob(vault, { ...job, state: { ...STATE, parameters: { n: 7 } } }), 'e1', HOUR);
    },
    read: async (stores, vault) => (await jobIn(stores, vault, jobId(1)))?.state.parameters,
    reads: { n: 7 },
  },
  file: {
    kind: 'lasts',
    async put(stores, vault) {
      const file = { reference: { url: 'https://files.example/1' }, name: 'a.txt', mimeType: 'text/plain' };
      const parameters = { file: createFileReferences(vault).seal(ANN, { file, maxBytes: 10 }), text: 'file.not-one' };
      const { sealed: _, ...job } = jobRow({ id: jobId(2) });
      // Answered after the change of the keys, with a file from before.
      await stores.jobs.accept(
        sealJob(vault === before ? during : vault, { ...job, state: { ...STATE, parameters } }),
        'e2',
        HOUR,
      );
    },
    async read(stores, vault) {
      const { file, text } = (await jobIn(stores, vault, jobId(2)))?.state.parameters ?? {};
      return [readFile(createFileReferences(vault), file), text];
    },
    reads: [{ url: 'https://files.example/1' }, 'file.not-one'],
  },
  revocation: {
    kind: 'lasts',
    async put({ revocations: queue }, vault) {
      const plan = createRevocationPlan({ queue, vault, clock: systemClock, parents: () => undefined });
      await plan.add('crm', TOKENS, { id: 'r1', dueAt: 5 });
    },
    async read({ revocations }, vault) {
      const [found] = await revocations.due(10, 10, 1);
      return found && [found.connection, found.attempts, openRevocation(vault, found).from];
    },
    reads: ['crm', 0, 5],
  },
  audit,
  'audit-key': audit,
  login: {
    kind: 'ends',
    put: ({ expiring }, vault) =>
      createLoginRecords(expiring, vault).links.put(
        '1',
        { owner: 'shared', connection: 'crm', context: {}, popUp: false, createdAt: 1, expiresAt: 2 },
        HOUR,
      ),
  },
  'login-sign-in': {
    kind: 'ends',
    put: ({ expiring }, vault) =>
      createLoginRecords(expiring, vault).signIns.put(
        '1',
        { linkId: '1', connection: 'crm', platform: 'slack', cookieHash: 'c', nonce: 'n', verifier: 'v' },
        HOUR,
      ),
  },
  'login-state': {
    kind: 'ends',
    put: ({ expiring }, vault) =>
      createLoginRecords(expiring, vault).attempts.put('1', { linkId: '1', connection: 'crm', cookieHash: 'c' }, HOUR),
  },
  'login-proof': {
    kind: 'ends',
    put: ({ expiring }, vault) =>
      createLoginRecords(expiring, vault).proofs.put(
        '1',
        { linkId: '1', owner: ANN, connection: 'crm', pending: { kind: 'code', code: 'x' } },
        HOUR,
      ),
  },
  'login-silent': {
    kind: 'ends',
    put: ({ expiring }, vault) =>
      createLoginRecords(expiring, vault).offers.put(
        '1',
        { linkId: '1', owner: ANN, connection: 'crm', generation: 0 },
        HOUR,
      ),
  },
  'home-login': {
    kind: 'ends',
    async put({ expiring: store }, vault) {
      const links = keptLoginLinks({ create: async () => URL, isOpen: async () => true, store, vault, keepMs: HOUR });
      await links({
        connection: 'crm',
        user: ANN,
        conversation: { platform: 'slack', kind: 'direct', address: { channel: 'D1' } },
        locale: 'en',
      });
    },
  },
  message: {
    kind: 'ends',
    async put({ expiring }, vault) {
      const activity = { type: 'message' as const, text: 'Hello' };
      await new HeldMessages(expiring, vault).hold(BOB, { id: '1', conversationId: 'c', at: 1, activity });
    },
  },
  'offered-file': {
    kind: 'ends',
    async put({ expiring }, vault) {
      await new OfferedFiles(expiring, vault).keep(ANN, { name: 'a.csv', mimeType: 'text/csv', text: 'a' });
    },
  },
  action: {
    kind: 'ends',
    async put({ expiring }, vault) {
      await createClicks(expiring, vault).issue(ANN, [{ kind: 'connections' }]);
    },
  },
  dialog: {
    kind: 'ends',
    async put({ expiring }, vault) {
      await new Questions(expiring, vault).askForJob(ANN, {
        ...{ kind: 'job', id: '1', job: 'j1', given: { title: 'Acme' }, asking: 'amount' },
        conversation: { platform: 'slack', kind: 'direct', address: { channel: 'D1' } },
        ...{ askedAt: 1, lastEventId: 'e1', ttlMs: HOUR },
      });
    },
  },
  offer: {
    kind: 'ends',
    // What is offered, and the list of what was.
    records: 2,
    async put({ expiring }, vault) {
      const place = { token: 't', field: 'account', user: ANN };
      await new OfferedOptions(expiring, vault).offer(place, [{ label: 'Acme', value: '001' }]);
    },
  },
  erasure: {
    kind: 'ends',
    async put({ expiring }, vault) {
      const sealed = vault.sealJson('erasure', ['ann'], { jobs: 0, ended: [] });
      await expiring.put({ kind: 'erasure', id: 'ann' }, Buffer.from(sealed).toString('base64url'), HOUR);
    },
  },
};

export function describeKeyRotation(open: OpenStores): void {
  describe('a change of the keys', () => {
    const opened = useStores(open);
    const parts = (stores: Stores, vault: Vault) => ({
      rows: stores.sealedRows,
      audit: new AuditLog({ store: stores.audit, vault }),
      leases: stores.leases,
      vault,
      clock: systemClock,
    });

    it('has a story for every kind of sealed record', () => {
      expect(Object.keys(STORIES).sort()).toEqual([...SEALED_TYPES].sort());
    });

    it.each(SEALED_TYPES.filter((type) => STORIES[type].kind === 'lasts'))(
      'brings what is sealed as %s under the new key',
      async (type) => {
        const story = STORIES[type];
        const { stores } = opened();
        await story.put(stores, before);
        const { keys } = await usesOfKeys(parts(stores, during));
        expect(keys.find(({ id }) => id === 'old-key')).toEqual({ id: 'old-key', lasting: 1, shortLived: 0 });
        const report = await rotateKeys(parts(stores, during));
        expect(report).toMatchObject({ resealed: 1, uses: { unreadable: 0 } });
        expect(report.uses.keys).toContainEqual({ id: 'old-key', lasting: 0, shortLived: 0 });
        const reopened = await opened().reopen();
        if (story.kind === 'lasts') expect(await story.read(reopened, after)).toEqual(story.reads);
      },
    );

    it.each(SEALED_TYPES.filter((type) => STORIES[type].kind === 'ends'))(
      'counts what is sealed as %s, which ends by itself, until it has ended',
      async (type) => {
        const { stores } = opened();
        const story = STORIES[type];
        await story.put(stores, before);
        const records = story.kind === 'ends' ? (story.records ?? 1) : 0;
        const { uses } = await rotateKeys(parts(stores, during));
        expect(uses.keys).toContainEqual({
          id: 'old-key',
          lasting: 0,
          shortLived: records,
          until: expect.any(Number),
        });
        expect((await usesOfKeys(parts(stores, after))).keys).toEqual([{ id: 'new-key', lasting: 0, shortLived: 0 }]);
      },
    );

    it('leaves nothing out, whatever characters ids and names have, and does nothing a second time', async () => {
      const { stores } = opened();
      const owners = HARD_IDS.map((userId) => ({ platform: 'slack', tenantId: 'T1', userId }));
      for (const owner of owners) await stores.connections.write(sealRow(before, { ...CONNECTED, owner }));
      for (const name of HARD_IDS)
        await stores.connections.write(sealRow(before, { ...CONNECTED, owner: 'shared', name }));
      const numbers = Array.from({ length: 230 }, (_, number) => number);
      for (const number of numbers) {
        const { sealed: _, ...job } = jobRow({
          id: jobId(number),
          user: number % 2 ? ANN : BOB,
          recipe: `r${number % 5}`,
        });
        await stores.jobs.accept(sealJob(before, { ...job, state: STATE }), `e${number}`, HOUR);
      }
      const count = 2 * HARD_IDS.length + numbers.length;
      expect(await rotateKeys(parts(stores, during))).toMatchObject({ checked: count, resealed: count });
      expect(await rotateKeys(parts(stores, during))).toMatchObject({ checked: count, resealed: 0 });
      for (const owner of owners) expect((await rowOf(stores, owner))?.status).toBe('connected');
      for (const number of numbers) expect((await jobIn(stores, after, jobId(number)))?.state).toEqual(STATE);
    });

    it('leaves versions, last uses and places in the lists as they are', async () => {
      const { stores } = opened();
      await stores.connections.write(sealRow(before, CONNECTED));
      await stores.connections.touch(ANN, 'crm', 1_234);
      const { sealed: _, ...job } = jobRow({ id: jobId(3), status: 'suspended', waitingFor: ['crm'], attentionAt: 9 });
      await stores.jobs.accept(sealJob(before, { ...job, state: STATE }), 'e3', HOUR);
      await rotateKeys(parts(stores, during));
      expect(await stores.connections.lastUses(ANN)).toEqual({ crm: 1_234 });
      expect((await stores.connections.get(ANN, 'crm'))?.generation).toBe(1);
      const { sealed: __, ...row } = (await stores.jobs.load(jobId(3))) ?? jobRow();
      expect(row).toEqual(job);
      expect(await stores.jobs.waitingFor(ANN, 'crm')).toEqual([jobId(3)]);
      expect(await stores.jobs.needingAttention(9, 5)).toEqual([jobId(3)]);
    });

    it('replaces nothing that was changed since it was read', async () => {
      const { stores } = opened();
      await stores.connections.write(sealRow(before, CONNECTED));
      const read = await rowsOf(stores);
      const newer = sealRow(before, {
        ...CONNECTED,
        generation: 2,
        tokens: { ...TOKENS, accessToken: new Secret('newer') },
      });
      await stores.connections.write(newer);
      for (const row of read) expect(await stores.sealedRows.replace(row, Buffer.from('lost'))).toBe(false);
      await stores.connections.remove(ANN, 'crm', 2);
      for (const row of read) expect(await stores.sealedRows.replace(row, Buffer.from('lost'))).toBe(false);
      expect(await rowsOf(stores)).toEqual([]);
    });

    it('leaves a running job to whoever runs it, and says that its key is needed', async () => {
      const { stores } = opened();
      const lease = { holder: 'h', until: systemClock.now() + HOUR };
      const { sealed: _, ...job } = jobRow({ id: jobId(4), status: 'running', lease, attentionAt: lease.until });
      const row = sealJob(before, { ...job, state: STATE });
      await stores.jobs.accept(row, 'e4', HOUR);
      const { resealed, uses } = await rotateKeys(parts(stores, during));
      expect([resealed, uses.keys.find(({ id }) => id === 'old-key')?.lasting]).toEqual([0, 1]);
      expect(Buffer.from((await stores.jobs.load(jobId(4)))?.sealed ?? [])).toEqual(Buffer.from(row.sealed));
    });

    it('counts rows that no key opens, and goes on', async () => {
      const { stores } = opened();
      const strange = createVault([{ id: 'strange', key: new Secret(randomBytes(32)) }]);
      await stores.connections.write(sealRow(strange, CONNECTED));
      await stores.connections.write({ ...sealRow(before, CONNECTED), owner: BOB });
      await stores.connections.write(sealRow(before, { ...CONNECTED, owner: 'shared' }));
      const { resealed, uses } = await rotateKeys(parts(stores, during));
      expect([resealed, uses.unreadable]).toEqual([1, 2]);
      expect(uses.keys).toContainEqual({ id: 'old-key', lasting: 0, shortLived: 0 });
    });

    it('loses no write of those who go on meanwhile', async () => {
      const { stores } = opened();
      const owners = Array.from({ length: 12 }, (_, n) => ({ platform: 'slack', tenantId: 'T1', userId: `U${n}` }));
      for (const owner of owners) await stores.connections.write(sealRow(before, { ...CONNECTED, owner }));
      let isRotating = true;
      const written = new Map<string, number>();
      const refresh = async (owner: (typeof owners)[number]): Promise<void> => {
        do {
          const row = await stores.connections.get(owner, 'crm');
          if (!row) throw new Error('a row is lost');
          const now = openRow(during, row);
          // As a refresh does: it wrote what it read, one generation further. Some still write with the old key.
          const vault = now.generation < 5 ? before : during;
          const next = { ...now, generation: now.generation + 1 };
          expect(await stores.connections.write(sealRow(vault, next))).toBe(true);
          written.set(owner.userId, next.generation);
          await new Promise(setImmediate);
        } while (isRotating || (written.get(owner.userId) ?? 0) < 8);
      };
      const refreshing = Promise.all(owners.map(refresh));
      await rotateKeys(parts(stores, during));
      isRotating = false;
      await refreshing;
      await rotateKeys(parts(stores, during));
      for (const owner of owners) expect((await rowOf(stores, owner))?.generation).toBe(written.get(owner.userId));
    });

    async function rowOf(stores: Stores, owner: Connection['owner']): Promise<Connection | undefined> {
      const row = await stores.connections.get(owner, 'crm');
      return row && openRow(after, row);
    }

    async function rowsOf(stores: Stores) {
      const found = [];
      for await (const portion of stores.sealedRows.rows()) found.push(...portion);
      return found;
    }
  });
}

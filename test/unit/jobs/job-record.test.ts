import { randomBytes } from 'node:crypto';
import type { ChatUser } from '../../../src/chat/chat-user.js';
import { apiCaller } from '../../../src/chat/job-owner.js';
import {
  chatJobOf,
  finished,
  type Job,
  leased,
  openJob,
  pending,
  sealJob,
  suspended,
} from '../../../src/jobs/job-record.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';

const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
const NOW = 1_000_000;
const MINUTE = 60_000;

const PERSON: ChatUser = { platform: 'teams', tenantId: 'T:1', userId: '29:x' };

const JOB: Job = {
  id: 'job1',
  user: PERSON,
  recipe: 'sales/create',
  status: 'running',
  version: 3,
  createdAt: NOW,
  updatedAt: NOW,
  waitingFor: [],
  lease: { holder: 'a', until: NOW + 30_000 },
  attentionAt: NOW + 30_000,
  state: {
    recipeVersion: 'v',
    parameters: { account: 'parameter-canary' },
    conversation: { platform: 'teams', kind: 'direct', address: { id: 'a:1' } },
    done: { '0': { kind: 'action', output: { secret: 'output-canary' } } },
    loginsAsked: {},
  },
};

describe('a job at rest', () => {
  test('opens as what it was, and shows nothing of what was typed or answered', () => {
    const row = sealJob(vault, JOB);
    expect(openJob(vault, row)).toEqual(JOB);
    expect(`${JSON.stringify(row)}${Buffer.from(row.sealed).toString('latin1')}`).not.toContain('canary');
  });

  test.each([
    [{ id: 'job2' }],
    [{ user: { ...PERSON, userId: '29:y' } }],
    [{ user: { ...PERSON, tenantId: 'T', userId: '1:29:x' } }],
    [{ user: apiCaller('29:x') }],
    [{ recipe: 'sales/delete' }],
  ])('does not open for another job, person or recipe: %j', (change) => {
    const row = { ...sealJob(vault, JOB), ...change };
    expect(() => openJob(vault, row)).toThrow(expect.objectContaining({ code: 'store.corrupt' }));
  });

  test('of a program opens without a conversation, and is never that of somebody in a chat', () => {
    const { conversation: _, ...state } = JOB.state;
    const job = { ...JOB, user: apiCaller('erp'), state };
    expect(openJob(vault, sealJob(vault, job))).toEqual(job);
    expect(chatJobOf(job)).toBeUndefined();
    expect(chatJobOf({ ...job, state: JOB.state })).toBeUndefined();
    expect(chatJobOf(JOB)).toEqual(JOB);
  });

  test('is no job when its inside is something else', () => {
    const sealed = vault.sealJson('job', ['job1', '5:teams|3:T:1|4:29:x', 'sales/create'], { parameters: 5 });
    expect(() => openJob(vault, { ...sealJob(vault, JOB), sealed })).toThrow('is not a job');
  });
});

describe('a step in the life of a job', () => {
  test('raises its version and its time by every write', () => {
    const expiry = { waitingFor: ['crm'], expiresAt: NOW + MINUTE, waitedMs: 0, state: JOB.state };
    for (const next of [
      leased(JOB, { holder: 'b', leaseMs: 30_000 }, NOW + 5),
      pending(JOB, 30_000, NOW + 5),
      suspended(JOB, expiry, NOW + 5),
      finished(JOB, 'failed', { state: JOB.state, historyMs: MINUTE }, NOW + 5),
    ]) {
      expect(next).toMatchObject({ version: 4, updatedAt: NOW + 5, createdAt: NOW });
    }
  });

  test('to running has a holder, to anywhere else none', () => {
    expect(leased(JOB, { holder: 'b', leaseMs: 30_000 }, NOW)).toMatchObject({
      status: 'running',
      lease: { holder: 'b', until: NOW + 30_000 },
      attentionAt: NOW + 30_000,
    });
    expect(pending(JOB, 30_000, NOW).lease).toBeUndefined();
    const ended = finished(JOB, 'succeeded', { state: JOB.state, historyMs: MINUTE }, NOW);
    expect(ended.lease).toBeUndefined();
    expect(ended.attentionAt).toBeUndefined();
    expect(ended.keepUntil).toBe(NOW + MINUTE);
  });

  test.each(['succeeded', 'failed', 'cancelled'] as const)('that is over (%s) is never taken again', (status) => {
    const over = finished(JOB, status, { state: JOB.state, historyMs: MINUTE }, NOW);
    const expectRefusal = (act: () => Job) => expect(act).toThrow(expect.objectContaining({ code: 'internal' }));
    expectRefusal(() => leased(over, { holder: 'b', leaseMs: 30_000 }, NOW));
    expectRefusal(() => pending(over, 30_000, NOW));
    expectRefusal(() => finished(over, 'failed', { state: JOB.state, historyMs: MINUTE }, NOW));
  });

  test('to sleep is looked at after half a minute, then ever less often, and when it expires', () => {
    const looks: number[] = [];
    const expiresAt = NOW + 30 * MINUTE;
    let now = NOW;
    while (now < expiresAt) {
      const asleep = suspended(JOB, { waitingFor: ['crm'], expiresAt, waitedMs: now - NOW, state: JOB.state }, now);
      now = asleep.attentionAt ?? Number.NaN;
      looks.push((now - NOW) / 1_000);
    }
    expect(looks).toEqual([30, 60, 120, 240, 480, 960, 1_800]);
  });
});

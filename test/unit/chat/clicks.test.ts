import type { ChatUser } from '../../../src/chat/chat-user.js';
import { type Clicks, createClicks } from '../../../src/chat/clicks.js';
import { sha256 } from '../../../src/kernel/ids.js';
import { startConnectionKit } from '../../support/connection-kit.js';

const ANN: ChatUser = { platform: 'slack', tenantId: 'T1', userId: 'U1' };
const LOOK = { kind: 'command', command: 'look', parameters: { id: 7, list: ['a'] } } as const;
const WEEK_MS = 7 * 86_400_000;

describe('button tokens', () => {
  let kit: Awaited<ReturnType<typeof startConnectionKit>>;
  let clicks: Clicks;

  beforeEach(async () => {
    kit = await startConnectionKit();
    clicks = createClicks(kit.stores.expiring, kit.deps.vault);
  });

  afterEach(async () => {
    await kit.stop();
  });

  async function issued(audience?: 'person' | 'tenant'): Promise<string> {
    const [token = ''] = await clicks.issue(ANN, [LOOK], audience);
    return token;
  }

  test('mean what they were made for, as often as they are pressed', async () => {
    const token = await issued();
    for (let time = 0; time < 2; time += 1) {
      expect(await clicks.redeem(ANN, token)).toEqual({ kind: 'ok', click: LOOK });
    }
  });

  test.each([
    [{ ...ANN, userId: 'U2' }],
    [{ ...ANN, tenantId: 'T2' }],
    [{ ...ANN, platform: 'teams' as const }],
    [{ ...ANN, tenantId: 'T1U', userId: '1' }],
  ])('mean nothing to anybody else: %j', async (other) => {
    expect(await clicks.redeem(other, await issued())).toEqual({ kind: 'not_yours' });
  });

  test('for all mean something to the same tenant of the same platform only', async () => {
    const token = await issued('tenant');
    expect(await clicks.redeem({ ...ANN, userId: 'U2' }, token)).toMatchObject({ kind: 'ok' });
    expect(await clicks.redeem({ ...ANN, tenantId: 'T2' }, token)).toEqual({ kind: 'not_yours' });
    expect(await clicks.redeem({ ...ANN, platform: 'teams' }, token)).toEqual({ kind: 'not_yours' });
  });

  test('for a whole tenant count for whoever presses them in a place of it, and for nobody elsewhere', async () => {
    const [token = ''] = await clicks.issue(ANN, [LOOK], 'tenant');
    const partner = { ...ANN, tenantId: 'T-partner', userId: 'U-eve' };
    expect(await clicks.redeem(partner, token, ANN.tenantId)).toMatchObject({ kind: 'ok' });
    expect(await clicks.redeem(partner, token)).toEqual({ kind: 'not_yours' });
    const own = await issued();
    expect(await clicks.redeem({ ...ANN, tenantId: 'T-partner' }, own, ANN.tenantId)).toEqual({ kind: 'not_yours' });
  });

  test('end after a week', async () => {
    const token = await issued();
    await kit.clock.advance(WEEK_MS - 1);
    expect(await clicks.redeem(ANN, token)).toMatchObject({ kind: 'ok' });
    await kit.clock.advance(1);
    expect(await clicks.redeem(ANN, token)).toEqual({ kind: 'unknown' });
  });

  test('are kept sealed, by hashes, and one made up is unknown', async () => {
    const token = await issued();
    expect(await kit.stores.expiring.get({ kind: 'action', id: token })).toBeUndefined();
    const kept = (await kit.stores.expiring.get({ kind: 'action', id: sha256(token) })) ?? '';
    expect(Buffer.from(kept, 'base64url').length).toBeGreaterThan(0);
    expect(Buffer.from(kept, 'base64url').toString()).not.toContain('look');
    expect(await clicks.redeem(ANN, sha256(token))).toEqual({ kind: 'unknown' });
    expect(await clicks.redeem(ANN, '')).toEqual({ kind: 'unknown' });
  });

  test('of an earlier version that mean nothing any more are unknown', async () => {
    const value = JSON.stringify({ user: ANN, audience: 'person', click: { kind: 'gone' } });
    await kit.stores.expiring.put({ kind: 'action', id: sha256('token') }, value, WEEK_MS);
    expect(await clicks.redeem(ANN, 'token')).toEqual({ kind: 'unknown' });
  });

  test('differ for each button and are made without the store when there are none', async () => {
    const tokens = await clicks.issue(ANN, [LOOK, LOOK, LOOK]);
    expect(new Set(tokens).size).toBe(3);
    await kit.stores.health.close();
    expect(await clicks.issue(ANN, [])).toEqual([]);
  });
});

import { TEAMS_APP_ID } from '../../playground/people.js';
import { channelKeyId, type TokenOverrides } from '../../playground/teams/tokens.js';
import type { ActivityOverrides, ChannelActivity } from '../../playground/teams/types.js';
import { startTeamsBench, type TeamsBench } from '../contract/chat/teams-driver.js';

const CANARY = 'canary-in-the-message';

/** Everything that would follow from an accepted request. */
interface Harm {
  readonly events: number;
  readonly calls: number;
}

describe('attacks on the Teams endpoint', () => {
  let bench: TeamsBench;
  let heard: number;

  beforeAll(async () => {
    bench = await startTeamsBench({
      handler: async () => {
        heard += 1;
      },
    });
  });

  beforeEach(() => {
    heard = 0;
    bench.teams.faults.clear();
  });

  afterAll(() => bench.stop());

  function activity(overrides: ActivityOverrides = {}): ChannelActivity {
    return bench.teams.activity('rita', CANARY, { overrides });
  }

  function tokenFor(serviceUrl: string): string {
    return bench.teams.makeToken({ serviceUrl });
  }

  /** Sends it and says what came of it: the status, and any harm done. */
  async function attack(raw: Parameters<TeamsBench['teams']['sendRaw']>[0]): Promise<{ status: number } & Harm> {
    const refusalsBefore = bench.refusals.length;
    const linesBefore = bench.logLines.length;
    const callsBefore = bench.teams.requests.filter(({ direction }) => direction === 'from-bot').length;
    const { status, body } = await bench.teams.sendRaw(raw);
    expect(body).toBeUndefined();
    expect(bench.refusals.length - refusalsBefore).toBe(1);
    const lines = bench.logLines.slice(linesBefore).filter((line) => line.includes('refused'));
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(CANARY);
    const calls = bench.teams.requests.filter(({ direction }) => direction === 'from-bot').length - callsBefore;
    return { status, events: heard, calls };
  }

  it('a genuine request is heard, so that what follows is refused for the right reason', async () => {
    expect((await bench.teams.sendRaw({ activity: activity() })).status).toBe(200);
    expect(heard).toBe(1);
  });

  it.each<[string, TokenOverrides]>([
    ['of another key', { key: 'stranger' }],
    ['of another key under the name of the real one', { key: 'stranger', keyId: channelKeyId() }],
    ['of a published key that is endorsed for other channels', { key: 'directline' }],
    ['of another issuer', { issuer: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' }],
    ['of the emulator', { issuer: 'https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a/v2.0' }],
    ['for another bot', { audience: '00000000-0000-4000-8000-000000000000' }],
    ['for nobody', { audience: '' }],
    ['that has expired', { expiresIn: -3_600 }],
    ['that is not valid yet', { notBefore: 3_600 }],
    ['without a signature', { algorithm: 'none' }],
    ['signed with the public key as a secret', { algorithm: 'HS256' }],
    ['for another service URL', { serviceUrl: 'https://smba.trafficmanager.net/teams/' }],
    ['for no service URL', { serviceUrl: null }],
  ])('a token %s is refused', async (_what, overrides) => {
    const token = bench.teams.makeToken(overrides);
    expect(await attack({ activity: activity(), token })).toEqual({ status: 401, events: 0, calls: 0 });
  });

  it.each([
    ['no token', null, undefined],
    ['a token that is none', 'x', undefined],
    ['three parts of nothing', 'a.b.c', undefined],
    ['another scheme', null, `Basic ${Buffer.from(`${TEAMS_APP_ID}:`).toString('base64')}`],
  ])('%s is refused', async (_what, token, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    expect(await attack({ activity: activity(), token, headers })).toEqual({ status: 401, events: 0, calls: 0 });
  });

  it.each<[string, ActivityOverrides]>([
    ['of another tenant', { tenantId: '22222222-2222-4333-8444-555555555555' }],
    ['of no tenant', { tenantId: null }],
    ['from a channel whose clients choose their user id', { channelId: 'webchat' }],
    ['from the channel that another check would serve', { channelId: 'AseChannel' }],
    ['from Copilot under the name of Teams', { channelId: 'msteams:COPILOT' }],
    ['of somebody without an identity', { aadObjectId: null }],
  ])('an activity %s is refused, though its token is genuine', async (_what, overrides) => {
    expect(await attack({ activity: activity(overrides) })).toEqual({ status: 403, events: 0, calls: 0 });
  });

  it('an activity that names two tenants is refused', async () => {
    const spoilt = { ...activity(), channelData: { tenant: { id: '22222222-2222-4333-8444-555555555555' } } };
    expect(await attack({ activity: spoilt })).toEqual({ status: 403, events: 0, calls: 0 });
  });

  it.each([
    ['a neighbour of the real host', 'https://evil.trafficmanager.net/teams/'],
    ['the real host as user info', 'https://smba.trafficmanager.net@evil.example/teams/'],
    ['an allowed host with a user', 'http://user@HOST/teams/'],
    ['an allowed host as a sub-domain', 'http://HOST.evil.example/teams/'],
    ['the metadata address of clouds', 'http://169.254.169.254/'],
    ['the same host on another port', 'http://127.0.0.1:1/teams/'],
    ['a real host without TLS', 'http://smba.trafficmanager.net/teams/'],
    ['no URL', 'teams'],
    ['a script', 'javascript:alert(1)'],
  ])('the service URL %s is refused, though it is in the token', async (_what, template) => {
    const serviceUrl = template.replace('HOST', bench.teams.serviceHost);
    const outcome = await attack({ activity: activity({ serviceUrl }), token: tokenFor(serviceUrl) });
    expect(outcome).toEqual({ status: 403, events: 0, calls: 0 });
  });

  it('an activity without a service URL is refused', async () => {
    const { serviceUrl: _serviceUrl, ...spoilt } = activity();
    const outcome = await attack({ activity: spoilt, token: tokenFor(bench.teams.serviceUrl) });
    expect(outcome).toEqual({ status: 403, events: 0, calls: 0 });
  });

  it('a token that was found good before is not good for another service URL', async () => {
    const token = bench.teams.makeToken();
    for (const _again of [1, 2]) expect((await bench.teams.sendRaw({ activity: activity(), token })).status).toBe(200);
    heard = 0;
    const foreign = activity({ serviceUrl: 'https://evil.trafficmanager.net/teams/' });
    expect(await attack({ activity: foreign, token })).toEqual({ status: 401, events: 0, calls: 0 });
  });

  it('a token that was found good before is still not good for another tenant', async () => {
    const token = bench.teams.makeToken();
    expect((await bench.teams.sendRaw({ activity: activity(), token })).status).toBe(200);
    heard = 0;
    const foreign = activity({ tenantId: '22222222-2222-4333-8444-555555555555' });
    expect(await attack({ activity: foreign, token })).toEqual({ status: 403, events: 0, calls: 0 });
  });

  it.each([
    ['cut off', `{"type":"message","text":"${CANARY}`],
    ['no object', `["${CANARY}"]`],
    ['null', 'null'],
    ['empty', ''],
    ['without a type', `{"text":"${CANARY}"}`],
    ['with a sender that is none', `{"type":"message","text":"${CANARY}","from":"rita"}`],
  ])('a body that is %s is refused', async (_what, body) => {
    const headers = { authorization: `Bearer ${bench.teams.makeToken()}`, 'content-type': 'application/json' };
    const response = await fetch(`${bench.baseUrl}/api/messages`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(await response.text()).toBe('');
    expect(bench.refusals.at(-1)).toBe('malformed');
    expect(heard).toBe(0);
  });

  it('a body that is far too large is refused before it is read', async () => {
    const large = { ...activity(), padding: 'x'.repeat(600 * 1024) };
    expect((await bench.teams.sendRaw({ activity: large })).status).toBe(413);
    expect(heard).toBe(0);
  });

  it('a button token that is no text, or endless, reaches nobody', async () => {
    for (const behalfToken of [{ $ne: null }, 'x'.repeat(10_000), '']) {
      const action = { type: 'Action.Submit', data: { behalfToken } };
      await bench.teams.act('rita', { message: '1', conversation: bench.teams.chatOf('rita'), action });
    }
    expect(heard).toBe(0);
  });

  it('what other bots write is not heard', async () => {
    const fromBot = { ...activity(), from: { id: '28:another-bot', name: 'Another bot' } };
    expect((await bench.teams.sendRaw({ activity: fromBot })).status).toBe(200);
    expect(heard).toBe(0);
  });

  describe('by a guest with tokens of a member', () => {
    const token = 'a-token-that-was-overheard';
    const dataset = `behalf/${token}/account`;

    beforeAll(() => bench.teams.changeAccount('max', { userRole: 'guest' }));

    it.each([
      ['a press', 'adaptiveCard/action', { action: { data: { behalfToken: token } }, trigger: 'manual' }],
      ['a press that asks for a form', 'task/fetch', { data: { behalfToken: token } }],
      ['a form', 'task/submit', { data: { behalfToken: token, 'field.account': 'Initech' } }],
      ['a search for options', 'application/search', { queryText: 'i', dataset }],
      ['a code of a login', 'signin/verifyState', { state: '123456' }],
    ])('%s reaches nobody', async (_what, name, value) => {
      const refusals = bench.refusals.length;
      const from = bench.teams.activity('max', '');
      const { status } = await bench.teams.sendRaw({ activity: { ...from, type: 'invoke', name, value, text: '' } });
      expect(status).toBe(200);
      expect(bench.refusals.slice(refusals)).toEqual(['guest']);
      expect(heard).toBe(0);
    });

    it('a press of an older client reaches nobody', async () => {
      const action = { type: 'Action.Submit', data: { behalfToken: token } };
      await bench.teams.act('max', { message: '1', conversation: bench.teams.chatOf('max'), action });
      expect(bench.refusals.at(-1)).toBe('guest');
      expect(heard).toBe(0);
    });

    it.each([
      ['a press', 'adaptiveCard/action', { action: { data: { behalfToken: token } }, trigger: 'manual' }],
      ['a form', 'task/submit', { data: { behalfToken: token } }],
    ])('%s of a member is heard, so that the guest is refused for the right reason', async (_what, name, value) => {
      const from = bench.teams.activity('rita', '');
      await bench.teams.sendRaw({ activity: { ...from, type: 'invoke', name, value, text: '' } });
      expect(heard).toBe(1);
    });
  });
});

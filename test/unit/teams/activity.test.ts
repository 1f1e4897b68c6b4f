import { judgeActivity, readActivity } from '../../../adapters/teams/activity.js';
import { ServiceHosts } from '../../../adapters/teams/service-hosts.js';

const TENANT = '11111111-2222-4333-8444-555555555555';
const SECOND_TENANT = '66666666-2222-4333-8444-555555555555';
const ours = { tenantIds: new Set([TENANT, SECOND_TENANT]), hosts: new ServiceHosts(['smba.trafficmanager.net']) };

function judge(change: Readonly<Record<string, unknown>> = {}) {
  const activity = readActivity(
    Buffer.from(
      JSON.stringify({
        type: 'message',
        id: '1',
        channelId: 'msteams',
        serviceUrl: 'https://smba.trafficmanager.net/emea/',
        from: { id: '29:rita', aadObjectId: 'ABCDEF00-0000-4000-8000-000000000001' },
        recipient: { id: '28:bot' },
        conversation: { id: 'a:1', conversationType: 'personal', tenantId: TENANT },
        ...change,
      }),
    ),
  );
  return activity && judgeActivity(activity, ours);
}

describe('an activity', () => {
  it('of a person of our tenant is theirs, whatever the case of the ids', () => {
    expect(
      judge({ conversation: { id: 'a:1', conversationType: 'personal', tenantId: TENANT.toUpperCase() } }),
    ).toMatchObject({
      kind: 'person',
      did: { tenantId: TENANT, aadObjectId: 'abcdef00-0000-4000-8000-000000000001', isDirect: true },
    });
  });

  it.each([['channel'], ['groupChat'], [undefined]])(
    'in a conversation of type %s is not private',
    (conversationType) => {
      expect(judge({ conversation: { id: 'a:1', conversationType, tenantId: TENANT } })).toMatchObject({
        did: { isDirect: false },
      });
    },
  );

  it('names its tenant in the channel data too', () => {
    const conversation = { id: 'a:1', conversationType: 'personal' };
    expect(judge({ conversation, channelData: { tenant: { id: TENANT } } })).toMatchObject({ kind: 'person' });
  });

  it('of another tenant that is allowed is theirs', () => {
    expect(judge({ conversation: { id: 'a:1', tenantId: SECOND_TENANT } })).toMatchObject({
      kind: 'person',
      did: { tenantId: SECOND_TENANT },
    });
  });

  it.each([
    ['two tenants, both allowed', { channelData: { tenant: { id: SECOND_TENANT } } }],
    ['a tenant that is not allowed', { conversation: { id: 'a:1', tenantId: 'ffffffff-2222-4333-8444-555555555555' } }],
    ['no tenant', { conversation: { id: 'a:1' } }],
  ])('that names %s is refused', (_what, change) => {
    expect(judge(change)).toEqual({ kind: 'refused', reason: 'tenant' });
  });

  it.each([
    ['conversationUpdate'],
    ['installationUpdate'],
    ['messageReaction'],
    ['messageUpdate'],
    ['event'],
    ['typing'],
  ])('of type %s is news', (type) => {
    expect(judge({ type, from: { id: '29:rita' } })).toEqual({ kind: 'news', tenantId: TENANT });
  });

  it.each([
    ['id', { id: null }],
    ['conversation', { conversation: null, channelData: { tenant: { id: TENANT } } }],
    ['recipient', { recipient: null }],
  ])('without its %s is refused', (_what, change) => {
    expect(judge(change)).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it.each<[string, readonly unknown[]]>([
    ['type', [undefined, null, '', 1, {}, []]],
    ...['id', 'name', 'action', 'text', 'channelId', 'serviceUrl', 'localTimezone', 'locale', 'replyToId'].map(
      (name) => [name, [1, true, {}, ['a']]] as [string, unknown[]],
    ),
    ...['from', 'recipient'].map(
      (name) => [name, ['29:rita', [], {}, { id: 1 }, { id: 'a', aadObjectId: 1 }]] as [string, unknown[]],
    ),
    ['conversation', ['a:1', [], {}, { id: 1 }, { id: 'a', tenantId: {} }, { id: 'a', conversationType: 1 }]],
    ['channelData', ['a', [], { tenant: 'a' }, { tenant: { id: 1 } }, { tenant: [] }]],
    ['entities', ['a', {}, 1]],
    ['attachments', ['a', {}, 1]],
    ['membersAdded', ['a', {}, [{}], [null], [{ id: 'a', name: 1 }]]],
    ['membersRemoved', ['a', {}, [{}], [null], [{ id: 1 }]]],
  ])('with anything else for its %s is none', (name, values) => {
    for (const value of values) expect(judge({ [name]: value })).toBeUndefined();
  });

  it('may lack what is not needed of it, and have more than is known of it', () => {
    const spare = ['name', 'action', 'text', 'localTimezone', 'locale', 'replyToId', 'channelData', 'entities'];
    for (const name of [...spare, 'attachments', 'membersAdded', 'membersRemoved'])
      expect(judge({ [name]: null })).toMatchObject({ kind: 'person' });
    expect(judge({ channelData: { tenant: null, team: { id: 'a' } }, textFormat: 'plain' })).toMatchObject({
      kind: 'person',
      did: { activity: { textFormat: 'plain' } },
    });
  });
});

describe('the hosts that may be sent to', () => {
  const hosts = new ServiceHosts(['smba.trafficmanager.net', '127.0.0.1:3978', 'internal.example:8080', '[::1]:3978']);

  it.each([
    'https://smba.trafficmanager.net/emea/',
    'https://SMBA.trafficmanager.net:443/emea/',
    'http://127.0.0.1:3978/',
    'http://[::1]:3978/',
    'https://internal.example:8080/',
  ])('include %s', (url) => {
    expect(hosts.allows(url)).toBe(true);
  });

  it.each([
    'http://smba.trafficmanager.net/emea/',
    'https://smba.trafficmanager.net./emea/',
    'https://smba.trafficmanager.net:444/',
    'https://evil.trafficmanager.net/',
    'https://smba.trafficmanager.net.evil.example/',
    'https://smba.trafficmanager.net@evil.example/',
    'https://user:pass@smba.trafficmanager.net/',
    'https://evil.example/smba.trafficmanager.net',
    'https://evil.example\\@smba.trafficmanager.net/',
    'https://smba.trafficmanager.net/?q=1',
    'http://internal.example:8080/',
    'http://127.0.0.1/',
    'ftp://smba.trafficmanager.net/',
    '//smba.trafficmanager.net/',
    '',
  ])('do not include %s', (url) => {
    expect(hosts.allows(url)).toBe(false);
  });
});

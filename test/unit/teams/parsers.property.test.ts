import fc from 'fast-check';
import { judgeActivity, readActivity } from '../../../adapters/teams/activity.js';
import { readDataset, readValues } from '../../../adapters/teams/forms.js';
import { toEvent } from '../../../adapters/teams/inbound.js';
import { ServiceHosts } from '../../../adapters/teams/service-hosts.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { damaged } from '../../support/hostile.js';

const TENANT = '11111111-2222-4333-8444-555555555555';
const OURS = { tenantIds: new Set([TENANT]), hosts: new ServiceHosts(['smba.trafficmanager.net']) };
const MESSAGE = {
  type: 'message',
  id: '1',
  channelId: 'msteams',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  from: { id: '29:rita', aadObjectId: 'abcdef00-0000-4000-8000-000000000001' },
  recipient: { id: '28:bot' },
  conversation: { id: 'a:1', conversationType: 'personal', tenantIds: new Set([TENANT]) },
  channelData: { tenant: { id: TENANT } },
  text: '<at>Behalf</at> help &amp; more',
  entities: [{ type: 'mention', text: '<at>Behalf</at>', mentioned: { id: '28:bot', name: 'Behalf' } }],
  value: { token: 'x' },
};

describe('whatever stands in an activity', () => {
  test.each([['message'], ['invoke']])('of the kind %s, it is heard whole, is news, or is refused', (type) => {
    fc.assert(
      fc.property(damaged({ ...MESSAGE, type }), (body) => {
        const activity = readActivity(Buffer.from(JSON.stringify(body) ?? ''));
        if (!activity) return;
        const verdict = judgeActivity(activity, OURS);
        if (verdict.kind !== 'person') return;
        expect(verdict.did.tenantId).toBe(TENANT);
        expect(new URL(verdict.did.serviceUrl).hostname).toBe('smba.trafficmanager.net');
        try {
          expect(toEvent(verdict.did)?.user.tenantId ?? TENANT).toBe(TENANT);
        } catch (error) {
          if (!isBehalfError(error)) throw error;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('bytes of any kind are read as an activity or as nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readActivity(Buffer.from(bytes))).toBeUndefined();
      }),
    );
  });

  test('only the hosts that are listed are sent to', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.string().map((text) => `https://smba.trafficmanager.net${text}`),
        ),
        (url) => {
          if (!OURS.hosts.allows(url)) return;
          const { hostname, password, protocol, username } = new URL(url);
          expect([protocol, hostname, username, password]).toEqual(['https:', 'smba.trafficmanager.net', '', '']);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('whatever stands in a form of Teams', () => {
  test('it gives texts by field, and nothing else', () => {
    const data = { token: 'x', 'field.a': 'text', 'field.b': 5, 'field.c': 'true' };
    fc.assert(
      fc.property(
        damaged(data),
        fc.dictionary(
          fc.string().map((name) => `field.${name}`),
          fc.jsonValue(),
        ),
        (some, more) => {
          const values = readValues({ ...(typeof some === 'object' ? some : {}), ...more });
          for (const value of Object.values(values)) expect(typeof value).toBe('string');
          expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
        },
      ),
    );
  });

  test('a search names a form and a field, or is none of ours', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.string().map((rest) => `behalf/${rest}`),
        ),
        (dataset) => {
          const read = readDataset(dataset);
          if (read)
            expect([read.token === '', read.field === '', `${read.token}${read.field}`.includes('/')]).toEqual([
              false,
              false,
              false,
            ]);
        },
      ),
    );
  });
});

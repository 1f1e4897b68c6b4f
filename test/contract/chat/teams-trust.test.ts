import type { Activity } from 'botbuilder';
import { ChannelAuthentication } from '../../../adapters/teams/authentication.js';
import { ServiceHosts } from '../../../adapters/teams/service-hosts.js';
import { TEAMS_APP_ID } from '../../../playground/people.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { startTeamsBench, type TeamsBench } from './teams-driver.js';

const ISSUER = 'https://api.botframework.com';
const MINUTE = 60_000;

describe('a token of the channel', () => {
  let bench: TeamsBench;
  let ahead = 0;

  beforeAll(async () => {
    bench = await startTeamsBench();
  });

  afterAll(() => bench.stop());

  function makeAuthentication(): ChannelAuthentication {
    ahead = 0;
    const clock: Clock = { now: () => systemClock.now() + ahead, sleep: systemClock.sleep };
    const { openIdMetadataUrl, serviceHost, tokenUrl } = bench.teams;
    return new ChannelAuthentication({
      appId: TEAMS_APP_ID,
      endpoints: {
        ...{
          audience: ISSUER,
          issuer: ISSUER,
          openIdMetadataUrl,
          tokenUrl,
          serviceHosts: [serviceHost],
          fileHosts: [],
        },
        ...{ login: 'https://login.example', tokenIssuer: 'https://sts.example' },
      },
      clock,
      hosts: new ServiceHosts([serviceHost]),
      clientAt: () => {
        throw new Error('Nothing is sent here');
      },
    });
  }

  /** With a genuine token that has passed; `expiresIn` in seconds. */
  async function passed(expiresIn?: number) {
    const authentication = makeAuthentication();
    const header = `Bearer ${bench.teams.makeToken(expiresIn === undefined ? {} : { expiresIn })}`;
    const { serviceUrl } = bench.teams;
    // The library's type of an activity claims fields that a channel may leave out.
    const activity = { type: 'message', channelId: 'msteams', serviceUrl } as Activity;
    expect(authentication.trusts(serviceUrl, header)).toBe(false);
    await authentication.authenticateRequest(activity, header);
    return { authentication, header, serviceUrl };
  }

  it('is trusted once it has passed, itself alone and for its own service URL', async () => {
    const { authentication, header, serviceUrl } = await passed();
    expect(authentication.trusts(serviceUrl, header)).toBe(true);
    expect(authentication.trusts(serviceUrl, `${header}x`)).toBe(false);
    expect(authentication.trusts(serviceUrl, '')).toBe(false);
    for (const other of [`${serviceUrl}x`, 'https://evil.example/', '', null, undefined])
      expect(authentication.trusts(other, header)).toBe(false);
  });

  it('is trusted no longer than it says', async () => {
    const { authentication, header, serviceUrl } = await passed(10 * 60);
    ahead = 9 * MINUTE;
    expect(authentication.trusts(serviceUrl, header)).toBe(true);
    ahead = 11 * MINUTE;
    expect(authentication.trusts(serviceUrl, header)).toBe(false);
  });

  it('is looked at anew after an hour, however long it lasts, since its key may be withdrawn', async () => {
    const { authentication, header, serviceUrl } = await passed(24 * 60 * 60);
    ahead = 59 * MINUTE;
    expect(authentication.trusts(serviceUrl, header)).toBe(true);
    ahead = 61 * MINUTE;
    expect(authentication.trusts(serviceUrl, header)).toBe(false);
  });
});

import type { Activity } from 'botbuilder';
import fc from 'fast-check';
import { ChannelAuthentication } from '../../../adapters/teams/authentication.js';
import { ServiceHosts } from '../../../adapters/teams/service-hosts.js';
import { systemClock } from '../../../src/kernel/system-clock.js';

const ISSUER = 'https://api.botframework.com';
const APP_ID = 'app-1';

const authentication = new ChannelAuthentication({
  appId: APP_ID,
  // Nobody listens there: a token that gets as far as its keys would not be refused for what it is.
  endpoints: {
    audience: ISSUER,
    issuer: ISSUER,
    openIdMetadataUrl: 'http://127.0.0.1:1/keys',
    tokenUrl: 'http://127.0.0.1:1/token',
    serviceHosts: [],
    fileHosts: [],
    login: 'https://login.example',
    tokenIssuer: 'https://sts.example',
  },
  clock: systemClock,
  hosts: new ServiceHosts(['smba.trafficmanager.net']),
  clientAt: () => {
    throw new Error('No client is made for what is refused');
  },
});

const part = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);
const claims = fc.record({
  iss: fc.oneof(
    fc.constantFrom(`${ISSUER}/`, ISSUER.toUpperCase(), '', null, [ISSUER], { iss: ISSUER }),
    fc.jsonValue(),
  ),
  aud: fc.constant(APP_ID),
  exp: fc.constant(4_000_000_000),
});
const header = fc.record({ alg: fc.constantFrom('none', 'HS256', 'RS256', ''), typ: fc.constant('JWT') });
const encoded = (value: string) => Buffer.from(value).toString('base64url');
const token = fc
  .tuple(
    fc.oneof(
      header.map((value) => JSON.stringify(value)),
      part,
    ),
    fc.oneof(
      claims.map((value) => JSON.stringify(value)),
      part,
    ),
    part,
  )
  .map((parts) => parts.map(encoded).join('.'));

test('whatever stands where the token of the channel should be, it is refused before anybody is asked for keys', async () => {
  // The library's type of an activity claims fields that a channel may leave out.
  const activity = {
    type: 'message',
    channelId: 'msteams',
    serviceUrl: 'https://smba.trafficmanager.net/emea/',
  } as Activity;
  const given = fc.oneof(
    fc.string({ unit: 'binary' }),
    token,
    token.map((value) => `Bearer ${value}`),
    token.map((value) => `bearer ${value}`),
  );
  await fc.assert(
    fc.asyncProperty(given, async (authorization) => {
      const request = authentication.authenticateRequest(activity, authorization);
      await expect(request).rejects.toMatchObject({ code: 'chat.request_invalid' });
    }),
    { numRuns: 300 },
  );
});

import { createTeamsSignIn } from '../../../adapters/teams/sign-in.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { PUBLIC_URL } from '../../support/oidc-provider.js';
import { signInContract } from './sign-in.contract.js';

const TENANT = '11111111-2222-4333-8444-555555555555';
const REDIRECT = { redirect_uris: [`${PUBLIC_URL}/teams/openid_redirect`] };
const people = { ann: { tid: TENANT, oid: 'ann' }, bob: { tid: TENANT, oid: 'bob' } };

describe('signing in with Entra ID', () => {
  signInContract({
    platform: 'teams',
    tenantId: TENANT,
    wishes: {
      kind: 'entra',
      tenant: TENANT,
      client: { ...REDIRECT, client_secret: 'secret-canary', token_endpoint_auth_method: 'client_secret_post' },
      people,
    },
    create: ({ httpClient, origin, wrongSecret }) =>
      createTeamsSignIn(
        {
          appId: '1.2',
          credential: { kind: 'secret', password: new Secret(wrongSecret ? 'other' : 'secret-canary') },
          cloud: 'public',
          loginUrl: origin,
          publicUrl: PUBLIC_URL,
        },
        { httpClient, clock: systemClock },
      ),
  });
});

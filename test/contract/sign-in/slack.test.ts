import { createSlackSignIn } from '../../../adapters/slack/sign-in.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { PUBLIC_URL } from '../../support/oidc-provider.js';
import { signInContract } from './sign-in.contract.js';

const claimsOf = (user: string) => ({ 'https://slack.com/user_id': user, 'https://slack.com/team_id': 'T1' });

describe('Sign in with Slack', () => {
  signInContract({
    platform: 'slack',
    tenantId: 'T1',
    wishes: {
      kind: 'slack',
      tenant: 'T1',
      client: {
        client_secret: 'secret-canary',
        redirect_uris: [`${PUBLIC_URL}/slack/openid_redirect`],
        token_endpoint_auth_method: 'client_secret_post',
      },
      people: { ann: claimsOf('ann'), bob: claimsOf('bob') },
    },
    create: ({ httpClient, logger, origin, wrongSecret }) =>
      createSlackSignIn(
        {
          client: { id: '1.2', secret: new Secret(wrongSecret ? 'other' : 'secret-canary') },
          apiUrl: `${origin}/api/`,
          publicUrl: PUBLIC_URL,
        },
        { httpClient, logger, clock: systemClock },
      ),
  });
});

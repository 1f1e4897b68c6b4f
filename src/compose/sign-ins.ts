import type { Config } from '../config.js';
import type { BrowserIdentity } from '../connections/browser-identity.port.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import type { Basics } from './open-stores.js';

/** Ways in which people sign in to their chat platform before they log in to an app, as far as they are switched on. */
export async function createSignIns(
  { identityCheck, publicUrl, slack, teams }: Pick<Config, 'identityCheck' | 'publicUrl' | 'slack' | 'teams'>,
  parts: Basics & { readonly httpClient: HttpClient },
): Promise<readonly BrowserIdentity[]> {
  if (identityCheck === 'off-insecure') return [];
  const signIns: BrowserIdentity[] = [];
  if (slack?.signIn && slack.client) {
    const { createSlackSignIn } = await import('../../adapters/slack/sign-in.js');
    signIns.push(createSlackSignIn({ ...slack, client: slack.client, publicUrl }, parts));
  }
  if (teams?.signIn && teams.credential.kind !== 'managed-identity') {
    const { createTeamsSignIn } = await import('../../adapters/teams/sign-in.js');
    signIns.push(createTeamsSignIn({ ...teams, credential: teams.credential, publicUrl }, parts));
  }
  for (const { path, platform } of signIns)
    parts.logger.info({ platform, redirectUri: publicUrl + path }, 'people sign in before they log in to an app');
  return signIns;
}

import { loadCatalogue } from '../catalogue.js';
import type { Config } from '../config.js';
import { madeIn } from '../connections/shared-states.js';
import type { Finding } from '../doctor/examination.port.js';
import { examineAddress } from '../doctor/examine-address.js';
import { examineClock } from '../doctor/examine-clock.js';
import { examineConnections } from '../doctor/examine-connections.js';
import { examineProxy } from '../doctor/examine-proxy.js';
import { examined } from '../doctor/examined.js';
import { noMetrics } from '../kernel/metrics.port.js';
import { systemClock } from '../kernel/system-clock.js';
import { hasErrors } from '../language/problem.js';
import { examineKeys } from './examine-keys.js';
import { examineStore } from './examine-store.js';
import { examineTraces } from './examine-traces.js';
import { lookAtStore } from './look-at-store.js';
import type { Basics } from './open-stores.js';

const NETWORK = 'Look at the network, the firewall and the proxy between this machine and there.';

type Environment = Readonly<Record<string, string | undefined>>;

/** Examines what the service would run with; nothing is changed, and a running service is not disturbed. */
export async function examineService(config: Config, environment: Environment): Promise<readonly Finding[]> {
  const clock = systemClock;
  const logger = (await import('../../adapters/pino/index.js')).createLogger({ level: 'silent' });
  const basics: Basics = { clock, logger, metrics: noMetrics };
  const { createHttpClient } = await import('../../adapters/undici/index.js');
  // As in the service: rules for what connectors name, none for the hosts of the platforms.
  const http = createHttpClient({ allowPrivateHosts: config.egressAllow, ...basics });
  const httpClient = createHttpClient({ allowPrivateHosts: 'all', ...basics });
  const { identityCheck, publicUrl, slack, teams, tracing } = config;
  const isChecked = identityCheck !== 'off-insecure';
  try {
    const look = await lookAtStore(config);
    const states = look.kind === 'known' ? look.states : undefined;
    const catalogue = await loadCatalogue({ ...config, ...(states ? { made: madeIn(states) } : {}) }, environment);
    const { createOAuthClient } = await import('../../adapters/oauth/index.js');
    const oauth = createOAuthClient({ httpClient: http, clock });
    const all = await Promise.all([
      examined('keys', () => examineKeys(config, logger), NETWORK),
      examined('store', () => examineStore(config, look, basics), 'Look at REDIS_URL, or at DATA_DIR.'),
      examined(
        'address',
        () => examineAddress(publicUrl, httpClient),
        'PUBLIC_URL must lead to this service, with a certificate that browsers trust.',
      ),
      ...(slack
        ? [
            examined(
              'slack',
              async () =>
                (await import('../../adapters/slack/examine.js')).examineSlack(
                  { ...slack, publicUrl, signIn: slack.signIn && isChecked },
                  { httpClient, clock, examineClock },
                ),
              NETWORK,
            ),
          ]
        : []),
      ...(teams
        ? [
            examined(
              'teams',
              async () =>
                (await import('../../adapters/teams/examine.js')).examineTeams(
                  { ...teams, publicUrl, signIn: teams.signIn && isChecked },
                  { httpClient, clock, logger, examineClock },
                ),
              NETWORK,
            ),
          ]
        : []),
      ...(tracing ? [examined('traces', () => examineTraces(tracing, httpClient), NETWORK)] : []),
      examined(
        'connections',
        () => examineConnections(catalogue.parents, { oauth, http, clock, ...(states ? { states } : {}) }),
        NETWORK,
      ),
    ]);
    const files: Finding = hasErrors(catalogue.problems)
      ? {
          subject: 'files',
          state: 'wrong',
          says: 'recipes, connectors or connections have mistakes',
          fix: 'behalf check names each with its place.',
        }
      : { subject: 'files', state: 'ok', says: 'recipes, connectors and connections have no mistakes' };
    const secure: readonly Finding[] = isChecked ? [] : [unchecked()];
    return [files, ...secure, ...examineProxy(environment), ...all.flat()];
  } finally {
    await Promise.allSettled([http.close(), httpClient.close()]);
  }
}

function unchecked(): Finding {
  return {
    subject: 'logins',
    state: 'wrong',
    says: 'LOGIN_IDENTITY_CHECK is off-insecure: a forwarded login link connects whoever opens it to the person who asked',
    fix: 'Take the setting out.',
  };
}
